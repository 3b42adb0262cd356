package visualize

import (
	"bytes"
	"context"
	"image/png"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/featvis"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// filters is a network of one convolution of a single pixel, behind a ReLU: what a channel wants is known.
func filters(t *testing.T, kernel, bias []float32) *cnn.Network {
	t.Helper()
	b := onnx.NewBuilder("filters", 0)
	channels := int64(len(bias))
	x := b.Input("x", 1, 3, 16, 16)
	x = b.Conv("", x, b.Floats("kernel", []int64{channels, 3, 1, 1}, kernel), b.Floats("bias", []int64{channels}, bias), onnx.Window{})
	m, err := b.Model(b.Relu("y", x))
	if err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	n := &cnn.Network{ONNX: data}
	n.Manifest.Name = "filters"
	n.Manifest.Input = cnn.Input{Name: "x", Height: 16, Width: 16, Channels: 3}
	n.Manifest.Input.Preprocess = cnn.Preprocess{Order: "rgb", Mean: []float32{0, 0, 0}, Std: []float32{255, 255, 255}}
	n.Manifest.Layers = []cnn.Layer{{Name: "y", Value: "y", Channels: int(channels), Height: 16, Width: 16}}
	return n
}

// TestMakerFindsColours: a channel that wants red is silent where the first picture happens to be blue or green, but gets
// red everywhere; one that nothing excites is dead.
func TestMakerFindsColours(t *testing.T) {
	n := filters(t, []float32{1, -1, -1, -1, -1, -1}, []float32{-0.2, -0.5})
	m, err := NewMaker(ortruntest.Open(t), n, cnn.ExciterOptions{Goals: []cnn.Goal{{Layer: n.Manifest.Layers[0]}}}, featvis.Options{Steps: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for channel, want := range []float64{0.8, 0} {
		weights := make([]float32, 2)
		weights[channel] = 1
		made, err := m.Make(context.Background(), [][]float32{weights})
		if err != nil || len(made) != 1 {
			t.Fatal(made, err)
		}
		p := made[0]
		if p.Dead != (want == 0) || p.End < 0.95*want || p.End > want+1e-6 {
			t.Errorf("channel %d: from %v to %v, dead %v; the best there is is %v", channel, p.Start, p.End, p.Dead, want)
		}
		if p.Dead {
			continue
		}
		img, err := png.Decode(bytes.NewReader(p.PNG))
		if err != nil {
			t.Fatal(err)
		}
		if r, g, b, _ := img.At(5, 5).RGBA(); r < 0xe000 || g > 0x2000 || b > 0x2000 {
			t.Errorf("a pixel is %x, %x, %x", r, g, b)
		}
	}
}
