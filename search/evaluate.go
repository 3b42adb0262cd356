package search

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Evaluate searches with every image of the embedding's dataset and returns the mean weighted search score: one for
// all queries (Category "") and one per category, sorted by category. Each query is left out of its own results by
// identity, ties in distance are ordered by image id, and images without a category are found but do not ask.
// Without a single query that has another image to find the list is empty.
func Evaluate(ctx context.Context, db *store.DB, e store.Embedding, metric store.Metric, p float64) ([]store.Score, error) {
	r, err := Request{Metric: metric, P: p}.withDefaults()
	if err != nil {
		return nil, err
	}
	v, err := loadVectors(ctx, db, e)
	if err != nil {
		return nil, fmt.Errorf("evaluate layer %s of %s: %w", e.Layer, e.Model, err)
	}
	sums := map[string]*sum{}
	err = newRanker(v, r.Metric, r.P).each(ctx, func(i int, nearest []int) {
		category := v.categories[i]
		if category == "" || len(nearest) == 0 {
			return
		}
		ranks := make([]bool, len(nearest))
		for rank, j := range nearest {
			ranks[rank] = v.categories[j] == category
		}
		score := weightedScore(ranks)
		add(sums, "", score)
		add(sums, category, score)
	})
	if err != nil {
		return nil, err
	}
	return means(sums, e.ID, MetricKey(r.Metric, r.P)), nil
}

type sum struct {
	total   float64
	queries int
}

func add(sums map[string]*sum, category string, score float64) {
	if sums[category] == nil {
		sums[category] = &sum{}
	}
	sums[category].total += score
	sums[category].queries++
}

func means(sums map[string]*sum, embeddingID int64, metric string) []store.Score {
	scores := make([]store.Score, 0, len(sums))
	for _, category := range slices.Sorted(maps.Keys(sums)) {
		s := sums[category]
		scores = append(scores, store.Score{
			EmbeddingID: embeddingID, Metric: metric, Category: category,
			Weighted: s.total / float64(s.queries), Queries: s.queries,
		})
	}
	return scores
}

// vectors is an embedding in memory: n×d, each row an image, ordered by image id.
type vectors struct {
	categories []string
	data       []float32
	n, d       int
}

func (v vectors) row(i int) []float32 { return v.data[i*v.d : (i+1)*v.d] }

func loadVectors(ctx context.Context, db *store.DB, e store.Embedding) (vectors, error) {
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: e.DatasetID})
	if err != nil {
		return vectors{}, err
	}
	category := make(map[int64]string, len(images))
	for _, img := range images {
		category[img.ID] = img.Category
	}
	v := vectors{d: e.Dimension, data: make([]float32, 0, len(images)*e.Dimension)}
	err = db.Vectors(ctx, e.ID, func(imageID int64, row []float32) error {
		v.categories = append(v.categories, category[imageID])
		v.data = append(v.data, row...)
		v.n++
		return nil
	})
	return v, err
}
