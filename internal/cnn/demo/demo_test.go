package demo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn/demo"
)

func TestLabels(t *testing.T) {
	folder := emojiFolder(t)
	files, names, count := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, p := range readLabels(t) {
		files[p.file], names[p.name] = true, true
		count[p.category]++
		if _, err := os.Stat(filepath.Join(folder, p.file)); err != nil {
			t.Error(err)
		}
	}
	if len(files) != 200 || len(names) != 200 {
		t.Errorf("%d files and %d names, want 200 different ones of each", len(files), len(names))
	}
	if len(count) != 10 {
		t.Errorf("%d categories, want 10", len(count))
	}
	for c, n := range count {
		if n != 20 {
			t.Errorf("category %s has %d pictures, want 20", c, n)
		}
	}
}

func TestManifest(t *testing.T) {
	m := decode[description](t, demo.ManifestJSON())
	convolutions, parameters, names := 0, 0, map[string]bool{}
	for i, l := range m.Layers {
		if l.Index != i+1 || l.Name != l.Value || names[l.Name] {
			t.Errorf("layer %d is %+v", i+1, l)
		}
		names[l.Name] = true
		parameters += l.Parameters
		if l.Type == "Conv2D" {
			convolutions++
		}
	}
	if convolutions < 8 {
		t.Errorf("%d convolutions, want at least 8", convolutions)
	}
	if parameters != m.Parameters || m.Output != m.Layers[len(m.Layers)-1].Name {
		t.Errorf("%d parameters in the layers, %d in all; output %s", parameters, m.Parameters, m.Output)
	}
	if len(m.DefaultLayers) != 8 || slices.ContainsFunc(m.DefaultLayers, func(n string) bool { return !names[n] }) {
		t.Errorf("default layers %q", m.DefaultLayers)
	}
	if n := len(demo.ONNX()); n > 2_000_000 || n < 4*m.Parameters {
		t.Errorf("the network has %d bytes and %d parameters", n, m.Parameters)
	}
}

func TestSplitCoversTheClasses(t *testing.T) {
	m := decode[description](t, demo.ManifestJSON())
	kept, out := map[string]int{}, map[string]int{}
	for _, s := range readSplit(t) {
		if s.heldOut {
			out[s.class]++
		} else {
			kept[s.class]++
		}
	}
	for _, c := range m.Classes {
		if kept[c] == 0 || out[c] == 0 {
			t.Errorf("class %s: %d pictures for training, %d held out", c, kept[c], out[c])
		}
	}
	if len(kept) != len(m.Classes) {
		t.Errorf("%d classes in the split, %d in the manifest", len(kept), len(m.Classes))
	}
}

// TestEvaluationPixels proves that the pictures below are those the training script evaluated.
func TestEvaluationPixels(t *testing.T) {
	folder, h := emojiFolder(t), sha256.New()
	for _, s := range readSplit(t) {
		h.Write(variationOf(s.file).apply(readPicture(t, folder, s.file)))
	}
	got, want := hex.EncodeToString(h.Sum(nil)), decode[results](t, demo.TrainingJSON()).PixelsSHA256
	if got != want {
		t.Errorf("evaluation pixels hash to %s, training.json has %s", got, want)
	}
}
