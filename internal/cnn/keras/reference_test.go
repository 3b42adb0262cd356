package keras

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// tolerance is how far a faithful network may be from an independent float32 implementation.
const tolerance = 1e-4

// reference holds what an independent implementation says about a network's layers.
type reference struct {
	Images []struct {
		Input  string
		Layers map[string]statistics
		Top5   [][2]float64
	}
}

// statistics describe one feature map.
type statistics struct {
	Shape []int64   `json:"shape_hwc"`
	Mean  []float64 `json:"mean"` // of every channel
	L2    float64   `json:"l2"`   // of the whole map
	Max   float64   `json:"max"`
}

// weightFiles names the shared weights of each network.
var weightFiles = map[string]string{
	"densenet121": "weights/densenet121.h5",
	"mobilenetv2": "weights/mobilenetv2_notop.h5",
	"vgg19":       "weights/vgg19_notop.h5.gz",
}

// built keeps the networks, since several tests want each of them.
var built = map[string]*cnn.Network{}

func build(t testing.TB, arch string) *cnn.Network {
	t.Helper()
	if raceDetector && arch != "densenet121" {
		t.Skip("one real network is enough for the race detector")
	}
	path := testdata.Shared(t, weightFiles[arch])
	if built[arch] == nil {
		w, err := OpenWeights(path)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		n, err := Build(arch, w, BuildOptions{Top: true})
		if err != nil {
			t.Fatal(err)
		}
		built[arch] = n
	}
	return built[arch]
}

// TestReference compares every layer of the reference: the vector of channel means by its relative L2 distance, the
// largest single difference relative to the largest mean, and the L2 norm and maximum of the map relative to themselves.
func TestReference(t *testing.T) {
	for arch := range weightFiles {
		t.Run(arch, func(t *testing.T) {
			ref := readReference(t, arch)
			n := build(t, arch)
			var layers []string
			for name := range ref.Images[0].Layers {
				layers = append(layers, name)
			}
			slices.Sort(layers)
			run := newRunner(t, n, layers)
			worst := map[string]float64{}
			for _, image := range ref.Images {
				maps := run.on(t, image.Input)
				for i, name := range layers {
					got, want := measure(maps[i]), image.Layers[name]
					if !slices.Equal(got.Shape, want.Shape) {
						t.Fatalf("%s has the shape %v, want %v", name, got.Shape, want.Shape)
					}
					for what, d := range got.deviations(want) {
						worst[what] = max(worst[what], d)
						if !(d <= tolerance) {
							t.Errorf("%s, %s: %s is off by %.2g", image.Input, name, what, d)
						}
					}
				}
			}
			t.Logf("worst relative deviations over %d images × %d layers: %v", len(ref.Images), len(layers), worst)
		})
	}
}

func readReference(t testing.TB, arch string) reference {
	t.Helper()
	data, err := os.ReadFile(testdata.Shared(t, "reference/"+arch+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	return ref
}

// runner runs a network and returns the whole output of some layers.
type runner struct {
	session *ortrun.Session
	input   cnn.Input
}

func newRunner(t testing.TB, n *cnn.Network, layers []string) *runner {
	t.Helper()
	model, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]string, len(layers))
	for i, name := range layers {
		l, ok := n.Manifest.Layer(name)
		if !ok {
			t.Fatalf("no layer %s", name)
		}
		values[i] = l.Value
	}
	pruned, err := onnx.Prune(model, values)
	if err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(pruned)
	if err != nil {
		t.Fatal(err)
	}
	session, err := ortruntest.Open(t).NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return &runner{session, n.Manifest.Input}
}

