package visualize

import (
	"context"
	"math"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/featvis"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// random is one of Keras' networks for pictures of 128×128, with random weights: speed does not hang on them.
func random(tb testing.TB, name string) *cnn.Network {
	tb.Helper()
	n, err := keras.Skeleton(name, 128, 128, false)
	if err != nil {
		tb.Fatal(err)
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		tb.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i, t := range m.Graph.Initializer {
		if t.DataLocation == onnxpb.TensorProto_EXTERNAL {
			m.Graph.Initializer[i] = onnx.FloatTensor(t.Name, t.Dims, drawn(r, t.Dims))
		}
	}
	if n.ONNX, err = onnx.Marshal(m); err != nil {
		tb.Fatal(err)
	}
	return n
}

// drawn are numbers that keep maps in range: kernels by their fan-in, all else around 1.
func drawn(r *rand.Rand, dims []int64) []float32 {
	size := int64(1)
	for _, d := range dims {
		size *= d
	}
	data := make([]float32, size)
	for i := range data {
		if data[i] = 1 + 0.1*r.Float32(); len(dims) > 1 {
			data[i] = float32(r.NormFloat64() * math.Sqrt(2*float64(dims[0])/float64(size)))
		}
	}
	return data
}

// BenchmarkAgainstLucent measures one picture of a channel against scripts/bench/lucent_peer.py, which does the same with
// PyTorch: network, layer, size, transforms and number of steps are alike, and each side uses as many threads as suits it
// best. The two take turns of 64 steps; the ratio is the median of the turns'.
func BenchmarkAgainstLucent(b *testing.B) {
	if err := exec.Command("/usr/bin/python3", "-c", "import torchvision").Run(); err != nil {
		b.Skip("this needs PyTorch and torchvision (Debian: python3-torchvision)")
	}
	for _, c := range []struct{ network, layer string }{{"vgg19", "block4_conv1"}, {"mobilenetv2", "block_13_expand"}} {
		b.Run(c.network+"/"+c.layer, func(b *testing.B) {
			n := random(b, c.network)
			var ours, theirs []func(steps int) float64
			for threads := 1; threads <= runtime.GOMAXPROCS(0); threads *= 2 {
				ours = append(ours, startMaker(b, n, c.layer, threads))
				theirs = append(theirs, startLucent(b, c.network, threads))
			}
			mine, peer := fastest(ours), fastest(theirs)
			var ratios, times []float64
			for b.Loop() {
				t := mine(turnSteps)
				times, ratios = append(times, t/turnSteps*512), append(ratios, peer(turnSteps)/t)
			}
			slices.Sort(times)
			slices.Sort(ratios)
			b.ReportMetric(times[len(times)/2], "s/picture")
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
			b.ReportMetric(0, "ns/op") // of two ways together: it says nothing
		})
	}
}

const turnSteps = 64

// fastest tries each way for some steps.
func fastest(ways []func(int) float64) func(int) float64 {
	best, least := ways[0], math.Inf(1)
	for _, way := range ways {
		way(4)
		if t := way(16); t < least {
			best, least = way, t
		}
	}
	return best
}

// plain is how much longer a picture of 512 steps takes for the plain colours that it is compared with.
const plain = (512 + 8) / 512.0

// startMaker returns what makes a picture in so many steps and tells the seconds: those of one optimisation, with the plain
// colours' share. (A picture that a plain colour outdoes takes two; that is decided in early layers, where they are short.)
func startMaker(b *testing.B, n *cnn.Network, layer string, threads int) func(int) float64 {
	b.Helper()
	l, ok := n.Manifest.Layer(layer)
	if !ok {
		b.Fatalf("no layer %s", layer)
	}
	m, err := NewMaker(ortruntest.Open(b), n, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: l}}, Threads: threads}, featvis.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.Close() })
	weights := make([]float32, l.Channels)
	weights[0] = 1
	return func(steps int) float64 {
		o := m.render
		o.Steps = steps
		began := time.Now()
		if _, err := m.climb(context.Background(), [][]float32{weights}, o); err != nil {
			b.Fatal(err)
		}
		return plain * time.Since(began).Seconds()
	}
}

// startLucent starts the peer and returns what makes it take a turn.
func startLucent(b *testing.B, network string, threads int) func(int) float64 {
	b.Helper()
	ask := testdata.Peer(b, "lucent_peer.py", network, "128", strconv.Itoa(threads))
	return func(steps int) float64 { return ask(strconv.Itoa(steps)) }
}

// BenchmarkChannels measures what a channel's picture costs at the eight default layers of every network: 128×128 pixels,
// 512 steps, one thread, extrapolated from 16 steps.
func BenchmarkChannels(b *testing.B) {
	for _, a := range keras.Architectures() {
		n := random(b, a.Name)
		for _, layer := range n.Manifest.DefaultLayers {
			if _, ok := n.Manifest.Layer(layer); !ok {
				continue // behind a Flatten, which other sizes do without
			}
			b.Run(a.Name+"/"+layer, func(b *testing.B) {
				makePicture := startMaker(b, n, layer, 1)
				makePicture(2)
				var times []float64
				for b.Loop() {
					times = append(times, makePicture(16)/16*512)
				}
				slices.Sort(times)
				b.ReportMetric(times[len(times)/2], "s/picture")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkBesideNetwork measures how much of a step's time goes to everything but the network: transforms, Fourier
// transform, colours, Adam.
func BenchmarkBesideNetwork(b *testing.B) {
	for _, c := range []struct{ network, layer string }{{"vgg19", "block4_conv1"}, {"mobilenetv2", "Conv_1"}} {
		b.Run(c.network+"/"+c.layer, func(b *testing.B) {
			n := random(b, c.network)
			l, ok := n.Manifest.Layer(c.layer)
			if !ok {
				b.Fatal("no such layer")
			}
			e, err := cnn.NewExciter(ortruntest.Open(b), n, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: l}}})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			weights := make([]float32, l.Channels)
			weights[0] = 1
			var inside time.Duration
			timed := func(ctx context.Context, pictures, gradient []float32) (float64, error) {
				began := time.Now()
				defer func() { inside += time.Since(began) }()
				return e.Excite(ctx, [][]float32{weights}, pictures, gradient)
			}
			var shares []float64
			for b.Loop() {
				inside = 0
				began := time.Now()
				if _, err := featvis.Render(context.Background(), timed, featvis.Options{Steps: 32}); err != nil {
					b.Fatal(err)
				}
				shares = append(shares, 100*(1-inside.Seconds()/time.Since(began).Seconds()))
			}
			slices.Sort(shares)
			b.ReportMetric(shares[len(shares)/2], "%beside")
			b.ReportMetric(0, "ns/op")
		})
	}
}
