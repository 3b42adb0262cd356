package cnn

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
)

func demoNetwork(t *testing.T) *Network {
	t.Helper()
	n, err := Library{Dir: t.TempDir()}.Load("demo")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func extractor(t *testing.T, n *Network, spec string, p pooling.Pooling) *Extractor {
	t.Helper()
	layers, err := n.Manifest.SelectLayers(spec)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewExtractor(ortruntest.Open(t), n, layers, p, ExtractorOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// picture makes up an input; seed 0, 1, … give different ones.
func picture(in Input, seed int) []float32 {
	x := make([]float32, in.Len())
	for i := range x {
		x[i] = float32(math.Sin(float64(i*(seed+3)) / 50))
	}
	return x
}

// TestExtract compares all layers of the built-in network with their whole maps, averaged here.
func TestExtract(t *testing.T) {
	n := demoNetwork(t)
	e := extractor(t, n, "all", pooling.Pooling{Kind: pooling.Average, Grid: 1})
	x := picture(e.Input(), 0)
	features, err := e.Extract(context.Background(), x)
	if err != nil {
		t.Fatal(err)
	}
	maps := wholeMaps(t, n, e.Layers(), x)
	for i, l := range e.Layers() {
		f := features[i]
		if len(f.Embedding) != e.Poolings()[i].Dimension(l.Channels) || len(f.Mean) != l.Channels || len(f.Max) != l.Channels {
			t.Fatalf("%s: %d, %d and %d numbers for %d channels", l.Name, len(f.Embedding), len(f.Mean), len(f.Max), l.Channels)
		}
		area := l.Height * l.Width
		for c := range l.Channels {
			channel := maps[i].Data[c*area : (c+1)*area]
			sum := 0.0
			for _, v := range channel {
				sum += float64(v)
			}
			mean := sum / float64(area)
			if math.Abs(float64(f.Mean[c])-mean) > 1e-5*(1+math.Abs(mean)) || f.Max[c] != slices.Max(channel) {
				t.Errorf("%s, channel %d: mean %v and maximum %v, want %v and %v", l.Name, c, f.Mean[c], f.Max[c], mean, slices.Max(channel))
				break
			}
		}
		for c, v := range f.Embedding {
			if math.Abs(float64(v-f.Mean[c])) > 1e-5*(1+math.Abs(float64(v))) {
				t.Errorf("%s, channel %d: the average over a 1×1 grid is %v, the mean %v", l.Name, c, v, f.Mean[c])
			}
		}
	}
}

func wholeMaps(t *testing.T, n *Network, layers []Layer, x []float32) []ortrun.Tensor {
	t.Helper()
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]string, len(layers))
	for i, l := range layers {
		values[i] = l.Value
	}
	if m, err = onnx.Prune(m, values); err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ortruntest.Open(t).NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), ortrun.Tensor{Shape: n.Manifest.Input.Shape(), Data: x})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestExtractConcurrently: goroutines share an extractor and get what they would get alone.
func TestExtractConcurrently(t *testing.T) {
	e := extractor(t, demoNetwork(t), "default", pooling.Pooling{Kind: pooling.Max, Grid: 2})
	const pictures = 8
	var alone [pictures][]pooling.Features
	for i := range alone {
		var err error
		if alone[i], err = e.Extract(context.Background(), picture(e.Input(), i)); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for i := range 4 * pictures {
		group.Go(func() {
			got, err := e.Extract(context.Background(), picture(e.Input(), i%pictures))
			if err != nil {
				t.Error(err)
				return
			}
			for l, f := range got {
				if !slices.Equal(f.Embedding, alone[i%pictures][l].Embedding) {
					t.Errorf("picture %d differs at layer %d", i%pictures, l)
				}
			}
		})
	}
	group.Wait()
}

func TestExtractErrors(t *testing.T) {
	n := demoNetwork(t)
	e := extractor(t, n, "default", pooling.Pooling{Kind: pooling.Average, Grid: 1})
	if _, err := e.Extract(context.Background(), make([]float32, 7)); err == nil || !strings.Contains(err.Error(), "the network takes 3×64×64") {
		t.Errorf("an input of another size: %v", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Extract(cancelled, picture(e.Input(), 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Extract(context.Background(), picture(e.Input(), 0)); err == nil {
		t.Error("a closed extractor extracts")
	}
}

// TestTappedRefuses: a graph and a manifest that do not belong together, as a database file from a stranger may hold.
func TestTappedRefuses(t *testing.T) {
	for says, change := range map[string]func(n *Network, l *Layer){
		"contradict each other": func(_ *Network, l *Layer) { l.Channels++ },
		`its value "nothing"`:   func(_ *Network, l *Layer) { l.Value = "nothing" },
		"graph of model demo":   func(n *Network, _ *Layer) { n.ONNX = []byte("no graph") },
		`should be "another"`:   func(n *Network, _ *Layer) { n.Manifest.Input.Name = "another" },
	} {
		n := demoNetwork(t)
		layers, err := n.Manifest.SelectLayers("default")
		if err != nil {
			t.Fatal(err)
		}
		change(n, &layers[0])
		if _, _, err := n.tapped(layers); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if _, _, err := demoNetwork(t).tapped(nil); err == nil {
		t.Error("no layers are accepted")
	}
}

// TestPoolingsFit: layers whose maps or vectors are too small or too long for the grid get a smaller one.
func TestPoolingsFit(t *testing.T) {
	n := demoNetwork(t)
	layers, err := n.Manifest.SelectLayers("all")
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := fit(layers, pooling.Pooling{Kind: pooling.Max, Grid: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range layers {
		if p := fitted[i]; p.Grid > l.Height || p.Dimension(l.Channels) > pooling.MaxDimension {
			t.Errorf("%s of %d×%d×%d gets %s", l.Name, l.Channels, l.Height, l.Width, p)
		}
	}
}

// What two pictures have in common at a layer is found again at the places of either.
func TestSpread(t *testing.T) {
	n := demoNetwork(t)
	e := extractor(t, n, "all", pooling.Default)
	a, b := picture(e.Input(), 0), picture(e.Input(), 1)
	ofA, err := e.Extract(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	ofB, err := e.Extract(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range e.Layers() {
		va, vb := ofA[i].Embedding, ofB[i].Embedding
		want, size := 0.0, 0.0
		for j := range va {
			want += float64(va[j]) * float64(vb[j])
			size += math.Abs(float64(va[j]) * float64(vb[j]))
		}
		for _, side := range []struct{ tensor, other []float32 }{{a, vb}, {b, va}} {
			places, err := e.Spread(t.Context(), side.tensor, i, side.other)
			if err != nil {
				t.Fatal(err)
			}
			got := 0.0
			for _, v := range places {
				got += v
			}
			if len(places) != l.Height*l.Width || math.Abs(got-want) > 1e-5*size {
				t.Errorf("layer %s: %d places add up to %v, want %v", l.Name, len(places), got, want)
			}
		}
	}
	if _, err := e.Spread(t.Context(), a, 0, []float32{1}); err == nil {
		t.Error("one weight for a whole embedding was taken")
	}
}
