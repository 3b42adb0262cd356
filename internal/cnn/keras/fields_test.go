package keras_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/cnn/keras"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// Whole networks with weights that let nothing cancel: of a single bright pixel in the dark, the runtime says which
// units of every layer it changes, and those must be the ones whose receptive field holds it.
func TestReceptiveFieldsOfWholeNetworks(t *testing.T) {
	if testing.Short() {
		t.Skip("runs whole networks")
	}
	rt := ortruntest.Open(t)
	for _, name := range []string{"inceptionv3", "mobilenetv2", "nasnetmobile", "xception"} {
		t.Run(name, func(t *testing.T) {
			n, err := keras.Skeleton(name, 83, 97, false)
			if err != nil {
				t.Fatal(err)
			}
			model, fields := transparent(t, n)
			session, err := rt.NewSession(model, ortrun.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			inside, changed := 0, 0
			for _, pixel := range [][2]int{{0, 0}, {82, 96}, {41, 48}, {3, 95}, {81, 32}} {
				out, err := session.Run(t.Context(), bright(n.Manifest.Input, pixel))
				if err != nil {
					t.Fatal(err)
				}
				for i, layer := range out {
					sees, lit, wrong := compare(layer, fields[i], pixel)
					inside, changed = inside+sees, changed+lit
					if wrong {
						t.Fatalf("pixel %v changes a unit of layer %d, %v, that should not see it", pixel, i, layer.Shape)
					}
				}
			}
			// A field may have holes, as between the shifted branches of NASNet.
			if changed == 0 || float64(changed) < 0.998*float64(inside) {
				t.Errorf("of %d units that should see the pixels, %d do", inside, changed)
			}
		})
	}
}

// transparent gives a network weights under which every pixel that can reach a unit does, and makes all layers that have
// a map its outputs.
func transparent(t *testing.T, n *cnn.Network) (model []byte, fields []onnx.Field) {
	t.Helper()
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Graph.Initializer {
		if w.DataLocation == onnxpb.TensorProto_EXTERNAL {
			m.Graph.Initializer[i] = onnx.FloatTensor(w.Name, w.Dims, positive(w))
		}
	}
	costs, err := onnx.Costs(m, n.Manifest.Input.Shape())
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, l := range n.Manifest.Layers[1:] {
		if l.Height > 1 && !slices.Contains(values, l.Value) {
			values = append(values, l.Value)
			fields = append(fields, costs[l.Value].ReceptiveField)
		}
	}
	if m, err = onnx.Prune(m, values); err != nil {
		t.Fatal(err)
	}
	if model, err = onnx.Marshal(m); err != nil {
		t.Fatal(err)
	}
	return model, fields
}

// positive keeps the dark dark, and the bright from growing or fading away over many layers.
func positive(w *onnxpb.TensorProto) []float32 {
	count := int64(1)
	for _, d := range w.Dims {
		count *= d
	}
	v := float32(1)
	switch {
	case len(w.Dims) > 1:
		v = 1.5 * float32(w.Dims[0]) / float32(count)
	case strings.HasSuffix(w.Name, "beta"), strings.HasSuffix(w.Name, "bias"), strings.HasSuffix(w.Name, "mean"):
		v = 0
	}
	return slices.Repeat([]float32{v}, int(count))
}

// bright is a dark picture but for one pixel.
func bright(in cnn.Input, pixel [2]int) ortrun.Tensor {
	picture := ortrun.Tensor{Shape: in.Shape(), Data: make([]float32, in.Len())}
	for c := range in.Channels {
		picture.Data[(c*in.Height+pixel[0])*in.Width+pixel[1]] = 3
	}
	return picture
}

// compare counts the units whose field holds the pixel, and those of them that are not dark; wrong is one that is not
// dark without seeing it.
func compare(layer ortrun.Tensor, f onnx.Field, pixel [2]int) (inside, changed int, wrong bool) {
	height, width := int(layer.Shape[2]), int(layer.Shape[3])
	lit := make([]bool, height*width)
	for i, v := range layer.Data {
		lit[i%len(lit)] = lit[i%len(lit)] || v != 0
	}
	for i, bright := range lit {
		top, left, bottom, right := f.Box(i/width, i%width)
		switch sees := top <= pixel[0] && pixel[0] < bottom && left <= pixel[1] && pixel[1] < right; {
		case sees && bright:
			inside, changed = inside+1, changed+1
		case sees:
			inside++
		case bright:
			wrong = true
		}
	}
	return inside, changed, wrong
}
