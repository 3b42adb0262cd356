package cnn

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// explained is what torch says of a case: scripts/fixtures/gradcam.
type explained struct {
	At, Of        string
	Channel       int
	Target        float64
	Height, Width int
	CAM           []float64
}

// branching is the network of scripts/fixtures/gradcam.
type branching struct {
	*onnx.Builder
	layers []Layer
}

func (b *branching) array(name string, add float32, dims ...int64) string {
	return b.Floats(name, dims, drawn(name, add, dims...))
}

// drawn are as many of a name's numbers as a shape holds, with a number added.
func drawn(name string, add float32, dims ...int64) []float32 {
	size := int64(1)
	for _, d := range dims {
		size *= d
	}
	draw, data := testdata.Numbers("gradcam/"+name), make([]float32, size)
	for i := range data {
		data[i] = float32(draw()) + add
	}
	return data
}

func (b *branching) conv(name, x string, out, kernel, stride int64) string {
	pad, channels := kernel/2, b.Dims(x)[1]
	return b.Conv(name, x, b.array(name+"/w", 0, out, channels, kernel, kernel), b.array(name+"/b", 0, out),
		onnx.Window{Stride: [2]int64{stride, stride}, Pads: [4]int64{pad, pad, pad, pad}})
}

func (b *branching) norm(name, x string) string {
	c := b.Dims(x)[1]
	return b.BatchNormalization(name, x, onnx.BatchNorm{
		Scale: b.array(name+"/scale", 1, c), Bias: b.array(name+"/bias", 0, c),
		Mean: b.array(name+"/mean", 0, c), Variance: b.array(name+"/variance", 2, c), Epsilon: 1e-3,
	})
}

func (b *branching) layer(value string) string {
	d := append(b.Dims(value), 1, 1)
	b.layers = append(b.layers, Layer{Name: value, Type: "X", Channels: int(d[1]), Height: int(d[2]), Width: int(d[3]), Value: value})
	return value
}

func (b *branching) build() (*Network, error) {
	x := b.layer(b.conv("conv1", b.Input("input", 1, 3, 17, 14), 6, 3, 1))
	first := b.layer(b.Relu("relu1", b.norm("norm1", x)))
	x = b.layer(b.conv("conv2", first, 6, 3, 1))
	x = b.layer(b.Add("add", b.Relu("relu2", b.norm("norm2", x)), first))
	x = b.layer(b.MaxPool("pool", x, onnx.Window{Kernel: [2]int64{3, 3}, Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}}))
	x = b.layer(b.Concat("concat", 1, b.conv("wide", x, 5, 3, 1), b.Relu("relu3", b.conv("narrow", x, 3, 1, 1))))
	last := b.Conv("last/conv", x, b.array("last/w", 0, 7, 8, 3, 3), b.array("last/b", 0, 7),
		onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}})
	x = b.layer(b.Relu("last", last))
	mean := b.ReduceMean("mean", x, 2, 3)
	scores := b.Gemm("scores", b.Reshape("flat", mean, 1, 7), b.array("dense/w", 0, 7, 4), b.array("dense/b", 0, 4), false)
	m, err := b.Model(b.Reshape("classes", b.Softmax("softmax", scores, 1), 1, 4))
	if err != nil {
		return nil, err
	}
	data, err := onnx.Marshal(m)
	return &Network{ONNX: data, Manifest: Manifest{
		Name: "branching", Input: Input{Name: "input", Height: 17, Width: 14, Channels: 3}, Layers: b.layers,
		Output: "classes", Classes: []string{"a", "b", "c", "d"},
	}}, err
}

// TestGradCAM holds it against torch, at layers that lie before a normalisation, before a shortcut and behind branches, for
// classes and for channels.
func TestGradCAM(t *testing.T) {
	n, err := (&branching{Builder: onnx.NewBuilder("branching", 0)}).build()
	if err != nil {
		t.Fatal(err)
	}
	rt := ortruntest.Open(t)
	logits, ok, err := n.Logits()
	if !ok || err != nil || logits.Value != "scores" || logits.Channels != 4 {
		t.Fatalf("logits %+v, %v, %v", logits, ok, err)
	}
	for _, want := range readExplained(t) {
		at, _ := n.Manifest.Layer(want.At)
		of, ok := n.Manifest.Layer(want.Of)
		if !ok {
			of = logits
		}
		e, err := NewExplainer(rt, n, at, of, "")
		if err != nil {
			t.Fatal(err)
		}
		got, target, err := e.Explain(t.Context(), drawn("picture", 0, 1, 3, 17, 14), want.Channel)
		if err != nil || at.Height != want.Height || at.Width != want.Width || len(got) != len(want.CAM) {
			t.Fatalf("%s of %s: %d numbers, %v", want.At, want.Of, len(got), err)
		}
		off, length := 0.0, 0.0
		for i, v := range want.CAM {
			off, length = off+math.Pow(float64(got[i])-v, 2), length+v*v
		}
		if rel := math.Sqrt(off / length); !(rel <= 1e-5) || !(math.Abs(target-want.Target) <= 1e-5*(1+math.Abs(want.Target))) {
			t.Errorf("channel %d of %s at %s: off by %.2g of its length; target %v, should be %v", want.Channel, want.Of, want.At, rel, target, want.Target)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func readExplained(t *testing.T) (all []explained) {
	t.Helper()
	data, err := os.ReadFile("testdata/gradcam.json")
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil || len(all) < 15 {
		t.Fatalf("%d cases, %v", len(all), err)
	}
	return all
}

func TestExplainerRefuses(t *testing.T) {
	n := demoNetwork(t)
	early, late := demoLayer(t, n, 0), demoLayer(t, n, len(n.Manifest.DefaultLayers)-1)
	vector := late
	vector.Height, vector.Width = 1, 1
	for says, pair := range map[string][2]Layer{
		"does not hang on":            {late, early}, // the wrong way round
		"has no places to tell apart": {vector, late},
	} {
		if _, err := NewExplainer(ortruntest.Open(t), n, pair[0], pair[1], ""); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, should say %q", err, says)
		}
	}
	e, err := NewExplainer(ortruntest.Open(t), n, early, late, "")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, _, err := e.Explain(t.Context(), make([]float32, e.input.Len()), late.Channels); err == nil {
		t.Error("a channel that is not there was explained")
	}
	if _, _, err := e.Explain(t.Context(), nil, 0); err == nil {
		t.Error("no picture was explained")
	}
}
