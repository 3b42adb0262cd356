package keras

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// BenchmarkEightLayers measures every network at its own size: images per second with its eight default layers taken and
// pooled, against ONNX Runtime on the same network with only its last output. Both run one image for each processor side
// by side, each on one thread, and take turns, so that a busy machine slows both; the ratio is the median of the turns'.
// CONVNET_BENCH_MODELS names the networks, with commas.
func BenchmarkEightLayers(b *testing.B) {
	rt := ortruntest.Open(b)
	only := os.Getenv("CONVNET_BENCH_MODELS")
	for _, a := range Architectures() {
		if only != "" && !slices.Contains(strings.Split(only, ","), a.Name) {
			continue
		}
		b.Run(a.Name, func(b *testing.B) {
			n := generated(b, a)
			layers, err := n.Manifest.SelectLayers("default")
			if err != nil {
				b.Fatal(err)
			}
			e, err := cnn.NewExtractor(rt, n, layers, pooling.Default, cnn.ExtractorOptions{Threads: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			s, err := rt.NewSession(n.ONNX, ortrun.Options{Threads: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			input := ortrun.Tensor{Shape: n.Manifest.Input.Shape(), Data: testdata.Picture(a.InputSize, a.InputSize)}
			duel(b, func() error { _, err := e.Extract(context.Background(), input.Data); return err },
				func() error { _, err := s.Run(context.Background(), input); return err })
		})
	}
}

// generated is a network without its classifier and with generated weights: speed does not hang on them.
func generated(b *testing.B, a Architecture) *cnn.Network {
	b.Helper()
	layers, err := a.layers(false)
	if err != nil {
		b.Fatal(err)
	}
	data, err := emit(a.id(), layers, fixture{Gain: 1}.arrays)
	if err != nil {
		b.Fatal(err)
	}
	return &cnn.Network{Manifest: a.manifest(layers), ONNX: data}
}

// duel lets two ways take turns and reports the first one's speed and its ratio to the second's.
func duel(b *testing.B, eight, bare func() error) {
	turn(b, eight)
	turn(b, bare)
	var speeds, ratios []float64
	for b.Loop() {
		s := turn(b, eight)
		speeds, ratios = append(speeds, s), append(ratios, s/turn(b, bare))
	}
	report(b, speeds, ratios)
}

// turn is how many images a second come through, one for each processor side by side.
func turn(b *testing.B, run func() error) float64 {
	const each = 4 // images of a processor
	start := time.Now()
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for range each {
				if err := run(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	return float64(each*runtime.GOMAXPROCS(0)) / time.Since(start).Seconds()
}

func report(b *testing.B, speeds, ratios []float64) {
	b.ReportMetric(median(speeds), "images/s")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(0, "ns/op") // of two ways together: it says nothing
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// BenchmarkGradient measures one objective with its derivative by the picture, 128×128 and one thread, against the forward
// pass alone: VGG19 to block4_conv1 and MobileNetV2 to its last convolution.
func BenchmarkGradient(b *testing.B) {
	rt := ortruntest.Open(b)
	for _, c := range []struct{ network, layer string }{{"vgg19", "block4_conv1"}, {"mobilenetv2", "Conv_1"}} {
		b.Run(c.network+"/"+c.layer, func(b *testing.B) {
			a, err := find(c.network)
			if err != nil {
				b.Fatal(err)
			}
			n, err := Resize(generated(b, a), 128, 128)
			if err != nil {
				b.Fatal(err)
			}
			l, ok := n.Manifest.Layer(c.layer)
			if !ok {
				b.Fatal("no such layer")
			}
			e, err := cnn.NewExciter(rt, n, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: l}}})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			forward := forwardTo(b, rt, n, l)
			defer forward.Close()
			weights := [][]float32{make([]float32, l.Channels)}
			weights[0][0] = 1
			input := ortrun.Tensor{Shape: n.Manifest.Input.Shape(), Data: testdata.Picture(128, 128)}
			gradient := make([]float32, len(input.Data))
			var ratios, times []float64
			timed := func(f func() error) float64 {
				start := time.Now()
				if err := f(); err != nil {
					b.Fatal(err)
				}
				return time.Since(start).Seconds()
			}
			for b.Loop() {
				there := timed(func() error { _, err := forward.Run(context.Background(), input); return err })
				back := timed(func() error {
					_, err := e.Excite(context.Background(), weights, input.Data, gradient)
					return err
				})
				ratios, times = append(ratios, back/there), append(times, 1000*back)
			}
			b.ReportMetric(median(times), "ms")
			b.ReportMetric(median(ratios), "ratio")
			b.ReportMetric(0, "ns/op") // of two ways together: it says nothing
		})
	}
}

// forwardTo is the network as far as a layer.
func forwardTo(b *testing.B, rt *ortrun.Runtime, n *cnn.Network, l cnn.Layer) *ortrun.Session {
	b.Helper()
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		b.Fatal(err)
	}
	if m, err = onnx.Prune(m, []string{l.Value}); err != nil {
		b.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	s, err := rt.NewSession(data, ortrun.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}
