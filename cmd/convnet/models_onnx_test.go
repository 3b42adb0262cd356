package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// strangersNetwork writes an ONNX file as another program would: a network of five classes whose author left the size of
// the pictures open.
func strangersNetwork(t *testing.T) string {
	t.Helper()
	b := onnx.NewBuilder("stranger", 0)
	x, in := b.Input("x", 1, 3, 48, 48), int64(3)
	for i, name := range []string{"stem", "block1", "block2"} {
		out := int64(8 * (i + 1))
		kernel := b.Floats(name+".conv.weight", []int64{out, in, 3, 3}, ramp(int(out*in*9)))
		x = b.Relu("", b.Conv("", x, kernel, "", onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}}))
		in = out
	}
	x = b.Flatten("", b.GlobalAveragePool("", x), 1)
	x = b.Gemm("scores", x, b.Floats("head.weight", []int64{in, 5}, ramp(int(in)*5)), "", false)
	m, err := b.Model(x)
	if err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "stranger.onnx")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func ramp(n int) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(i%7-3) / 10
	}
	return data
}

// From a stranger's file to a search: everything that a Keras network can do.
func TestAddONNX(t *testing.T) {
	db, folder := ingested(t)
	file := strangersNetwork(t)
	labels := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(labels, []byte("\ufeffcat\r\ndog\r\ncow\r\nsow\r\nhen\r\n\r\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := mustConvnet(t, exitDone, "models", "add", "--onnx", file, "--name", "stranger", "--labels", labels, "--license", "MIT")
	for _, want := range []string{"added stranger: 8 layers", "48×48 pixels", "--preprocess chooses another way", "by default: stem.conv"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("it does not say %q:\n%s", want, r.stdout)
		}
	}
	mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "stranger", folder)
	mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "stranger", "--input-size", "64", folder)
	query := filepath.Join(folder, "discs", "disc 2.png")
	mustConvnet(t, exitDone, "search", "--db", db, "--dataset", "shapes", "--model", "stranger-64", query)
	m := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "stranger", "--json"))
	if m.MACs == 0 || m.Classes != 5 || m.Provenance.License != "MIT" || m.Layers[2].ReceptiveField.Rows.Size != 7 {
		t.Errorf("it is shown as %+v", m)
	}
	back := filepath.Join(t.TempDir(), "back.onnx")
	mustConvnet(t, exitDone, "models", "export", "stranger", back)
	again := decode[addedModel](t, mustConvnet(t, exitDone, "models", "add", "--onnx", back, "--json"))
	if again.SHA256 != m.SHA256 {
		t.Errorf("exported and added again it is another network: %+v", again)
	}
	mustConvnet(t, exitDone, "models", "remove", "stranger")
}

// A network never takes another one's place by itself: the same may come again, another is refused until the first is gone.
func TestAddUnderATakenName(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	file := strangersNetwork(t)
	add := func(exit int, more ...string) result {
		return mustConvnet(t, exit, append([]string{"models", "add", "--onnx", file, "--name", "stranger"}, more...)...)
	}
	add(exitDone)
	add(exitDone, "--license", "MIT") // says more about the same network
	before := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "stranger", "--json"))
	refused := add(exitUsage, "--preprocess", "caffe")
	for _, want := range []string{"another network stranger already", "--name", "convnet models remove stranger"} {
		if !strings.Contains(refused.stderr, want) {
			t.Errorf("it does not say %q:\n%s", want, refused.stderr)
		}
	}
	if after := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "stranger", "--json")); after.SHA256 != before.SHA256 || after.Provenance.License != "MIT" {
		t.Errorf("it is another network now: %+v", after)
	}
	mustConvnet(t, exitDone, "models", "remove", "stranger")
	add(exitDone, "--preprocess", "caffe")
}

func TestAddONNXAsAsked(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	m := decode[addedModel](t, mustConvnet(t, exitDone, "models", "add", "--json", "--onnx", strangersNetwork(t), "--name", "stranger",
		"--input", "32x40", "--preprocess", "mean=0.5,std=0.25,order=bgr", "--fit", "pad", "--layers", "head, block1.conv"))
	in := m.Input
	if in.Height != 32 || in.Width != 40 || in.Preprocess.Order != "bgr" || in.Preprocess.Mean[2] != 127.5 || in.Preprocess.Fit != "pad" {
		t.Errorf("the input is %+v", in)
	}
	if !slices.Equal(m.DefaultLayers, []string{"block1.conv", "head"}) {
		t.Errorf("the default layers are %q", m.DefaultLayers)
	}
}

func TestAddONNXRefuses(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	file := strangersNetwork(t)
	empty := filepath.Join(t.TempDir(), "empty.txt")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "not both", []string{"--weights", "w.h5", "--onnx", file}},
		{exitFailed, "name it with --name", []string{"--onnx", file}},
		{exitUsage, "--input", []string{"--onnx", file, "--name", "n", "--input", "big"}},
		{exitUsage, "--fit", []string{"--onnx", file, "--name", "n", "--fit", "squash"}},
		{exitUsage, "--preprocess goes with --onnx", []string{"vgg16", "--weights", "w.h5", "--preprocess", "tf"}},
		{exitFailed, "no way to prepare pictures", []string{"--onnx", file, "--name", "n", "--preprocess", "imagenet"}},
		{exitFailed, "is empty", []string{"--onnx", file, "--name", "n", "--labels", empty}},
		{exitFailed, "1 labels", []string{"--onnx", file, "--name", "n", "--labels", oneLine(t)}},
		{exitFailed, "part of the program", []string{"--onnx", file, "--name", "demo"}},
		{exitUsage, "one of Keras' networks", []string{"--onnx", file, "--name", "mobilenetv2"}},
		{exitFailed, "no such file", []string{"--onnx", file + "x", "--name", "n"}},
	} {
		if r := mustConvnet(t, test.code, append([]string{"models", "add"}, test.args...)...); !strings.Contains(r.stderr, test.says) {
			t.Errorf("%q: it says %q", test.args, r.stderr)
		}
	}
}

// A network is tried before it is added: what would fail on every image is refused.
func TestAddONNXTries(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	data, err := os.ReadFile(strangersNetwork(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Graph.Initializer {
		if w.Name == "block2.conv.weight" {
			damaged := ramp(24 * 16 * 9)
			damaged[7] = float32(math.NaN())
			m.Graph.Initializer[i] = onnx.FloatTensor(w.Name, w.Dims, damaged)
		}
	}
	if data, err = onnx.Marshal(m); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged.onnx")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	r := mustConvnet(t, exitFailed, "models", "add", "--onnx", path, "--name", "damaged")
	if !strings.Contains(r.stderr, "not finite at layer block2.conv") {
		t.Errorf("it says %q", r.stderr)
	}
	if r := mustConvnet(t, exitDone, "models", "list"); strings.Contains(r.stdout, "damaged") {
		t.Errorf("it is there all the same:\n%s", r.stdout)
	}
}

func oneLine(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(path, []byte("cat\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
