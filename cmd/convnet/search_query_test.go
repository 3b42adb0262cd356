package main

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cutFile writes a part of a picture into a file of its own, by Go's own packages.
func cutFile(t *testing.T, from, to string, r image.Rectangle) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	whole, err := png.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	part := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(part, part.Bounds(), whole, r.Min, draw.Src)
	out, err := os.Create(to)
	if err == nil {
		err = png.Encode(out, part)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// To a real network a crop is the cropped file, to the last bit: all distances are the same.
func TestCropIsTheCroppedFile(t *testing.T) {
	db, folder := ingested(t)
	type page struct {
		Results []struct {
			Name     string
			Distance float64
		}
	}
	original := filepath.Join(folder, "bars", "bar 1.png")
	cut := filepath.Join(t.TempDir(), "cut.png")
	cutFile(t, original, cut, image.Rect(5, 3, 45, 33))
	find := func(args ...string) map[string]float64 {
		t.Helper()
		distances := map[string]float64{}
		found := decode[page](t, mustConvnet(t, exitDone, append([]string{"search", "--db", db, "--metric", "euclidean", "-k", "100", "--json"}, args...)...))
		for _, r := range found.Results {
			distances[r.Name] = r.Distance
		}
		return distances
	}
	want := find(cut)
	name := ""
	for image := range want {
		if strings.HasSuffix(image, "bar 1.png") {
			name = image
		}
	}
	for what, got := range map[string]map[string]float64{
		"a file": find(original, "--crop", "5,3,40,30"), "an image of the dataset": find("--image", name, "--crop", "5,3,40,30"),
		"a part": find("--plus", "5,3,40,30@file:"+original),
	} {
		if len(got) < len(want)-1 || len(got) < 3 {
			t.Errorf("%s: %d found, of the cropped file %d", what, len(got), len(want))
		}
		for image, distance := range got {
			if distance != want[image] {
				t.Errorf("%s: %s is at %v, from the cropped file at %v", what, image, distance, want[image])
			}
		}
	}
	for _, wrong := range [][]string{{"--image", name, cut}, {"--minus", "image:" + name}, {"--image", name, "--crop", "1,2"}, {"--plus", "file"}} {
		if r := convnet(t, append([]string{"search", "--db", db}, wrong...)...); r.code == exitDone {
			t.Errorf("%q was understood", wrong)
		}
	}
}
