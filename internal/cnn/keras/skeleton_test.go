package keras

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

func skeleton(t *testing.T, name string, height, width int, top bool) *cnn.Network {
	t.Helper()
	n, err := Skeleton(name, height, width, top)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSkeleton: at every size, the graph has the shapes that the books say, and all weights but their numbers.
func TestSkeleton(t *testing.T) {
	for _, a := range architectures {
		for _, size := range [][2]int{{0, 0}, {96, 96}, {107, 76}, {88, 131}} {
			t.Run(fmt.Sprintf("%s %v", a.id(), size), func(t *testing.T) {
				n := skeleton(t, a.id(), size[0], size[1], true)
				model, err := onnx.Unmarshal(n.ONNX)
				if err != nil {
					t.Fatal(err)
				}
				sameShapes(t, model, n.Manifest)
				var parameters int64
				for _, tensor := range model.Graph.Initializer {
					if tensor.DataLocation == onnxpb.TensorProto_EXTERNAL {
						parameters += elements(tensor.Dims)
					}
				}
				if parameters != n.Manifest.Parameters || n.Manifest.Architecture != a.id() {
					t.Errorf("%d parameters in the graph of %s, %d in the books", parameters, n.Manifest.Architecture, n.Manifest.Parameters)
				}
				if fit := n.Manifest.Input.Preprocess.Fit; fit != "crop" {
					t.Errorf("pictures are fitted by %q", fit)
				}
			})
		}
	}
}

func elements(dims []int64) int64 {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	return n
}

// sameShapes compares the shapes that follow from the graph with those in the manifest.
func sameShapes(t *testing.T, model *onnxpb.ModelProto, m cnn.Manifest) {
	t.Helper()
	shapes, err := onnx.InferShapes(model, map[string][]int64{m.Input.Name: m.Input.Shape()})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.Layers {
		if got, want := shapes[l.Value], []int64{1, int64(l.Channels), int64(l.Height), int64(l.Width)}; !alike(got, want) {
			t.Errorf("%s has the shape %v in the graph, %v in the books", l.Name, got, want)
		}
	}
}

// alike compares shapes; a vector may be written as one of 1×1 places.
func alike(got, want []int64) bool {
	return len(got) >= 2 && got[1] == want[1] && elements(got) == elements(want) &&
		(len(got) == 2 || reflect.DeepEqual(got, want))
}

// TestSizes: what is too small is refused, with the size that would do; that size does.
func TestSizes(t *testing.T) {
	for name, least := range map[string]int{
		"densenet121": 32, "inceptionv3": 75, "mobilenet": 32, "mobilenetv2": 32, "nasnetmobile": 32, "resnet50": 32,
		"vgg16": 32, "vgg19": 32, "xception": 71, "efficientnetb0": 32, "efficientnetb5": 32,
	} {
		if _, err := Skeleton(name, least, least, false); err != nil {
			t.Errorf("%s at its smallest: %v", name, err)
		}
		says := fmt.Sprintf("%s takes pictures of at least %d×%d pixels, not %d×%d", name, least, least, 300, least-1)
		if _, err := Skeleton(name, 300, least-1, false); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s below its smallest: %v, want %q", name, err, says)
		}
	}
	if _, err := Skeleton("mobilenetv2", 100_000, 0, false); err == nil || !strings.Contains(err.Error(), "input height 100000") {
		t.Errorf("far too large: %v", err)
	}
}

// TestResize: the same weights at another size are what Build makes of the file at that size, and back again.
func TestResize(t *testing.T) {
	a, err := find("mobilenetv2")
	if err != nil {
		t.Fatal(err)
	}
	layers, err := a.layers(true)
	if err != nil {
		t.Fatal(err)
	}
	made := func(opt BuildOptions) *cnn.Network {
		n, err := Build("mobilenetv2", synthetic(layers, nil), opt)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	native := made(BuildOptions{Top: true, Name: "mine"})
	if native.Manifest.Name != "mine" {
		t.Errorf("it is called %s", native.Manifest.Name)
	}
	want := made(BuildOptions{Top: true, Name: "mine", Height: 75, Width: 98})
	got, err := Resize(native, 75, 98)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.ONNX, want.ONNX) || !reflect.DeepEqual(got.Manifest, want.Manifest) {
		t.Errorf("resized is not what is built at that size: %+v, want %+v", got.Manifest.Input, want.Manifest.Input)
	}
	back, err := Resize(got, 0, 0)
	if err != nil || back.SHA256() != native.SHA256() {
		t.Errorf("resized back, it is another network: %v", err)
	}
}

// TestResizeClassifier: the dense layers behind a Flatten fit one size only.
func TestResizeClassifier(t *testing.T) {
	whole := skeleton(t, "vgg16", 0, 0, true)
	whole.Manifest.DefaultLayers = []string{"block1_conv1", "fc1"}
	whole.Manifest.Provenance.Source = "somewhere"
	small, err := Resize(whole, 64, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := small.Manifest
	if m.Output != "block5_pool" || len(m.Classes) != 0 || len(m.Layers) != 19 || m.Parameters != 14_714_688 {
		t.Errorf("output %s, %d classes, %d layers, %d parameters", m.Output, len(m.Classes), len(m.Layers), m.Parameters)
	}
	if m.Input.Height != 64 || m.Input.Width != 224 || m.Provenance.Source != "somewhere" || len(m.DefaultLayers) != 1 {
		t.Errorf("%+v, %+v, default layers %v", m.Input, m.Provenance, m.DefaultLayers)
	}
	if kept, err := Resize(skeleton(t, "resnet50-tf2", 0, 0, true), 64, 64); err != nil || len(kept.Manifest.Classes) != 1000 {
		t.Errorf("a classifier behind global pooling is gone: %v", err)
	}
}

func TestResizeRefuses(t *testing.T) {
	foreign := skeleton(t, "resnet50", 0, 0, false)
	foreign.Manifest.Architecture = ""
	if _, err := Resize(foreign, 64, 64); err == nil || !strings.Contains(err.Error(), "does not say which of Keras' networks it is") {
		t.Errorf("a network of unknown architecture: %v", err)
	}
	foreign.Manifest.Architecture = "resnet50-tf2"
	if _, err := Resize(foreign, 64, 64); err == nil || !strings.Contains(err.Error(), "add the network again") {
		t.Errorf("another architecture's graph: %v", err)
	}
	if _, err := Resize(skeleton(t, "vgg16", 0, 0, false), 31, 64); err == nil || !strings.Contains(err.Error(), "at least 32×32") {
		t.Errorf("too small: %v", err)
	}
}
