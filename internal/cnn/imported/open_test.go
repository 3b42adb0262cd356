package imported

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// TestWaysToWrite: the same network, however it is written, has the same layers and computes the same.
func TestWaysToWrite(t *testing.T) {
	layers := []string{"conv1", "relu2", "conv3", "relu3", "pool", "fc"}
	tests := map[string]struct {
		change func(m *onnxpb.ModelProto) *onnxpb.ModelProto
		opset  int
		size   int     // of the pictures asked for
		within float64 // relative difference from the plain file's maps
		note   string  // part of a sentence of the report
	}{
		"plain": {note: "32×40 pixels, as the file says"},
		"an open batch": {change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return withInput(m, onnxpb.TensorProto_FLOAT, -1, 3, 32, 40)
		}},
		"an open size": {size: 32, note: "as you say", change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return withInput(m, onnxpb.TensorProto_FLOAT, -1, 3, -1, -1)
		}},
		"nothing said of the shape": {size: 32, change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			m.Graph.Input[0].Type.GetTensorType().Shape = nil
			return m
		}},
		"a batch of four": {note: "batches of 4", change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return reshapedTo(withInput(m, onnxpb.TensorProto_FLOAT, 4, 3, 32, 40), 4)
		}},
		"channels last": {note: "channels last", change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return inFront(withInput(m, onnxpb.TensorProto_FLOAT, 1, 32, 40, 3), "Transpose", onnx.Ints("perm", 0, 3, 1, 2))
		}},
		"channels last and open": {size: 32, note: "channels last", change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return inFront(withInput(m, onnxpb.TensorProto_FLOAT, -1, -1, -1, -1), "Transpose", onnx.Ints("perm", 0, 3, 1, 2))
		}},
		"float16":                  {within: 2e-3, note: "FLOAT16", change: asHalf},
		"float64":                  {note: "DOUBLE", change: asDouble},
		"weights among the inputs": {opset: 8, change: asListed},
		"int8, quantized and back": {opset: 13, within: .05, change: asQDQ},
		"the oldest operators":     {opset: 7},
		"old forms of operators":   {opset: 9, change: asOld},
		"the newest operators":     {opset: 21},
		"a format that is newer still": {opset: 21, change: func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			m.IrVersion = 11
			return m
		}},
		"a list of boxes behind":    {note: "\"boxes\" is NonMaxSuppression", change: withTail("NonMaxSuppression", "")},
		"a foreign operator behind": {note: "of \"my.company\"", change: withTail("Decode", "my.company")},
	}
	want := map[int][][]float32{}
	for _, size := range []int{0, 32} {
		n, _, err := Open(write(t, plainGraph(t, 3, 0)), Options{Name: "plain", Height: size, Width: size})
		if err != nil {
			t.Fatal(err)
		}
		want[size] = maps(t, n, 1, layers...)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := plainGraph(t, 3, test.opset)
			if test.change != nil {
				m = test.change(m)
			}
			o := Options{Name: "plain", Height: test.size, Width: test.size}
			n, r, err := Open(write(t, m), o)
			if err != nil {
				t.Fatal(err)
			}
			if again, _, err := Open(write(t, m), o); err != nil || again.SHA256() != n.SHA256() {
				t.Errorf("the same file makes another network: %v", err)
			}
			if graph, err := onnx.Unmarshal(n.ONNX); err != nil || onnx.Opset(graph) < onnx.DefaultOpset {
				t.Errorf("the network's operators have version %d: %v", onnx.Opset(graph), err)
			}
			if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, test.note) {
				t.Errorf("the report does not say %q:\n%s", test.note, notes)
			}
			for i, got := range maps(t, n, 1, layers...) {
				if d := difference(got, want[test.size][i]); d > max(test.within, 1e-6) {
					t.Errorf("%s is off by %.2g", layers[i], d)
				}
			}
			if got := n.Manifest.Parameters; got != 3*8*9+8+8*12*9+12+12*16*9+16+16*10+10 {
				t.Errorf("%d parameters", got)
			}
		})
	}
}

