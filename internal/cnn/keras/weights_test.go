package keras

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// tiny is the network that the files in testdata belong to.
var tiny = Architecture{
	Name: "tiny", Title: "Tiny", InputSize: 8, MinSize: 8, Preprocess: tfStyle,
	build: func(n *net, x *layer, top bool) *layer {
		x = n.conv(x, "c1/conv", conv{filters: 4, window: square(3, 1, true), bias: true})
		x = n.batchNorm(x, "c1/bn", batchNorm{epsilon: defaultEpsilon})
		x = n.activation(x, "relu", "relu")
		x = n.depthwise(x, "dw", conv{window: square(3, 1, true)})
		if !top {
			return x
		}
		return n.dense(n.globalAveragePool(x, "avg_pool"), "fc", 5, "softmax")
	},
}

func openWeights(t *testing.T, name string) *Weights {
	t.Helper()
	w, err := OpenWeights(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// firsts reads the first number of every array of a matching, in the order of the network.
func firsts(t *testing.T, layers []*layer, m matching) []float32 {
	t.Helper()
	var first []float32
	for _, l := range layers {
		data, err := m.arrays(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range l.weights {
			if len(data[w.role]) != w.size() {
				t.Errorf("%s/%s has %d numbers", l.name, w.role, len(data[w.role]))
				continue
			}
			first = append(first, data[w.role][0])
		}
	}
	return first
}

// TestForms reads the same weights in every form; the arrays of a file count upwards through all of it.
func TestForms(t *testing.T) {
	whole := []float32{0, 108, 112, 116, 120, 124, 128, 164, 184}
	for _, test := range []struct {
		file string
		top  bool
		want []float32
	}{
		{"weights.h5", true, whole},
		{"weights.h5", false, whole[:7]},
		{"weights.h5.gz", true, whole},
		{"model.h5", true, whole},
		{"renamed.h5", true, whole},
		{"underscored.h5", true, whole},
		{"keras1.h5", true, whole},
		{"reversed.h5", true, whole},
		{"split.h5", true, whole},
		{"packed.h5", true, whole},
		{"notop.h5", true, whole[:7]},
		{"notop.h5", false, whole[:7]},
		{"classes.h5", false, whole[:7]},
	} {
		t.Run(test.file, func(t *testing.T) {
			layers, m, err := tiny.matched(openWeights(t, test.file), BuildOptions{Top: test.top})
			if err != nil {
				t.Fatal(err)
			}
			if got := firsts(t, layers, m); !slices.Equal(got, test.want) {
				t.Errorf("arrays begin with %v, want %v", got, test.want)
			}
			if _, err := emit("tiny", layers, m.arrays); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMismatch: weights of another network are refused with the first thing that differs.
func TestMismatch(t *testing.T) {
	for file, says := range map[string]string{
		"shape.h5":    "layer dw: the depthwise_kernel is 3×3×4×1 in the network, but dw/depthwise_kernel:0 is 5×5×4×1 in the file",
		"biasless.h5": "layer c1/conv has 2 arrays (kernel, bias) in the network, but c1/conv has 1 in the file",
		"classes.h5":  "layer fc: the kernel is 4×5 in the network, but fc/kernel:0 is 4×7 in the file",
		"deeper.h5":   "5 layers of the file have weights, 4 of the network",
		"lost.h5":     "not in the HDF5 file: /dw/dw/depthwise_kernel:0",
	} {
		_, _, err := tiny.matched(openWeights(t, file), BuildOptions{Top: true})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want one that says %q", file, err, says)
		}
		if other := errors.Is(err, ErrOtherNetwork); other != (file != "lost.h5") {
			t.Errorf("%s: weights of another network: %t", file, other)
		}
	}
	_, err := Build("vgg18", openWeights(t, "weights.h5"), BuildOptions{})
	if !errors.Is(err, cnn.ErrUnknown) || !strings.Contains(err.Error(), "did you mean vgg16 or vgg19?") {
		t.Errorf("unknown architecture: %v", err)
	}
}

// TestRefusals hands in everything that is not a file of weights.
func TestRefusals(t *testing.T) {
	weights, err := os.ReadFile("testdata/weights.h5")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile("testdata/weights.h5.gz")
	if err != nil {
		t.Fatal(err)
	}
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:4665\nsize 33188688\n"
	for _, test := range []struct{ name, content, says string }{
		{"lfs pointer", pointer, "Git LFS pointer"},
		{"web page", "\n<!DOCTYPE html><html><title>404</title></html>", "web page"},
		{"web page without doctype", "<HTML><body>Rate limit</body>", "web page"},
		{"server error", `<?xml version="1.0"?><Error>AccessDenied</Error>`, "XML document"},
		{"keras 3 archive", "PK\x03\x04rest of it", ".keras file"},
		{"zipped checkpoint", "PK\x03\x04\x00\x00archive/data.pkl", "packed model"},
		{"graph of a SavedModel", "\x08\x01\x12\xf9\x2e\x0a\x0a", "TensorFlow SavedModel"},
		{"onnx", "\x08\x08\x12\x07convnet:", "add it with --onnx"},
		{"onnx without producer", "\x08\x03\x3a\x10", "add it with --onnx"},
		{"json", `{"error": "not found"}`, "JSON"},
		{"text", "just words\n", "not an HDF5 file"},
		{"empty", "", "the file is empty"},
		{"truncated", string(weights[:len(weights)-100]), "the HDF5 file is truncated"},
		{"truncated early", string(weights[:20]), "the HDF5 file is truncated"},
		{"truncated gzip", string(packed[:len(packed)/2]), "the file is truncated"},
		{"damaged gzip", string(packed[:200]) + "xxxxxxxxx" + string(packed[209:]), "damaged"},
		{"gzip bomb", bomb(t), "unpacks to more than"},
		{"no gzip after all", "\x1f\x8bnothing", "looks like gzip"},
	} {
		path := filepath.Join(t.TempDir(), "given.h5")
		if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
			t.Fatal(err)
		}
		refused(t, test.name, path, test.says)
	}
	saved := filepath.Join(t.TempDir(), "saved")
	if err := os.MkdirAll(saved, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(saved, "saved_model.pb"), []byte("\x08\x01\x12"), 0o644); err != nil {
		t.Fatal(err)
	}
	for file, says := range map[string]string{
		saved:                    "TensorFlow SavedModel",
		"testdata/theano.h5":     "Keras on Theano",
		"testdata/keras3.h5":     "weight file of Keras 3",
		"testdata/other.h5":      "not one of Keras' weights",
		"testdata/weightless.h5": "none of its layers has weights",
		"testdata":               "this is a folder",
		"testdata/absent.h5":     "no such file",
	} {
		refused(t, file, file, says)
	}
}

// bomb is a small gzip file of many zeros.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(make([]byte, 8<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func refused(t *testing.T, name, path, says string) {
	t.Helper()
	w, err := OpenWeights(path)
	if err == nil {
		w.Close()
		t.Errorf("%s: accepted", name)
		return
	}
	if !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("%s: %q does not say %q or which file", name, err, says)
	}
}

// TestProvenance: the manifest says which file a network was made of.
func TestProvenance(t *testing.T) {
	w := openWeights(t, "weights.h5.gz")
	const want = 64
	if w.File != "weights.h5.gz" || len(w.SHA256) != want {
		t.Errorf("file %q with hash %q", w.File, w.SHA256)
	}
}
