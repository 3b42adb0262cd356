package imported

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// tolerance is relative to a map's root mean square: far above what float32 loses, far below what a wrong padding changes.
const tolerance = 1e-4

// exported is what torch computes with a network that it has exported: scripts/fixtures/torchvision.
type exported struct {
	Opset   int
	Open    bool // the file leaves the size of its pictures open
	Weights []struct {
		Name         string
		Shift, Scale float64
	}
	Modules []struct{ Name, Value string } // that no other is in, as torch names them, and what they yield in the graph
	Cases   []exportedCase
}

// exportedCase is one input size.
type exportedCase struct {
	Height, Width int
	Layers        []exportedLayer
}

// exportedLayer is what a module yields.
type exportedLayer struct {
	Name         string // the module's in torch, empty for the network itself
	Value        string // of the graph
	Operator     string // that makes the value
	Shape        []int64
	Mean, Max    float64
	L2           float64
	ChannelMeans []float64 `json:"channel_means"`
	At           []int
	Values       []float64
}

// TestTorchvision opens files as torch's exporter makes them, with the names that their authors know, and compares what
// the networks compute with torch. The files' authors chose different versions of the operators, axes to leave open, and
// to keep normalisations or not.
func TestTorchvision(t *testing.T) {
	files, err := filepath.Glob("testdata/torchvision/*.onnx.gz")
	if err != nil || len(files) != 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		id := strings.TrimSuffix(file, ".onnx.gz")
		t.Run(filepath.Base(id), func(t *testing.T) {
			f, path := readExported(t, id)
			for _, c := range f.Cases {
				o := Options{Name: filepath.Base(id), Labels: c.labels()}
				if f.Open {
					o.Height, o.Width = c.Height, c.Width
				}
				n, _, err := Open(path, o)
				if err != nil {
					t.Fatal(err)
				}
				if in := n.Manifest.Input; in.Height != c.Height || in.Width != c.Width {
					t.Fatalf("the input has the size %d×%d, should have %d×%d", in.Height, in.Width, c.Height, c.Width)
				}
				if m := n.Manifest; m.Output != "output" || len(m.Classes) != 1000 {
					t.Errorf("the output is %s with %d classes, should be output with 1000", m.Output, len(m.Classes))
				}
				f.checkNames(t, n)
				checkDefaults(t, n)
				c.compare(t, n)
			}
		})
	}
}

// labels are names for the output's entries.
func (c exportedCase) labels() []string {
	labels := make([]string, c.Layers[len(c.Layers)-1].Shape[0])
	for i := range labels {
		labels[i] = fmt.Sprintf("class %d", i)
	}
	return labels
}