// asOld writes ReLUs and the way to the classifier as old files do, with parameters that have become inputs since.
func asOld(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	for i, n := range m.Graph.Node {
		switch n.OpType {
		case "Relu":
			n.OpType, n.Attribute = "Clip", []*onnxpb.AttributeProto{onnx.Float("min", 0)}
		case "Gemm":
			dropout := &onnxpb.NodeProto{Name: "drop", OpType: "Dropout", Input: []string{n.Input[0]}, Output: []string{"kept", "mask"},
				Attribute: []*onnxpb.AttributeProto{onnx.Float("ratio", .5)}}
			n.Input[0] = "kept"
			m.Graph.Node = slices.Insert(m.Graph.Node, i, dropout)
			return m
		}
	}
	return m
}

// withTail puts an operator that is not understood behind the classifier.
func withTail(op, domain string) func(*onnxpb.ModelProto) *onnxpb.ModelProto {
	return func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
		m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{Name: "boxes", OpType: op, Domain: domain, Input: []string{"fc"}, Output: []string{"boxes"}})
		m.Graph.Output[0].Name = "boxes"
		return m
	}
}

// TestPictures: what is said of the pictures when nothing is asked for.
func TestPictures(t *testing.T) {
	third := float32(1.0 / 255)
	tests := map[string]struct {
		channels int64
		change   func(m *onnxpb.ModelProto) *onnxpb.ModelProto
		want     cnn.Preprocess
	}{
		"nothing to go by": {3, nil, cnn.Preprocess{Order: "rgb",
			Mean: []float32{123.675, 116.28, 103.53}, Std: []float32{58.395, 57.12, 57.375}, Fit: "crop"}},
		"shades of gray": {1, nil, cnn.Preprocess{Order: "gray", Mean: []float32{0}, Std: []float32{255}, Fit: "crop"}},
		"bytes": {3, func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return inFront(withInput(m, onnxpb.TensorProto_UINT8, 1, 3, 32, 40), "Cast", onnx.Int("to", 1))
		}, cnn.Preprocess{Order: "rgb", Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}, Fit: "crop"}},
		"scaled by the graph": {3, func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			m.Graph.Initializer = append(m.Graph.Initializer, onnx.FloatTensor("third", nil, []float32{third}))
			m = inFront(m, "Mul")
			m.Graph.Node[0].Input = []string{"image", "third"}
			return m
		}, cnn.Preprocess{Order: "rgb", Mean: []float32{0, 0, 0}, Std: []float32{1, 1, 1}, Fit: "crop"}},
		"normalised by the graph": {3, func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			m.Graph.Initializer = append(m.Graph.Initializer, onnx.FloatTensor("mean", []int64{1, 3, 1, 1}, []float32{.485, .456, .406}))
			m = inFront(m, "Sub")
			m.Graph.Node[0].Input = []string{"image", "mean"}
			return m
		}, cnn.Preprocess{Order: "rgb", Mean: []float32{0, 0, 0}, Std: []float32{255, 255, 255}, Fit: "crop"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := plainGraph(t, test.channels, 0)
			if test.change != nil {
				m = test.change(m)
			}
			n, r, err := Open(write(t, m), Options{Name: "plain"})
			if err != nil {
				t.Fatal(err)
			}
			if got := n.Manifest.Input.Preprocess; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if !strings.Contains(strings.Join(r.Notes, "\n"), "--preprocess") {
				t.Errorf("the report does not say how to choose another way: %q", r.Notes)
			}
			for _, m := range maps(t, n, 255, "relu3") {
				if slices.ContainsFunc(m, func(v float32) bool { return math.IsNaN(float64(v)) }) {
					t.Error("it computes no numbers")
				}
			}
		})
	}
}

