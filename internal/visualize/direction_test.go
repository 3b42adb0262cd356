package visualize

import (
	"math"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
)

func TestDirection(t *testing.T) {
	weights := make([]float32, 10)
	weights[4], weights[7] = 1, -2
	o, err := Direction("smile.npy", mapLayer, weights, 0)
	if err != nil || o.Channel != -1 || o.Goal != (cnn.Goal{Layer: mapLayer, Kind: cnn.Cosine}) || !strings.HasPrefix(o.Name, "direction:smile.npy@") {
		t.Errorf("%+v, %v", o, err)
	}
	squared, err := Direction("smile.npy", mapLayer, weights, 2)
	if err != nil || squared.Name != o.Name+"^2" || squared.Goal.Power != 2 {
		t.Errorf("%+v, %v", squared, err)
	}
	other := append([]float32{1}, weights[1:]...)
	if p, err := Direction("smile.npy", mapLayer, other, 0); err != nil || p.Name == o.Name {
		t.Errorf("other numbers have the same name, %s: %v", p.Name, err)
	}
	for want, test := range map[string]struct {
		weights []float32
		power   float64
	}{
		"has 3 numbers":   {weights[:3], 0},
		"is zero":         {make([]float32, 10), 0},
		"not finite":      {append([]float32{float32(math.NaN())}, weights[1:]...), 0},
		"is not in 0..10": {weights, -1},
	} {
		if _, err := Direction("smile.npy", mapLayer, test.weights, test.power); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestParseClass(t *testing.T) {
	layer := cnn.Layer{Name: "predictions", Channels: 10, Height: 1, Width: 1}
	o, err := ParseObjective("class:8", layer)
	if err != nil || o.Name != "class:8" || o.Channel != 8 || o.Goal.Kind != cnn.Logit || o.Weights[8] != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err = ParseObjective("class:8 - 0.5*class:2", layer); err != nil || o.Name != "-0.5*class:2+class:8" || o.Channel != -1 {
		t.Errorf("%+v, %v", o, err)
	}
	for text, want := range map[string]string{"class:10": "0 to 9", "class:1+channel:1": "same places", "class:1@0,0": "only a neuron"} {
		if _, err := ParseObjective(text, layer); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseObjective("class:1", mapLayer); err == nil || !strings.Contains(err.Error(), "no classes") {
		t.Errorf("a map has classes: %v", err)
	}
}

// TestSpectrumOfParameters: pictures of different spectra are different pictures, and 1/f has one name.
func TestSpectrumOfParameters(t *testing.T) {
	p := DefaultParameters
	p.Param, p.Size = "maco", 8
	general := p
	general.Spectrum = GeneralSpectrum
	if string(p.JSON()) != string(general.JSON()) {
		t.Errorf("%s is not %s", p.JSON(), general.JSON())
	}
	magnitudes := make([]float32, 3*8*5)
	magnitudes[3] = 1
	one := p.WithSpectrum("pets", magnitudes)
	other := p.WithSpectrum("pets", append([]float32{2}, magnitudes[1:]...))
	if Hash(one.JSON()) == Hash(other.JSON()) || Hash(one.JSON()) == Hash(p.JSON()) {
		t.Errorf("%s and %s and %s", p.JSON(), one.JSON(), other.JSON())
	}
	if err := one.Validate(); err != nil || one.Render().Magnitudes[3] != 1 {
		t.Error(err)
	}
	one.Magnitudes = nil
	if err := one.Validate(); err == nil || !strings.Contains(err.Error(), "not at hand") {
		t.Errorf("a spectrum without numbers: %v", err)
	}
	general.Param = "fourier"
	if err := general.Validate(); err == nil || !strings.Contains(err.Error(), "by the param maco") {
		t.Errorf("a spectrum for nothing: %v", err)
	}
}
