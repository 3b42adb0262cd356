package explorer

import (
	"errors"
	"math"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

const described = `{"title": "Small", "parameters": 400, "classes": ["a", "b"], "default_layers": ["second"],
	"input": {"height": 32, "width": 48, "channels": 3,
		"preprocess": {"order": "bgr", "mean": [103.939, 116.779, 123.68], "std": [1, 1, 1], "fit": "crop"}},
	"layers": [
		{"name": "first", "type": "Conv2D", "index": 1, "channels": 16, "height": 32, "width": 48, "parameters": 100},
		{"name": "second", "type": "Concatenate", "index": 4, "channels": 64, "height": 16, "width": 24, "parameters": 300},
		{"name": "vector", "type": "Dense", "index": 5, "channels": 2, "height": 1, "width": 1, "parameters": 0}]}`

func TestLayers(t *testing.T) {
	m := store.Model{Name: "small model", Manifest: []byte(described), HasGraph: true}
	parsed, err := readManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	list := layers(parsed)
	if len(list) != 3 || list[0].Default || !list[1].Default || list[1].Bar != 100 || list[1].Index != 4 {
		t.Errorf("layers %+v", list)
	}
	s := summarise(m, parsed)
	if s.Title != "Small" || s.Classes != 2 || s.URL != "/models/small%20model" || s.Input.Height != 32 || s.Input.Width != 48 {
		t.Errorf("summary %+v", s)
	}
}

func TestPreprocessInWords(t *testing.T) {
	parsed, err := readManifest(store.Model{Name: "m", Manifest: []byte(described)})
	if err != nil {
		t.Fatal(err)
	}
	p := parsed.Input.Preprocess
	if got, want := p.Values(), "BGR, (value − 103.939 / 116.779 / 123.68) ÷ 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	seen := map[string]bool{p.Fitting(): true}
	for _, fit := range []string{"pad", "", "stretch"} {
		seen[Preprocess{Fit: fit}.Fitting()] = true
	}
	if len(seen) != 3 {
		t.Errorf("three ways to fit, nothing being stretch: %v", seen)
	}
}

func TestManifestThatCannotBeRead(t *testing.T) {
	if _, err := readManifest(store.Model{Name: "m", Manifest: []byte("{")}); err == nil {
		t.Error("half a manifest was read")
	}
	parsed, err := readManifest(store.Model{Name: "bare", Manifest: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if s := summarise(store.Model{Name: "bare"}, parsed); s.Title != "bare" || len(s.Profile.Bars) != 0 {
		t.Errorf("summary %+v", s)
	}
}

func TestProfileStaysInside(t *testing.T) {
	var list []Layer
	for i := range 500 {
		list = append(list, Layer{Name: "l", Type: "Conv2D", Channels: i * i, Height: 500 - i, Width: i})
	}
	p := profile(list)
	for _, b := range p.Bars {
		inside := b.X >= 0 && b.X+b.Width <= profileWidth+0.01 && b.MapY >= 0 && b.MapY+b.MapHeight <= profileMiddle &&
			b.ChannelY >= profileMiddle && b.ChannelY+b.ChannelHeight <= profileHeight
		if !inside || math.IsNaN(b.MapHeight) || b.Class != "conv" {
			t.Fatalf("bar %+v", b)
		}
	}
}

func TestNotFoundIsTheStores(t *testing.T) {
	if !errors.Is(notFoundf("There is no model."), store.ErrNotFound) {
		t.Error("a missing model would be an error of ours")
	}
}
