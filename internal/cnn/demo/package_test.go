package demo_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn/demo"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// emojiFolder returns the folder of the 64-pixel pictures. Without the package a developer's test is skipped, but an
// automated run fails: there the evaluation must happen.
func emojiFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CONVNET_EMOJI")
	if dir == "" {
		dir = filepath.Join(testdata.RepoRoot(t), "node_modules", "emoji-datasource-google")
	}
	dir = filepath.Join(dir, "img", "google", "64")
	if _, err := os.Stat(dir); err != nil {
		unavailable(t, "the emoji pictures are missing (npm ci, or set CONVNET_EMOJI): %v", err)
	}
	return dir
}

func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// readPicture decodes one picture of the package.
func readPicture(t *testing.T, folder, file string) image.Image {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("decode %s: %v", file, err)
	}
	if s := img.Bounds().Size(); s.X != side || s.Y != side {
		t.Fatalf("%s is %v pixels, want %d×%d", file, s, side, side)
	}
	return img
}

// sample is one row of train/split.csv.
type sample struct {
	file, class string
	heldOut     bool
}

func readSplit(t *testing.T) []sample {
	t.Helper()
	f, err := os.Open(filepath.Join("train", "split.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []sample
	for _, r := range rows[1:] {
		out = append(out, sample{file: r[0], class: r[2], heldOut: r[3] == "heldout"})
	}
	return out
}

// picture is one row of labels.csv.
type picture struct{ file, category, name string }

func readLabels(t *testing.T) []picture {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(demo.LabelsCSV())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0]; got[0] != "file" || got[1] != "category" || got[2] != "name" {
		t.Fatalf("header is %q", got)
	}
	var out []picture
	for _, r := range rows[1:] {
		out = append(out, picture{r[0], r[1], r[2]})
	}
	return out
}

// results is training.json.
type results struct {
	AugmentedImages   int                `json:"heldout_augmented_images"`
	AugmentedAccuracy float64            `json:"heldout_augmented_accuracy"`
	InstanceImages    int                `json:"heldout_instance_images"`
	InstanceAccuracy  float64            `json:"heldout_instance_accuracy"`
	PixelsSHA256      string             `json:"evaluation_pixels_sha256"`
	WeightedScores    map[string]float64 `json:"weighted_scores_gem3_2x2"`
}

// description is the part of demo.json that the tests use.
type description struct {
	Input struct {
		Preprocess struct {
			Order     string
			Mean, Std [3]float32
		}
	}
	Layers []struct {
		Name, Type, Value              string
		Index, Channels, Height, Width int
		Parameters                     int
	}
	DefaultLayers []string `json:"default_layers"`
	Output        string
	Classes       []string
	Parameters    int
}

func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
