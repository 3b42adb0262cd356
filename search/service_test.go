package search

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// line is a dataset whose images stand on a line: image i at position[i] in both layers, the second one mirrored.
func line(position []float32, categories ...string) storetest.Spec {
	return storetest.Spec{
		Dataset: "line", Images: storetest.Images(len(position), categories...), Dimension: 2, Channels: 1,
		Vector: func(image, layer int) []float32 {
			if layer == 1 {
				return []float32{1, -position[image]}
			}
			return []float32{1, position[image]}
		},
	}
}

func hitNames(p *Page) []string { return names(p.Results, func(h Hit) string { return h.Name }) }

func TestSearchRanks(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 10, 1, 9, 2, 9}, "a", "b"))
	s := NewService(db, nil)
	page, err := s.Search(t.Context(), Request{Dataset: "line", Layer: "early", Metric: store.Euclidean, Ask: AskFor("a/000.png"), K: 4})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hitNames(page), []string{"a/002.png", "a/004.png", "b/003.png", "b/005.png"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v (ties by image id)", got, want)
	}
	first, third := page.Results[0], page.Results[2]
	if first.Rank != 1 || first.Distance != 1 || first.Similarity != 0.9 || !*first.SameCategory {
		t.Errorf("first hit %+v", first)
	}
	if third.Distance != 9 || math.Abs(third.Similarity-0.1) > 1e-12 || *third.SameCategory {
		t.Errorf("third hit %+v", third)
	}
	if page.Compared != 5 || page.Farthest != 10 {
		t.Errorf("compared %d, farthest %v", page.Compared, page.Farthest)
	}
	// Hits at ranks 0 and 1 of 5 ranks: (15 + 14) of (15 + 14 + 13 + 12 + 11) points.
	if page.Score == nil || math.Abs(page.Score.Weighted-100*29.0/65) > 1e-9 || page.Score.Explanation != "2 of 5 are “a”" || page.Score.Formula != "(15 + 14) ÷ 65 = 45 %" {
		t.Errorf("score %+v", page.Score)
	}
}

func TestSearchMetrics(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 3, -4}, "a"))
	tests := []struct {
		metric store.Metric
		p      float64
		want   []float64 // distances of the two others, nearest first
	}{
		{store.Cosine, 0, []float64{1 - 1/math.Sqrt(10), 1 - 1/math.Sqrt(17)}},
		{store.Euclidean, 0, []float64{3, 4}},
		{store.SqEuclidean, 0, []float64{9, 16}},
		{store.Minkowski, 0, []float64{3, 4}},
		{store.Minkowski, 1.5, []float64{3, 4}},
	}
	for _, tt := range tests {
		t.Run(MetricKey(tt.metric, tt.p), func(t *testing.T) {
			page, err := NewService(db, nil).Search(t.Context(), Request{Metric: tt.metric, P: tt.p})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.want {
				if got := page.Results[i].Distance; math.Abs(got-want) > 1e-6 {
					t.Errorf("distance %d: %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestSearchDefaults(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Dataset: "first", Model: "m1"}, storetest.Spec{Dataset: "second", Model: "m2"})
	s := NewService(db, nil)
	page, err := s.Search(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	if page.Dataset != "first" || page.Model != "m1" || page.Layer != "late" || page.Metric != store.Cosine || page.K != 15 || page.Query.Name != "cat/000.png" {
		t.Errorf("defaults %+v", page)
	}
	embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{DatasetID: 1})
	if err != nil {
		t.Fatal(err)
	}
	scores := []store.Score{{EmbeddingID: embeddings[0].ID, Metric: "cosine", Weighted: 90, Queries: 6}, {EmbeddingID: embeddings[1].ID, Metric: "cosine", Weighted: 80, Queries: 6}}
	if err := db.PutScores(t.Context(), scores); err != nil {
		t.Fatal(err)
	}
	if page, err = s.Search(t.Context(), Request{}); err != nil || page.Layer != "early" {
		t.Errorf("with scores the best layer is chosen, got %q, error %v", page.Layer, err)
	}
	if page, err = s.Search(t.Context(), Request{Dataset: "first", Metric: store.Euclidean}); err != nil || page.Layer != "late" {
		t.Errorf("another metric's scores do not count, got %q, error %v", page.Layer, err)
	}
}

func TestLayerStrip(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(20, "cat", "dog"), Layers: []string{"l0", "l1", "l2"}})
	s := NewService(db, nil)
	strip, err := s.Search(t.Context(), Request{Layer: "l1"})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strip.Layers {
		alone, err := s.Search(t.Context(), Request{Layer: l.Layer})
		if err != nil {
			t.Fatal(err)
		}
		if l.Score == nil || *l.Score != alone.Score.Weighted || l.Current != (i == 1) || l.Position != i {
			t.Errorf("strip %d is %+v, a search there scores %v", i, l, alone.Score.Weighted)
		}
	}
}

func TestSearchWithoutCategories(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(4)})
	page, err := NewService(db, nil).Search(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	if page.Score != nil || page.Results[0].SameCategory != nil || page.Layers[0].Score != nil || len(page.Results) != 3 {
		t.Errorf("got %+v", page)
	}
}

func TestSearchOneImage(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(1, "cat")})
	page, err := NewService(db, nil).Search(t.Context(), Request{})
	if err != nil || page.Results == nil || len(page.Results) != 0 || page.Score != nil {
		t.Errorf("got %+v, error %v", page, err)
	}
}