// readExported reads a fixture, and writes the file with the weights that it comes without.
func readExported(t *testing.T, id string) (exported, string) {
	t.Helper()
	var f exported
	if err := json.Unmarshal(unpacked(t, id+".json.gz"), &f); err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Unmarshal(unpacked(t, id+".onnx.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Weights) < 20 || len(f.Modules) < 20 || len(f.Cases) == 0 {
		t.Fatalf("the fixture has %d weights, %d modules and %d cases: nothing to compare", len(f.Weights), len(f.Modules), len(f.Cases))
	}
	if onnx.Opset(m) != f.Opset {
		t.Errorf("the file has opset %d, should have %d", onnx.Opset(m), f.Opset)
	}
	f.fill(t, m)
	return f, write(t, m)
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// fill generates the weights that the file comes without.
func (f exported) fill(t *testing.T, m *onnxpb.ModelProto) {
	t.Helper()
	tensors := map[string]int{}
	for i, tensor := range m.Graph.Initializer {
		tensors[tensor.Name] = i
	}
	for _, w := range f.Weights {
		at, ok := tensors[w.Name]
		if !ok {
			t.Fatalf("the graph has no weights %s", w.Name)
		}
		dims := m.Graph.Initializer[at].Dims
		size := int64(1)
		for _, d := range dims {
			size *= d
		}
		data, draw := make([]float32, size), testdata.Numbers(w.Name)
		for i := range data {
			data[i] = float32(w.Shift + float64(w.Scale*draw()))
		}
		m.Graph.Initializer[at] = onnx.FloatTensor(w.Name, dims, data)
	}
}

// checkNames: every module is a layer of the same name.
func (f exported) checkNames(t *testing.T, n *cnn.Network) {
	t.Helper()
	for _, m := range f.Modules {
		if l, ok := n.Manifest.Layer(m.Name); !ok {
			t.Errorf("no layer has the name of the module %s", m.Name)
		} else if l.Value != m.Value {
			t.Errorf("%s is the value %s, should be %s", m.Name, l.Value, m.Value)
		}
	}
}

// checkDefaults: eight maps, from the first tenth of the network to its last.
func checkDefaults(t *testing.T, n *cnn.Network) {
	t.Helper()
	m := n.Manifest
	if len(m.DefaultLayers) != 8 {
		t.Fatalf("the default layers are %q", m.DefaultLayers)
	}
	last := 0
	for i, name := range m.DefaultLayers {
		l, ok := m.Layer(name)
		if !ok || l.Height*l.Width == 1 {
			t.Errorf("the default layer %s is no map", name)
		}
		at := slices.Index(m.Layers, l) * 100 / len(m.Layers)
		if i == 0 && at > 10 || i == 7 && at < 90 || at-last > 35 {
			t.Errorf("the default layers %q leave out what is between %d and %d %% of the layers", m.DefaultLayers, last, at)
		}
		last = at
	}
}

// compare runs a network on the generated picture and holds it against torch.
func (c exportedCase) compare(t *testing.T, n *cnn.Network) {
	t.Helper()
	if len(c.Layers) < 10 {
		t.Fatalf("the fixture has %d layers to compare", len(c.Layers))
	}
	var values []string
	for _, want := range c.Layers {
		values = append(values, want.Value)
		want.check(t, n.Manifest)
	}
	in := ortrun.Tensor{Shape: n.Manifest.Input.Shape(), Data: testdata.Picture(c.Height, c.Width)}
	worst := 0.0
	for i, got := range runValues(t, n, values, in) {
		d := c.Layers[i].deviation(t, got)
		if worst = max(worst, d); !(d <= tolerance) {
			t.Errorf("%q is off by %.2g of its root mean square", c.Layers[i].Name, d)
		}
	}
	t.Logf("%d layers, largest deviation %.2g of a map's root mean square", len(c.Layers), worst)
}

// check: what a module yields is a layer of the same size. What a reshaping yields, as after a shuffle of channels, is
// the numbers of a layer in another order, and none itself.
func (l exportedLayer) check(t *testing.T, m cnn.Manifest) {
	t.Helper()
	if l.Operator == "Reshape" || l.Operator == "Flatten" {
		return
	}
	at := slices.IndexFunc(m.Layers, func(have cnn.Layer) bool { return have.Value == l.Value })
	if at < 0 {
		t.Errorf("no layer holds what the module %q yields, the value %s", l.Name, l.Value)
		return
	}
	have := m.Layers[at]
	shape := append(slices.Clone(l.Shape), 1, 1)[:3]
	if !slices.Equal([]int64{int64(have.Channels), int64(have.Height), int64(have.Width)}, shape) {
		t.Errorf("%s is %d×%d×%d, should be %v", have.Name, have.Channels, have.Height, have.Width, shape)
	}
}

func runValues(t *testing.T, n *cnn.Network, values []string, in ortrun.Tensor) []ortrun.Tensor {
	t.Helper()
	model, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	if model, err = onnx.Prune(model, values); err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	session, err := ortruntest.Open(t).NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	results, err := session.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// deviation is the largest difference from torch, relative to the map's root mean square.
func (l exportedLayer) deviation(t *testing.T, got ortrun.Tensor) float64 {
	t.Helper()
	if !slices.Equal(got.Shape[1:], l.Shape) {
		t.Errorf("%q has the shape %v, should have %v", l.Name, got.Shape[1:], l.Shape)
		return 0
	}
	channels, size := int(l.Shape[0]), len(got.Data)/int(l.Shape[0])
	means := make([]float64, channels)
	mean, squares, most := 0.0, 0.0, math.Inf(-1)
	for i, v := range got.Data {
		means[i/size] += float64(v) / float64(size)
		mean += float64(v) / float64(len(got.Data))
		squares += float64(v) * float64(v)
		most = max(most, float64(v))
	}
	rms := l.L2 / math.Sqrt(float64(len(got.Data)))
	off := max(math.Abs(mean-l.Mean), math.Abs(most-l.Max), math.Abs(math.Sqrt(squares)-l.L2)/math.Sqrt(float64(len(got.Data)))) / rms
	for i, want := range l.ChannelMeans {
		off = max(off, math.Abs(means[i*channels/len(l.ChannelMeans)]-want)/rms)
	}
	for i, want := range l.Values {
		off = max(off, math.Abs(float64(got.Data[l.At[i]])-want)/rms)
	}
	return off
}