// TestExternal: weights in a file beside the graph, and ways in which they cannot be had.
func TestExternal(t *testing.T) {
	plain, _, err := Open(write(t, plainGraph(t, 3, 0)), Options{Name: "plain"})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		location, refused string
		cut               int
	}{
		"beside":       {location: "weights.bin"},
		"in a folder":  {location: "data/weights.bin"},
		"missing":      {location: "elsewhere.bin", refused: "must be beside the ONNX file"},
		"cut off":      {location: "weights.bin", cut: 100, refused: "download or copy it again"},
		"outside":      {location: "../weights.bin", refused: "outside the folder"},
		"absolute":     {location: "/etc/passwd", refused: "outside the folder"},
		"without name": {refused: "does not say in which"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := plainGraph(t, 3, 0)
			weights := externalize(m, test.location)
			path := write(t, m)
			for _, file := range []string{"weights.bin", "data/weights.bin"} {
				file = filepath.Join(filepath.Dir(path), file)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, weights[:len(weights)-test.cut], 0o644); err != nil {
					t.Fatal(err)
				}
			}
			n, _, err := Open(path, Options{Name: "plain"})
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Errorf("got %v, want %q", err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n.SHA256() != plain.SHA256() {
				t.Error("the network is another one than with its weights in one file")
			}
		})
	}
}

// externalize moves the weights of a graph into one file, whose bytes it returns.
func externalize(m *onnxpb.ModelProto, location string) []byte {
	var all []byte
	for _, t := range m.Graph.Initializer {
		if t.DataType != int32(onnxpb.TensorProto_FLOAT) {
			continue
		}
		entry := func(key, value string) *onnxpb.StringStringEntryProto {
			return &onnxpb.StringStringEntryProto{Key: key, Value: value}
		}
		t.DataLocation = onnxpb.TensorProto_EXTERNAL
		t.ExternalData = append(t.ExternalData, entry("offset", strconv.Itoa(len(all))), entry("length", strconv.Itoa(len(t.RawData))))
		if location != "" {
			t.ExternalData = append(t.ExternalData, entry("location", location))
		}
		all = append(all, t.RawData...)
		t.RawData = nil
	}
	return all
}