func TestSearchRefusals(t *testing.T) {
	full := storetest.New(t, storetest.Spec{})
	bare := storetest.New(t, storetest.Spec{Layers: []string{}})
	empty := storetest.New(t)
	tests := []struct {
		name string
		db   *store.DB
		req  Request
		kind error // nil: BadRequest
		want string
	}{
		{"dataset", full, Request{Dataset: "pest"}, nil, "pets"},
		{"model", full, Request{Model: "tinny"}, nil, "tiny"},
		{"layer", full, Request{Layer: "erly"}, nil, "early"},
		{"pooling", full, Request{Layer: "early", Pooling: "max/1x1"}, nil, "max/1x1"},
		{"image", full, Request{Ask: AskFor("nobody.png")}, nil, "nobody.png"},
		{"k", full, Request{K: -1}, nil, "between 1 and 1000"},
		{"p", full, Request{Metric: store.Minkowski, P: 0.5}, nil, "between 1 and 64"},
		{"p is not a number", full, Request{Metric: store.Minkowski, P: math.NaN()}, nil, "between 1 and 64"},
		{"upload without a runtime", full, Request{Ask: AskWith("x", []byte("x"))}, ErrUploadOff, "runtime"},
		{"no vectors", bare, Request{}, ErrEmpty, "convnet ingest"},
		{"no images", empty, Request{}, ErrEmpty, "convnet ingest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewService(tt.db, nil).Search(t.Context(), tt.req)
			if tt.kind == nil && !isBadRequest(err) || tt.kind != nil && !errors.Is(err, tt.kind) {
				t.Fatalf("error %v", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%q does not say %q", err, tt.want)
			}
		})
	}
}

// The keys that other programs read.
func TestPageJSON(t *testing.T) {
	page, err := NewService(storetest.New(t, storetest.Spec{}), nil).Search(t.Context(), Request{K: 2})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"query", "model", "layer", "metric", "results", "dataset", "k", "score", "layers"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no key %q in %s", key, data)
		}
	}
	hit := got["results"].([]any)[0].(map[string]any)
	for _, key := range []string{"rank", "image_id", "name", "category", "distance", "similarity"} {
		if _, ok := hit[key]; !ok {
			t.Errorf("no key %q in a result", key)
		}
	}
}

// nearestTo embeds every picture as the same vector: a query that is none of the dataset's images.
type nearestTo []float32

func (v nearestTo) Runtime() string { return storetest.Runtime }

func (v nearestTo) Embed(_ context.Context, all []store.Embedding, _ []byte) ([][]float32, error) {
	return slices.Repeat([][]float32{v}, len(all)), nil
}

func (nearestTo) Heat(context.Context, store.Embedding, []byte, []float32) ([]byte, error) {
	return nil, errors.New("no map")
}

func TestSearchUpload(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 5, 9}, "a", "b"))
	s := NewService(db, nearestTo{1, 8})
	page, err := s.Search(t.Context(), Request{Layer: "early", Metric: store.Euclidean, Ask: AskWith("mine.jpg", []byte("picture"))})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hitNames(page), []string{"a/002.png", "b/001.png", "a/000.png"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if !page.Query.Uploaded || page.Query.ImageID != 0 || page.Query.Name != "mine.jpg" || page.Score != nil || page.Compared != 3 {
		t.Errorf("query %+v, score %v, compared %d", page.Query, page.Score, page.Compared)
	}
	if _, err := s.Search(t.Context(), Request{Ask: AskWith("x", []byte{})}); !isBadRequest(err) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := NewService(db, nearestTo{1}).Search(t.Context(), Request{Ask: AskWith("x", []byte("x"))}); err == nil {
		t.Error("a vector of another dimension was compared")
	}
}

func TestImageByFileNameAlone(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: []storetest.Image{
		{Name: "cats/1.png", Category: "cat", Data: storetest.PNG(8, 8, 1)},
		{Name: "cats/2.png", Category: "cat", Data: storetest.PNG(8, 8, 2)},
		{Name: "dogs/2.png", Category: "dog", Data: storetest.PNG(8, 8, 3)},
	}})
	page, err := NewService(db, nil).Search(t.Context(), Request{Ask: AskFor("1.png")})
	if err != nil || page.Query.Name != "cats/1.png" {
		t.Fatalf("the only 1.png: %v, %v", page, err)
	}
	_, err = NewService(db, nil).Search(t.Context(), Request{Ask: AskFor("2.png")})
	if !isBadRequest(err) || !strings.Contains(err.Error(), "dogs/2.png") {
		t.Errorf("two images 2.png: %v", err)
	}
}
