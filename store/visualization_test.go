package store_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// channelPicture is a picture of 40 pixels, in several parts, for a channel of the layer 1.
func channelPicture(objective string, seed int) store.NewVisualization {
	return store.NewVisualization{LayerID: 1, Objective: objective, Parameters: []byte(`{"steps": 3}`), Size: 40,
		Start: 0.25, End: 8.5, Curve: []float32{0.25, 4, 8.5}, Seconds: 1.5, PNG: storetest.PNG(40, 40, seed)}
}

// modelOnly makes a database with a model that no dataset has been seen by.
func modelOnly(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.New(t)
	spec := storetest.Spec{}
	update(t, db, func(tx *store.Tx) error { _, err := tx.EnsureModel(spec.NewModel()); return err })
	return db
}

func TestVisualization(t *testing.T) {
	db := modelOnly(t)
	n := channelPicture("channel:-2", 1)
	id := must[int64](t)(db.PutVisualization(t.Context(), n))
	v := must[store.Visualization](t)(db.Visualization(t.Context(), id))
	sum := sha256.Sum256(n.Parameters)
	if v.LayerID != 1 || v.Objective != "channel:-2" || v.Channel != 2 || string(v.Parameters) != `{"steps": 3}` || v.ParametersSHA256 != sum ||
		v.Size != 40 || v.Start != 0.25 || v.End != 8.5 || !slices.Equal(v.Curve, n.Curve) || v.Dead || v.Seconds != 1.5 ||
		v.PNGBytes != int64(len(n.PNG)) || v.PNGSHA256 != sha256.Sum256(n.PNG) || v.CreatedAt == "" {
		t.Errorf("visualization = %+v", v)
	}
	if data := must[[]byte](t)(db.VisualizationPNG(t.Context(), id)); !bytes.Equal(data, n.PNG) {
		t.Errorf("%d bytes, want %d", len(data), len(n.PNG))
	}
	if !must[bool](t)(db.HasVisualization(t.Context(), 1, "channel:-2", sum)) {
		t.Error("not found by its parameters")
	}
	if must[bool](t)(db.HasVisualization(t.Context(), 1, "channel:-2", sha256.Sum256([]byte("{}")))) {
		t.Error("found by the parameters of another")
	}
	for _, missing := range []error{
		second(db.Visualization(t.Context(), 9)), second(db.VisualizationPNG(t.Context(), 9)), second(db.VisualizationFor(t.Context(), 1, "layer", 0)),
	} {
		if !errors.Is(missing, store.ErrNotFound) {
			t.Errorf("a visualization that is not there: %v", missing)
		}
	}
	sound(t, db)
}

// What is put again replaces what was there: a killed writer that starts over leaves no second picture.
func TestVisualizationReplaced(t *testing.T) {
	db := modelOnly(t)
	first := must[int64](t)(db.PutVisualization(t.Context(), channelPicture("channel:0", 1)))
	again := channelPicture("channel:0", 2)
	again.PNG = storetest.PNG(20, 20, 2) // in fewer parts
	again.Size, again.End = 20, 9
	if id := must[int64](t)(db.PutVisualization(t.Context(), again)); id != first {
		t.Errorf("id %d, was %d", id, first)
	}
	if v := must[store.Visualization](t)(db.Visualization(t.Context(), first)); v.End != 9 || v.Size != 20 {
		t.Errorf("visualization = %+v", v)
	}
	if data := must[[]byte](t)(db.VisualizationPNG(t.Context(), first)); !bytes.Equal(data, again.PNG) {
		t.Error("the picture is not the new one")
	}
	sound(t, db)
}

