package search

import (
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// keepScores bounds how many layers' scores of single images are kept: 10,000 images take a few hundred kilobytes.
const keepScores = 16

// imageScores is the weighted search score of every image that has a category, computed once for each state of the file.
func (s *Service) imageScores(ctx context.Context, e store.Embedding, metric store.Metric, p float64) (map[int64]float64, error) {
	version, err := s.db.EmbeddingVersion(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%d %s %s", e.ID, MetricKey(metric, p), version)
	return s.scores.get(ctx, key, func(ctx context.Context) (map[int64]float64, error) {
		if err := s.ranking.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		defer s.ranking.Release(1)
		return s.computeScores(ctx, e, metric, p)
	})
}

func (s *Service) computeScores(ctx context.Context, e store.Embedding, metric store.Metric, p float64) (map[int64]float64, error) {
	l, err := readLabels(ctx, s.db, e.DatasetID)
	if err != nil {
		return nil, err
	}
	measure := normalised([]store.Measure{{Metric: metric, P: p}})
	filter := evaluatedFilter{datasetID: e.DatasetID, model: e.Model, layer: e.Layer, measures: measure}
	all, _, err := readEvaluated(ctx, s.db, filter, l.hash)
	if err != nil {
		return nil, err
	}
	for _, known := range all {
		if known.ID == e.ID {
			return weightedScores(known.found), nil
		}
	}
	made, err := evaluations(ctx, s.db, layerWork{e, measure}, l)
	if err != nil {
		return nil, err
	}
	return weightedScores(made[0]), nil
}

func weightedScores(e store.Evaluation) map[int64]float64 {
	scores := make(map[int64]float64, len(e.Queries))
	for _, q := range e.Queries {
		scores[q.ImageID] = retrieval.Weighted(ranksOf(q, e.Images))
	}
	return scores
}