// on runs one of the reference's input pictures.
func (r *runner) on(t testing.TB, name string) []ortrun.Tensor {
	t.Helper()
	input := ortrun.Tensor{Shape: r.input.Shape(), Data: readInput(t, name, r.input)}
	out, err := r.session.Run(context.Background(), input)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readInput reads one of the reference's pictures, which have the network's size already.
func readInput(t testing.TB, name string, in cnn.Input) []float32 {
	t.Helper()
	data, err := os.ReadFile(testdata.Shared(t, "reference/"+name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := imaging.Decode(data, imaging.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != in.Width || p.Height != in.Height {
		t.Fatalf("%s has %d×%d pixels, the network takes %d×%d", name, p.Width, p.Height, in.Width, in.Height)
	}
	return cnn.Tensor(p, in)
}

// measure computes the statistics of a map, 1 × C × H × W.
func measure(m ortrun.Tensor) statistics {
	c, area := int(m.Shape[1]), int(m.Shape[2]*m.Shape[3])
	s := statistics{Shape: []int64{m.Shape[2], m.Shape[3], m.Shape[1]}, Max: math.Inf(-1), Mean: make([]float64, c)}
	for i := range c {
		for _, v := range m.Data[i*area : (i+1)*area] {
			x := float64(v)
			s.Mean[i] += x / float64(area)
			s.L2 += x * x
			s.Max = max(s.Max, x)
		}
	}
	s.L2 = math.Sqrt(s.L2)
	return s
}

func (s statistics) deviations(want statistics) map[string]float64 {
	var off, norm, largest, scale float64
	for i, m := range want.Mean {
		d := s.Mean[i] - m
		off, norm = off+d*d, norm+m*m
		largest, scale = max(largest, math.Abs(d)), max(scale, math.Abs(m))
	}
	return map[string]float64{
		"mean per channel":        math.Sqrt(off / norm),
		"largest channel's error": largest / scale,
		"L2":                      math.Abs(s.L2-want.L2) / want.L2,
		"max":                     math.Abs(s.Max-want.Max) / math.Abs(want.Max),
	}
}

// TestTop5 compares the classifier's five best answers. The reference interprets the model as Keras 2.1 described it,
// without the ReLU that later versions (and the original) have before the global average; so the comparison starts at
// the layer before it and takes the last steps itself.
func TestTop5(t *testing.T) {
	n := build(t, "densenet121")
	run := newRunner(t, n, []string{"bn"})
	kernel, bias := classifier(t, "densenet121", "fc1000")
	for _, image := range readReference(t, "densenet121").Images {
		probabilities := classify(measure(run.on(t, image.Input)[0]).Mean, kernel, bias)
		for i, want := range image.Top5 {
			class, p := int(want[0]), want[1]
			if got := float64(probabilities[class]); rank(probabilities, class) != i || math.Abs(got-p) > tolerance*p {
				t.Errorf("%s: class %d (%s) has probability %.5g and rank %d, want %.5g and %d",
					image.Input, class, n.Manifest.Classes[class], got, rank(probabilities, class), p, i)
			}
		}
	}
}

// classifier reads a dense layer's weights from the shared file.
func classifier(t *testing.T, arch, name string) (kernel, bias []float32) {
	t.Helper()
	w, err := OpenWeights(testdata.Shared(t, weightFiles[arch]))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	last := w.layers[len(w.layers)-1]
	if last.name != name {
		t.Fatalf("the last layer with weights is %s", last.name)
	}
	var arrays [2][]float32
	for i := range arrays {
		a, err := last.open(last.arrays[i])
		if err != nil {
			t.Fatal(err)
		}
		if arrays[i], err = a.read(); err != nil {
			t.Fatal(err)
		}
	}
	return arrays[0], arrays[1]
}

// classify is a dense layer with softmax.
func classify(x []float64, kernel, bias []float32) []float32 {
	p, sum := make([]float64, len(bias)), 0.0
	for j := range p {
		for i, v := range x {
			p[j] += v * float64(kernel[i*len(bias)+j])
		}
		p[j] = math.Exp(p[j] + float64(bias[j]))
		sum += p[j]
	}
	out := make([]float32, len(p))
	for j := range out {
		out[j] = float32(p[j] / sum)
	}
	return out
}

// rank counts the classes that are more probable.
func rank(probabilities []float32, class int) int {
	better := 0
	for _, p := range probabilities {
		if p > probabilities[class] {
			better++
		}
	}
	return better
}

// TestExtractor takes each network's default layers in one pass; means and maxima are those of the reference.
func TestExtractor(t *testing.T) {
	for arch := range weightFiles {
		t.Run(arch, func(t *testing.T) {
			ref := readReference(t, arch)
			n := build(t, arch)
			layers, err := n.Manifest.SelectLayers("default")
			if err != nil {
				t.Fatal(err)
			}
			e, err := cnn.NewExtractor(ortruntest.Open(t), n, layers, pooling.Default, cnn.ExtractorOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			image := ref.Images[0]
			features, err := e.Extract(context.Background(), readInput(t, image.Input, n.Manifest.Input))
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range layers {
				want, known := image.Layers[l.Name]
				f := features[i]
				if len(f.Embedding) != e.Poolings()[i].Dimension(l.Channels) {
					t.Errorf("%s: %d numbers under %s", l.Name, len(f.Embedding), e.Poolings()[i])
				}
				if !known {
					continue
				}
				got := statistics{Mean: make([]float64, l.Channels), Max: float64(slices.Max(f.Max)), L2: want.L2}
				for c, v := range f.Mean {
					got.Mean[c] = float64(v)
				}
				for what, d := range got.deviations(want) {
					if !(d <= tolerance) {
						t.Errorf("%s: %s is off by %.2g", l.Name, what, d)
					}
				}
			}
		})
	}
}
