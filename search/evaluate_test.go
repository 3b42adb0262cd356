package search

import (
	"context"
	"math"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// oneByOne is Evaluate by its definition: search with every image and average.
func oneByOne(t *testing.T, db *store.DB, e store.Embedding, metric store.Metric, p float64) map[string]store.Score {
	t.Helper()
	images, err := db.Images(t.Context(), store.ImageFilter{DatasetID: e.DatasetID})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]store.Score{}
	for _, img := range images {
		page, err := NewService(db, nil).Search(t.Context(), Request{Model: e.Model, Layer: e.Layer, Metric: metric, P: p, Image: img.Name})
		if err != nil {
			t.Fatal(err)
		}
		if page.Score == nil {
			continue
		}
		for _, category := range []string{"", img.Category} {
			s := sums[category]
			s.Weighted, s.Queries = s.Weighted+page.Score.Weighted, s.Queries+1
			sums[category] = s
		}
	}
	for category, s := range sums {
		s.Weighted /= float64(s.Queries)
		sums[category] = s
	}
	return sums
}

func TestEvaluateAgreesWithSearching(t *testing.T) {
	repeated := storetest.Spec{ // every vector four times: ranks are decided by image id
		Images: storetest.Images(48, "cat", "dog", "cow", "dog"), Dimension: 12,
		Vector: func(image, layer int) []float32 {
			v := make([]float32, 12)
			for i := range v {
				v[i] = float32((image/4*7+i*i*(layer+1))%13) - 3
			}
			return v
		},
	}
	partly := storetest.Spec{Images: append(storetest.Images(9, "cat", "dog"), storetest.Image{Name: "none.png", Data: storetest.PNG(8, 8, 99)})}
	tests := map[string]storetest.Spec{
		"clusters":        {Images: storetest.Images(40, "cat", "dog", "cow"), Dimension: 32},
		"ties":            repeated,
		"some unlabelled": partly,
		"two images":      {Images: storetest.Images(2, "cat")},
	}
	metrics := []struct {
		metric store.Metric
		p      float64
	}{{store.Cosine, 0}, {store.Euclidean, 0}, {store.SqEuclidean, 0}, {store.Minkowski, 3}, {store.Minkowski, 1.5}}
	for name, spec := range tests {
		db := storetest.New(t, spec)
		embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range metrics {
			t.Run(name+"/"+MetricKey(m.metric, m.p), func(t *testing.T) {
				for _, e := range embeddings {
					got, err := Evaluate(t.Context(), db, e, m.metric, m.p)
					if err != nil {
						t.Fatal(err)
					}
					want := oneByOne(t, db, e, m.metric, m.p)
					if len(got) != len(want) {
						t.Fatalf("%d scores, want %d", len(got), len(want))
					}
					for _, s := range got {
						w := want[s.Category]
						if math.Abs(s.Weighted-w.Weighted) > 1e-9 || s.Queries != w.Queries || s.EmbeddingID != e.ID || s.Metric != MetricKey(m.metric, m.p) {
							t.Errorf("layer %s: %+v, one by one %+v", e.Layer, s, w)
						}
					}
				}
			})
		}
	}
}

func TestEvaluateOneImage(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(1, "cat")})
	embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := Evaluate(t.Context(), db, embeddings[0], store.Cosine, 0)
	if err != nil || len(scores) != 0 {
		t.Errorf("got %v, error %v", scores, err)
	}
}

func TestEvaluateStops(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Evaluate(ctx, db, embeddings[0], store.Cosine, 0); err == nil {
		t.Error("a cancelled evaluation returned scores")
	}
}
