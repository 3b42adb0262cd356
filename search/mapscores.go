package search

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/store"
)

// keepScores bounds how many layers' scores of single images are kept: 10,000 images take a few hundred kilobytes.
const keepScores = 16

// scoreCache holds the scores of single images, which take a pass over all pairs of images to compute.
type scoreCache struct {
	turn *semaphore.Weighted // one computation at a time uses all cores
	mu   sync.Mutex
	kept []keptScores // oldest first
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
	if err := s.scores.turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.scores.turn.Release(1)
	if scores := s.scores.find(key); scores != nil {
		return scores, nil
	}
	scores, err := s.computeScores(ctx, e, metric, p)
	if err == nil {
		s.scores.keep(key, scores)
	}
	return scores, err
}

func (s *Service) computeScores(ctx context.Context, e store.Embedding, metric store.Metric, p float64) (map[int64]float64, error) {
	var ids []int64
	err := s.db.Vectors(ctx, e.ID, func(imageID int64, _ []float32) error {
		ids = append(ids, imageID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v, err := loadVectors(ctx, s.db, e)
	if err != nil {
		return nil, err
	}
	scores := map[int64]float64{}
	err = newRanker(v, metric, p).each(ctx, func(i int, nearest []int) {
		if i < len(ids) && v.categories[i] != "" && len(nearest) > 0 {
			scores[ids[i]] = weightedScore(hitsOf(v, i, nearest))
		}
	})
	return scores, err
}

func hitsOf(v vectors, i int, nearest []int) []bool {
	ranks := make([]bool, len(nearest))
	for rank, j := range nearest {
		ranks[rank] = v.categories[j] == v.categories[i]
	}
	return ranks
}