func TestVisualizationLists(t *testing.T) {
	db := modelOnly(t)
	put := func(objective string, number int, parameters string) {
		n := channelPicture(objective, number)
		n.Number, n.Parameters = number, []byte(parameters)
		must[int64](t)(db.PutVisualization(t.Context(), n))
	}
	put("channel:3", 0, `{}`)
	put("channel:1", 1, `{}`)
	put("channel:1", 0, `{}`)
	put("channel:1", 0, `{"seed": 2}`)
	put("channel:-1", 0, `{}`)
	put("layer", 0, `{}`)
	one := 1
	for name, test := range map[string]struct {
		filter store.VisualizationFilter
		want   []int64
	}{
		"all":              {store.VisualizationFilter{}, []int64{6, 5, 4, 3, 2, 1}},
		"the newest":       {store.VisualizationFilter{Newest: true}, []int64{6, 5, 4, 2, 1}},
		"of an objective":  {store.VisualizationFilter{Objective: "channel:1", Newest: true}, []int64{4, 2}},
		"of a channel":     {store.VisualizationFilter{Channel: &one}, []int64{5, 4, 3, 2}},
		"of no objectives": {store.VisualizationFilter{Objective: "class:1"}, nil},
	} {
		var got []int64
		for _, v := range must[[]store.Visualization](t)(db.Visualizations(t.Context(), 1, test.filter)) {
			got = append(got, v.ID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	if v := must[store.Visualization](t)(db.VisualizationFor(t.Context(), 1, "channel:1", 0)); v.ID != 4 {
		t.Errorf("the newest is %d", v.ID)
	}
	info := must[store.Info](t)(db.Info(t.Context()))
	if info.Visualizations != 6 || info.VisualizationBytes < 6*4000 {
		t.Errorf("info = %+v", info)
	}
	layers := must[[]store.Layer](t)(db.Layers(t.Context(), 1))
	if len(layers) != 2 || layers[0].Name != "early" || layers[0].Visualizations != 6 || layers[1].Visualizations != 0 {
		t.Errorf("layers = %+v", layers)
	}
	if err := db.DeleteVisualizations(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"visualization", "visualization_png"} {
		if got := rawValue(t, db.Path(), `SELECT count(*) FROM `+table); got != "0" {
			t.Errorf("%s rows left in %s", got, table)
		}
	}
}

func TestVisualizationOfADeadChannel(t *testing.T) {
	db := modelOnly(t)
	n := channelPicture("channel:0", 1)
	n.PNG, n.Dead = nil, true
	id := must[int64](t)(db.PutVisualization(t.Context(), n))
	if v := must[store.Visualization](t)(db.Visualization(t.Context(), id)); !v.Dead || v.PNGBytes != 0 || v.PNGSHA256 != ([32]byte{}) {
		t.Errorf("visualization = %+v", v)
	}
	if _, err := db.VisualizationPNG(t.Context(), id); !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "nothing excites") {
		t.Errorf("picture: %v", err)
	}
	sound(t, db)
}

func TestVisualizationRefuses(t *testing.T) {
	db := modelOnly(t)
	for name, test := range map[string]struct {
		spoil func(n *store.NewVisualization)
		words string
	}{
		"no objective":       {func(n *store.NewVisualization) { n.Objective = "" }, "no objective"},
		"no JSON":            {func(n *store.NewVisualization) { n.Parameters = []byte("{") }, "not JSON"},
		"below 0":            {func(n *store.NewVisualization) { n.Number = -1 }, "from 0"},
		"no channel of it":   {func(n *store.NewVisualization) { n.Objective = "channel:4" }, "has 4 channels"},
		"no layer":           {func(n *store.NewVisualization) { n.LayerID = 77 }, "no such layer"},
		"not finite":         {func(n *store.NewVisualization) { n.Curve[1] = float32(math.NaN()) }, "not finite"},
		"an infinite end":    {func(n *store.NewVisualization) { n.End = math.Inf(1) }, "not finite"},
		"no picture":         {func(n *store.NewVisualization) { n.PNG = nil }, "no picture"},
		"not a PNG":          {func(n *store.NewVisualization) { n.PNG = []byte("GIF89a") }, "no PNG"},
		"another size":       {func(n *store.NewVisualization) { n.Size = 41 }, "40 × 40 pixels, not 41 × 41"},
		"dead, without size": {func(n *store.NewVisualization) { n.PNG, n.Dead, n.Size = nil, true, 0 }, ""},
	} {
		n := channelPicture("channel:0", 1)
		test.spoil(&n)
		if _, err := db.PutVisualization(t.Context(), n); err == nil || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Pictures keep their model in the file when the datasets it has seen go.
func TestVisualizationsKeepTheirModel(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	must[int64](t)(db.PutVisualization(t.Context(), channelPicture("layer", 1)))
	if err := db.RemoveDataset(t.Context(), "pets"); err != nil {
		t.Fatal(err)
	}
	must[[]byte](t)(db.ModelGraph(t.Context(), 1))
	must[[]byte](t)(db.VisualizationPNG(t.Context(), 1))
	sound(t, db)
}

// Pictures of the usual size waste little of the file, as images do: see TestFileSize.
func TestVisualizationFileSize(t *testing.T) {
	db := modelOnly(t)
	n := channelPicture("layer", 1)
	n.Size, n.PNG = 120, storetest.PNG(120, 120, 1)
	update(t, db, func(tx *store.Tx) error {
		for n.Number = 0; n.Number < 500; n.Number++ {
			if _, err := tx.PutVisualization(n); err != nil {
				return err
			}
		}
		return nil
	})
	path := db.Path()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	info := must[store.Info](t)(openFile(t, path, store.ReadOnly).Info(t.Context()))
	if ratio := float64(info.FileBytes) / float64(info.ContentBytes()); ratio > 1.15 {
		t.Errorf("the file is %.3f times what it holds: %+v", ratio, info)
	} else {
		t.Logf("%d bytes for %d: %.3f", info.FileBytes, info.ContentBytes(), ratio)
	}
}

func TestLayers(t *testing.T) {
	db := modelOnly(t)
	late := must[store.Layer](t)(db.Layer(t.Context(), 1, "late"))
	if late.ModelID != 1 || late.Type != "Conv2D" || late.Channels != 4 || late.Height != 4 || late.Parameters != 200 {
		t.Errorf("layer = %+v", late)
	}
	if _, err := db.Layer(t.Context(), 1, "latest"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such layer: %v", err)
	}
	update(t, db, func(tx *store.Tx) error {
		if id, err := tx.EnsureLayer(1, late.NewLayer); id != late.ID || err != nil {
			t.Errorf("the layer again: %d, %v", id, err)
		}
		_, err := tx.EnsureLayer(1, store.NewLayer{Name: "scores", Type: "Dense", Position: 9, Channels: 10, Height: 1, Width: 1})
		return err
	})
	all := must[[]store.Layer](t)(db.Layers(t.Context(), 1))
	if len(all) != 3 || all[2].Name != "scores" || all[2].Channels != 10 {
		t.Errorf("layers = %+v", all)
	}
	sound(t, db)
}

func TestLayerPictures(t *testing.T) {
	db := modelOnly(t)
	put := func(layer int64, objective string, number, side int) int64 {
		n := channelPicture(objective, side)
		n.LayerID, n.Number, n.Size, n.PNG = layer, number, side, storetest.PNG(side, side, side)
		return must[int64](t)(db.PutVisualization(t.Context(), n))
	}
	if none := must[[]store.Visualization](t)(db.LayerPictures(t.Context(), []int64{1, 2})); len(none) != 0 {
		t.Errorf("nothing has been made, and yet: %+v", none)
	}
	put(1, "channel:-3", 0, 60) // opposites, sets and whole layers are not what stands for a layer
	put(1, "layer", 0, 60)
	put(1, "channel:3", 0, 10)
	want := put(1, "channel:2", 0, 40)
	put(1, "channel:1", 1, 60)
	found := must[[]store.Visualization](t)(db.LayerPictures(t.Context(), []int64{2, 1}))
	if len(found) != 1 || found[0].ID != want {
		t.Errorf("found %+v, want picture %d", found, want)
	}
	other := put(2, "channel:0", 0, 20)
	if found := must[[]store.Visualization](t)(db.LayerPictures(t.Context(), []int64{2, 1})); len(found) != 2 || found[1].ID != other {
		t.Errorf("of two layers %+v", found)
	}
	if none := must[[]store.Visualization](t)(db.LayerPictures(t.Context(), nil)); len(none) != 0 {
		t.Errorf("of no layer %+v", none)
	}
}
