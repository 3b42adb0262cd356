package search

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// keepScores bounds how many layers' scores of single images are kept: 10,000 images take a few hundred kilobytes.
const keepScores = 16

// scoreCache holds the scores of single images, which take a pass over all pairs of images to compute.
type scoreCache struct {
	running singleflight.Group
	turn    *semaphore.Weighted // one computation at a time uses all cores
	mu      sync.Mutex
	kept    []keptScores // oldest first
}

type keptScores struct {
	key    string
	scores map[int64]float64
}

func newScoreCache() *scoreCache { return &scoreCache{turn: semaphore.NewWeighted(1)} }

func (c *scoreCache) find(key string) map[int64]float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.kept {
		if k.key == key {
			return k.scores
		}
	}
	return nil
}

func (c *scoreCache) keep(key string, scores map[int64]float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, keptScores{key, scores})
	if over := len(c.kept) - keepScores; over > 0 {
		c.kept = slices.Delete(c.kept, 0, over)
	}
}

// imageScores is the weighted search score of every image that has a category, computed once for each state of the file.
func (s *Service) imageScores(ctx context.Context, e store.Embedding, metric store.Metric, p float64) (map[int64]float64, error) {
	version, err := s.db.EmbeddingVersion(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%d %s %s", e.ID, MetricKey(metric, p), version)
	if scores := s.scores.find(key); scores != nil {
		return scores, nil
	}
	done := s.scores.running.DoChan(key, func() (any, error) {
		// Who asked may be gone before a large dataset is done: whoever asks next gets it.
		return s.keepScores(context.WithoutCancel(ctx), key, e, metric, p)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(map[int64]float64), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Service) keepScores(ctx context.Context, key string, e store.Embedding, metric store.Metric, p float64) (map[int64]float64, error) {
	if err := s.scores.turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.scores.turn.Release(1)
	scores, err := s.computeScores(ctx, e, metric, p)
	if err == nil {
		s.scores.keep(key, scores)
	}
	return scores, err
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