// TestRefused: what cannot be taken in is refused with a sentence that names it.
func TestRefused(t *testing.T) {
	tests := map[string]struct {
		change func(m *onnxpb.ModelProto)
		o      Options
		want   string
	}{
		"too old": {func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = 6 }, Options{}, "version 6 of ONNX' operators"},
		"too new": {func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = 22 }, Options{}, "opset_version=17"},
		"two inputs": {func(m *onnxpb.ModelProto) {
			m.Graph.Input = append(m.Graph.Input, onnx.Declare("mask", onnxpb.TensorProto_FLOAT, []int64{1, 12}))
			m.Graph.Node[0].Input = append(m.Graph.Node[0].Input, "mask")
		}, Options{}, `2 inputs, ["image" "mask"]`},
		"words":        {func(m *onnxpb.ModelProto) { withInput(m, onnxpb.TensorProto_INT64, 1, 128) }, Options{}, "type INT64"},
		"a list":       {func(m *onnxpb.ModelProto) { withInput(m, onnxpb.TensorProto_FLOAT, 1, 128) }, Options{}, "the shape 1×128"},
		"four colours": {func(m *onnxpb.ModelProto) { withInput(m, onnxpb.TensorProto_FLOAT, 1, 4, 32, 40) }, Options{}, "neither 3 channels nor 1"},
		"a loop": {func(m *onnxpb.ModelProto) {
			m.Graph.Node[0].OpType = "Loop"
		}, Options{}, "repeats parts of the network"},
		"integers": {func(m *onnxpb.ModelProto) { m.Graph.Node[0].OpType = "QLinearConv" }, Options{}, "QuantFormat.QDQ"},
		"fused by the runtime": {func(m *onnxpb.ModelProto) {
			m.Graph.Node[0].OpType, m.Graph.Node[0].Domain = "FusedConv", "com.microsoft"
		}, Options{}, "before ONNX Runtime optimized it"},
		"unknown in the middle": {func(m *onnxpb.ModelProto) { m.Graph.Node[1].OpType = "Frobnicate" }, Options{}, `node "relu1" is Frobnicate, which convnet does not know`},
		"functions": {func(m *onnxpb.ModelProto) {
			m.Functions = []*onnxpb.FunctionProto{{Name: "block"}}
		}, Options{}, "inline_local_functions"},
		"a shape that does not fit": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Dims[1] = 5 }, Options{}, "cannot take pictures of 32×40"},
		"a name that is none":       {nil, Options{Name: "My Net"}, "cannot name a model"},
		"too few labels":            {nil, Options{Labels: make([]string, 5)}, "5 labels, and its output fc has 10 entries"},
		"no background":             {nil, Options{Labels: make([]string, 9)}, "background"},
		"unknown layers":            {nil, Options{Layers: []string{"conv9"}}, `no layer "conv9"`},
		"unknown preprocessing":     {nil, Options{Preprocess: "keras"}, "torch, tf, caffe, none"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := plainGraph(t, 3, 0)
			if test.change != nil {
				test.change(m)
			}
			if test.o.Name == "" {
				test.o.Name = "plain"
			}
			_, _, err := Open(write(t, m), test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestOnlyVectors: a network without a single map is none that this program is for.
func TestOnlyVectors(t *testing.T) {
	b := onnx.NewBuilder("mlp", 0)
	x := b.Flatten("flat", b.Input("image", 1, 3, 8, 8), 1)
	x = b.Relu("relu", b.Gemm("fc1", x, b.Floats("w1", []int64{192, 16}, waves(192*16, 1)), "", false))
	m, err := b.Model(b.Gemm("fc2", x, b.Floats("w2", []int64{16, 5}, waves(80, 1)), "", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(write(t, m), Options{Name: "mlp"}); err == nil || !strings.Contains(err.Error(), "no convolutional network") {
		t.Errorf("got %v", err)
	}
}

// TestQuantizedSum: two rounded maps are added and rounded again, with scales of the shape [1] as PyTorch writes them;
// ONNX Runtime's own operator for that takes only scalars.
func TestQuantizedSum(t *testing.T) {
	m := asQDQ(plainGraph(t, 3, 13))
	for i, tensor := range m.Graph.Initializer {
		switch tensor.Name {
		case "step":
			m.Graph.Initializer[i] = onnx.FloatTensor("step", []int64{1}, []float32{1.0 / 128})
		case "zero":
			m.Graph.Initializer[i] = &onnxpb.TensorProto{Name: "zero", DataType: int32(onnxpb.TensorProto_UINT8), Dims: []int64{1}, RawData: []byte{128}}
		}
	}
	at := slices.IndexFunc(m.Graph.Node, func(n *onnxpb.NodeProto) bool { return n.Name == "relu1" })
	from := m.Graph.Node[at].Input[0]
	m.Graph.Node[at].Input[0] = "rounded"
	m.Graph.Node = slices.Insert(m.Graph.Node, at,
		&onnxpb.NodeProto{Name: "again", OpType: "DequantizeLinear", Input: []string{from + "_q", "step", "zero"}, Output: []string{"again"}},
		&onnxpb.NodeProto{Name: "sum", OpType: "Add", Input: []string{from, "again"}, Output: []string{"sum"}},
		&onnxpb.NodeProto{Name: "sum_q", OpType: "QuantizeLinear", Input: []string{"sum", "step", "zero"}, Output: []string{"sum_q"}},
		&onnxpb.NodeProto{Name: "sum_dq", OpType: "DequantizeLinear", Input: []string{"sum_q", "step", "zero"}, Output: []string{"rounded"}})
	n, _, err := Open(write(t, m), Options{Name: "quantized"})
	if err != nil {
		t.Fatal(err)
	}
	got := maps(t, n, 1, "relu1")[0]
	for i, v := range maps(t, n, 1, "conv1")[0] {
		// Twice a multiple of 1/128, cut off where 255 - 128 of them are.
		if want := max(0, min(2*v, 127.0/128)); got[i] != want {
			t.Fatalf("twice %v is rounded to %v, should be %v", v, got[i], want)
		}
	}
	if alone := maps(t, n, 1, "relu3"); difference(alone[0], maps(t, n, 1, "conv1", "relu2", "relu3")[2]) > 1e-6 {
		t.Error("a layer taken alone is not what it is beside others")
	}
}

// TestForeign: files that are no ONNX are refused by what they are.
func TestForeign(t *testing.T) {
	graph, err := onnx.Marshal(plainGraph(t, 3, 0))
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{
		"": "empty",
		"version https://git-lfs.github.com/spec/v1\noid sha256:1": "Git LFS pointer",
		"<!DOCTYPE html><html>":                  "web page",
		"\n<HTML>":                               "web page",
		"{\"error\": \"not found\"}":             "JSON",
		"\x89HDF\r\n\x1a\n":                      "HDF5",
		"\x80\x02\x8a\nl\xfc\x9cF":               "pickle",
		"PK\x03\x04....archive/data.pkl":         "PyTorch checkpoint",
		"PK\x03\x04....model.weights.h5":         ".keras",
		"PK\x03\x04....model.onnx":               "unpack",
		"\x1c\x00\x00\x00TFL3":                   "TensorFlow Lite",
		"\x20\x00\x00\x00ORTM":                   "ONNX Runtime's own format",
		"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\"": "safetensors",
		string(graph[:len(graph)-20]):            "cut off",
		string(graph[:100]):                      "cut off",
		"random bytes":                           "no ONNX file",
	} {
		_, _, err := Open(writeBytes(t, []byte(content)), Options{Name: "plain"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %q", content, err, want)
		}
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "saved_model.pb"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(folder, Options{Name: "plain"}); err == nil || !strings.Contains(err.Error(), "SavedModel") {
		t.Errorf("a folder: %v", err)
	}
	if _, _, err := Open(filepath.Join(folder, "none.onnx"), Options{Name: "plain"}); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if _, isPath := err.(*os.PathError); isPath {
			return err
		}
		err = u.Unwrap()
	}
}

// TestExported: what convnet has exported comes back as the same network.
func TestExported(t *testing.T) {
	for _, name := range []string{"demo", "plain"} {
		t.Run(name, func(t *testing.T) {
			n, err := cnn.Library{}.Load("demo")
			if name == "plain" {
				n, _, err = Open(write(t, plainGraph(t, 3, 0)), Options{Name: "plain", Source: "here", Layers: []string{"relu2", "conv1"}})
			}
			if err != nil {
				t.Fatal(err)
			}
			data, err := n.Export()
			if err != nil {
				t.Fatal(err)
			}
			path := writeBytes(t, data)
			back, _, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if back.SHA256() != n.SHA256() || back.Manifest.Provenance.Source != n.Manifest.Provenance.Source {
				t.Errorf("another network came back: %+v", back.Manifest)
			}
			other, _, err := Open(path, Options{Name: "other", Preprocess: "none", License: "MIT"})
			if err != nil {
				t.Fatal(err)
			}
			if m := other.Manifest; m.Name != "other" || m.Input.Preprocess.Std[0] != 1 || m.Provenance.License != "MIT" || m.Input.Preprocess.Fit != "crop" {
				t.Errorf("the options are not kept: %+v", m)
			}
		})
	}
}

// TestResize: another size for a network whose graph can take it, and a sentence for one that cannot.
func TestResize(t *testing.T) {
	plain := func(size int) *cnn.Network {
		n, _, err := Open(write(t, plainGraph(t, 3, 0)), Options{Name: "plain", Height: size, Width: size, Preprocess: "tf"})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n, err := Resize(plain(0), 48, 48)
	if err != nil {
		t.Fatal(err)
	}
	if n.SHA256() != plain(48).SHA256() {
		t.Errorf("resized to 48×48 it is not the network that the file makes at 48×48: %+v", n.Manifest)
	}
	b := onnx.NewBuilder("flat", 0)
	x := b.Conv("conv", b.Input("image", 1, 3, 8, 8), b.Floats("k", []int64{2, 3, 1, 1}, waves(6, 1)), "", onnx.Window{})
	x = b.Gemm("fc", b.Flatten("flat", x, 1), b.Floats("w", []int64{128, 5}, waves(640, 1)), "", false)
	m, err := b.Model(x)
	if err != nil {
		t.Fatal(err)
	}
	flat, _, err := Open(write(t, m), Options{Name: "flat"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Resize(flat, 16, 16); err == nil || !strings.Contains(err.Error(), "takes 8×8 pixels and cannot take 16×16") {
		t.Errorf("got %v", err)
	}
}
