package cnn

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/editdistance"
)

// sample is a small valid manifest.
func sample() Manifest {
	return Manifest{
		Name: "sample", Title: "A sample",
		Input: Input{Name: "in", Height: 8, Width: 8, Channels: 3, Preprocess: Preprocess{
			Order: "rgb", Mean: []float32{1, 2, 3}, Std: []float32{4, 5, 6},
		}},
		Layers: []Layer{
			{"in", "InputLayer", 0, 3, 8, 8, 0, "in"},
			{"conv1/conv", "Conv2D", 1, 4, 8, 8, 108, "a"},
			{"conv1/relu", "Activation", 2, 4, 8, 8, 0, "b"},
			{"conv2", "Conv2D", 3, 4, 4, 4, 144, "c"},
			{"pad", "ZeroPadding2D", 4, 4, 6, 6, 0, "d"},
			{"fc", "Dense", 7, 10, 1, 1, 50, "e"},
		},
		DefaultLayers: []string{"conv1/conv", "conv2"},
		Output:        "e", Classes: []string{"cat", "dog, domestic"}, Parameters: 302,
		Provenance: Provenance{Source: "somewhere"},
	}
}

func TestSelectLayers(t *testing.T) {
	m := sample()
	for _, test := range []struct{ spec, want string }{
		{"default", "conv1/conv conv2"},
		{"", "conv1/conv conv2"},
		{"all", "conv1/conv conv1/relu conv2 fc"},
		{"fc", "fc"},
		{"conv2,conv1/conv", "conv1/conv conv2"},
		{" fc , conv2,fc", "conv2 fc"},
		{"pad", "pad"},
	} {
		layers, err := m.SelectLayers(test.spec)
		var names []string
		for _, l := range layers {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != test.want {
			t.Errorf("%q selects %q, %v; want %q", test.spec, got, err, test.want)
		}
	}
	for spec, says := range map[string]string{
		"conv1_conv": `did you mean conv1/conv?`,
		"conv1":      `did you mean conv1/conv, conv1/relu or conv2?`,
		"Conv2":      `did you mean conv2?`,
		"xyzzyplugh": `model sample has no layer "xyzzyplugh"; "convnet models show sample"`,
		"conv2,":     "empty layer name",
		"ALL":        `no layer "ALL"`,
	} {
		if _, err := m.SelectLayers(spec); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v, want one that says %q", spec, err, says)
		}
	}
	m.DefaultLayers = nil
	if _, err := m.SelectLayers("default"); err == nil || !strings.Contains(err.Error(), "no default layers") {
		t.Errorf("without default layers: %v", err)
	}
}

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		if got, back := editdistance.Bytes(test.a, test.b), editdistance.Bytes(test.b, test.a); got != test.want || back != test.want {
			t.Errorf("between %q and %q: %d and %d, want %d", test.a, test.b, got, back, test.want)
		}
	}
}

// TestValidate damages a manifest in every way that something downstream would stumble over.
func TestValidate(t *testing.T) {
	if m := sample(); m.Validate() != nil {
		t.Fatalf("the sample is invalid: %v", m.Validate())
	}
	nan := float32(math.NaN())
	for says, damage := range map[string]func(m *Manifest){
		"cannot name a model":        func(m *Manifest) { m.Name = "../../etc" },
		`"" cannot name`:             func(m *Manifest) { m.Name = "" },
		`"Upper"`:                    func(m *Manifest) { m.Name = "Upper" },
		"meaning of its own":         func(m *Manifest) { m.Name = "all" },
		"text of 5000 bytes":         func(m *Manifest) { m.Title = strings.Repeat("x", 5000) },
		"not UTF-8":                  func(m *Manifest) { m.Provenance.Source = "\xff" },
		"control character":          func(m *Manifest) { m.Provenance.License = "MIT\x1b[31m" },
		"output":                     func(m *Manifest) { m.Output = "" },
		"class 1":                    func(m *Manifest) { m.Classes[1] = "a\x00b" },
		"100001 classes":             func(m *Manifest) { m.Classes = make([]string, 100001) },
		"parameters -1":              func(m *Manifest) { m.Parameters = -1 },
		"input height 0":             func(m *Manifest) { m.Input.Height = 0 },
		"input width 100000":         func(m *Manifest) { m.Input.Width = 100000 },
		"input: a name is empty":     func(m *Manifest) { m.Input.Name = "" },
		"unknown channel order":      func(m *Manifest) { m.Input.Preprocess.Order = "hsv" },
		"needs 3 channels":           func(m *Manifest) { m.Input.Channels = 1 },
		"not 3, 3 and 2":             func(m *Manifest) { m.Input.Preprocess.Std = []float32{1, 2} },
		"/ 0 is no number":           func(m *Manifest) { m.Input.Preprocess.Std[1] = 0 },
		"NaN) / 6":                   func(m *Manifest) { m.Input.Preprocess.Mean[2] = nan },
		"0 layers":                   func(m *Manifest) { m.Layers = nil },
		"10001 layers":               func(m *Manifest) { m.Layers = make([]Layer, 10001) },
		"two layers are named":       func(m *Manifest) { m.Layers[2].Name = "conv1/conv" },
		"index 1 after index 1":      func(m *Manifest) { m.Layers[2].Index = 1 },
		"comma or a space":           func(m *Manifest) { m.Layers[1].Name = "conv 1" },
		"layer 1: a name is empty":   func(m *Manifest) { m.Layers[1].Value = "" },
		"conv2: channels 0":          func(m *Manifest) { m.Layers[3].Channels = 0 },
		"conv2: height -4":           func(m *Manifest) { m.Layers[3].Height = -4 },
		"conv2: width 99999":         func(m *Manifest) { m.Layers[3].Width = 99999 },
		"conv2: parameters":          func(m *Manifest) { m.Layers[3].Parameters = math.MaxInt64 },
		"more default layers":        func(m *Manifest) { m.DefaultLayers = make([]string, 7) },
		`default layer "nothing"`:    func(m *Manifest) { m.DefaultLayers[0] = "nothing" },
		`default layer "conv1/conv"`: func(m *Manifest) { m.DefaultLayers[1] = "conv1/conv" },
	} {
		m := sample()
		m.Layers, m.Classes = slices.Clone(m.Layers), slices.Clone(m.Classes)
		damage(&m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

func TestParseManifest(t *testing.T) {
	data, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	m, err := ParseManifest(data)
	if err != nil || m.Layers[3] != sample().Layers[3] {
		t.Errorf("ParseManifest = %+v, %v", m, err)
	}
	for _, bad := range []string{"", "{", "[]", `{"name": 7}`, "{}"} {
		if _, err := ParseManifest([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	data, err := json.Marshal(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	if demo, err := os.ReadFile("demo/demo.json"); err == nil {
		f.Add(demo)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		// Whatever is accepted has an identity and its layers can be chosen.
		Identity([32]byte{}, m)
		for _, spec := range []string{"all", m.Layers[0].Name, "nothing like it"} {
			_, _ = m.SelectLayers(spec)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseManifest(again); err != nil {
			t.Errorf("accepted once, but not again: %v", err)
		}
	})
}
