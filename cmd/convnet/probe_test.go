package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
)

// TestProbeSeesWhatIngestStored shows an ingested image to the network again: the channels' means and maxima are those in
// the file, and the shares of images below are counted by hand.
func TestProbeSeesWhatIngestStored(t *testing.T) {
	path, folder := ingested(t)
	db, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	datasets, err := db.Datasets(t.Context())
	if err != nil || len(datasets) == 0 {
		t.Fatal(err)
	}
	images, err := db.Images(t.Context(), store.ImageFilter{DatasetID: datasets[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	image := images[len(images)/2]
	probed := decode[explorer.Probed](t, mustConvnet(t, 0, "probe", "--db", path, "--json", "--top", "9999", filepath.Join(folder, filepath.FromSlash(image.Name))))
	if probed.Model != "demo" || len(probed.Layers) != 8 || len(probed.Classes) != 5 {
		t.Fatalf("%s, %d layers, %d classes", probed.Model, len(probed.Layers), len(probed.Classes))
	}
	for _, l := range probed.Layers {
		all, err := db.Embeddings(t.Context(), store.EmbeddingFilter{DatasetID: datasets[0].ID, Layer: l.Layer})
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %d embeddings, %v", l.Layer, len(all), err)
		}
		checkProbed(t, db, l, all[0].ID, image.ID, len(images))
	}
}

func checkProbed(t *testing.T, db *store.DB, l explorer.ProbedLayer, embedding, image int64, images int) {
	t.Helper()
	mean, maximum, err := db.ChannelStats(t.Context(), embedding, image)
	if err != nil || len(l.Top) != len(mean) || l.Compared != images {
		t.Fatalf("%s: %d channels, compared with %d images, %v", l.Layer, len(l.Top), l.Compared, err)
	}
	below := make([]int, len(mean))
	err = db.ChannelValues(t.Context(), embedding, func(v store.ChannelValues) error {
		for _, c := range l.Top {
			if v.ImageID != image && float64(v.Max[c.Channel]) < c.Max {
				below[c.Channel]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	near := func(a float64, b float32) bool { return math.Abs(a-float64(b)) <= 1e-4*(1+math.Abs(float64(b))) }
	for _, c := range l.Top {
		if !near(c.Max, maximum[c.Channel]) || !near(c.Mean, mean[c.Channel]) {
			t.Errorf("%s, channel %d: maximum %g and mean %g, stored are %g and %g", l.Layer, c.Channel, c.Max, c.Mean, maximum[c.Channel], mean[c.Channel])
		}
		if got := math.Abs(*c.Below*float64(images) - float64(below[c.Channel])); got > 1 { // rounding may put the image below itself
			t.Errorf("%s, channel %d: higher than in %g of %d images, counted %d", l.Layer, c.Channel, *c.Below, images, below[c.Channel])
		}
		if c.Peak.Row >= l.Height || c.Peak.Column >= l.Width || len(c.Peak.Sees) != 4 {
			t.Errorf("%s, channel %d: peak %+v in a map of %d × %d", l.Layer, c.Channel, c.Peak, l.Height, l.Width)
		}
	}
}

// TestProbeExplains asks for Grad-CAM of the likeliest class and of a channel, through the network in the file.
func TestProbeExplains(t *testing.T) {
	path, folder := ingested(t)
	db, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rt, err := ortrun.Open("")
	if err != nil {
		t.Fatal(err)
	}
	p := newProber(newEngine(db, rt, "", unlimited))
	defer p.Close()
	models, err := db.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	picture := firstPicture(t, folder)
	for _, q := range []explorer.Question{{At: "stage4_relu3", Channel: 3}, {At: "stage2_relu1", Of: "stage4_relu1", Channel: 5}} {
		e, err := p.Explain(t.Context(), models[0], q, picture)
		if err != nil || len(e.Places.Values) != e.Places.Height*e.Places.Width || len(e.Places.Values) < 4 {
			t.Fatalf("%+v: %+v, %v", q, e, err)
		}
	}
	for _, q := range []explorer.Question{{At: "stage4_relu1", Of: "stage2_relu1"}, {At: "nowhere"}, {At: "stage2_relu1", Of: "nowhere"}} {
		if _, err := p.Explain(t.Context(), models[0], q, picture); !errors.Is(err, explorer.ErrQuestion) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, err := p.Look(t.Context(), models[0], []string{"stage2_relu1"}, []byte("no picture")); !errors.Is(err, upload.ErrBad) {
		t.Errorf("no picture: %v", err)
	}
}

func firstPicture(t *testing.T, folder string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestProbeRefusals(t *testing.T) {
	path, folder := ingested(t)
	files, _ := filepath.Glob(filepath.Join(folder, "*", "*"))
	for says, args := range map[string][]string{
		`no model "nothing"`: {"--model", "nothing", files[0]},
		`no layer "nowhere"`: {"--layers", "nowhere", files[0]},
		"cannot be used":     {path},
		"read the picture":   {filepath.Join(folder, "nothing.png")},
	} {
		r := mustConvnet(t, 1, append([]string{"probe", "--db", path}, args...)...)
		if !strings.Contains(r.stderr, says) {
			t.Errorf("%v: %q, should say %q", args, r.stderr, says)
		}
	}
	text := mustConvnet(t, 0, "probe", "--db", path, "--top", "2", files[0]).stdout
	if !strings.Contains(text, "stage4_relu3") || strings.Count(text, "channel") != 16 {
		t.Errorf("printed:\n%s", text)
	}
}
