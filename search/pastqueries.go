package search

import (
	"context"
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/store"
)

const (
	// keepPast bounds how many layers' scores of single queries are kept.
	keepPast = 32
	// instructiveScore is that of a query which finds most of its category and still shows what is taken for it.
	instructiveScore = 75
)

// pastQueries is what the scorecard says of the queries of a layer: the weighted score of each. It is empty where the layer
// has not been evaluated as it is now.
type pastQueries struct {
	of          map[int64]float64
	hardest     map[string]int64 // category → the image that scores least, the oldest of those
	instructive int64            // the image whose score is nearest to 75, the oldest of those; 0 without scores
}

func newPastQueries(e store.Evaluation, categories map[int64]string) pastQueries {
	s := pastQueries{of: weightedScores(e), hardest: map[string]int64{}}
	off := math.Inf(1)
	for _, q := range e.Queries { // by image id
		score, category := s.of[q.ImageID], categories[q.ImageID]
		if known, has := s.hardest[category]; !has || score < s.of[known] {
			s.hardest[category] = q.ImageID
		}
		if far := math.Abs(score - instructiveScore); far < off {
			off, s.instructive = far, q.ImageID
		}
	}
	return s
}

// pastQueries reads what is in the file and computes nothing that takes long: a page must not wait for an evaluation.
// The layer's mean score says whether there is one, and is another one after the next.
func (s *Service) pastQueries(ctx context.Context, l layerChoice, m store.Measure) (pastQueries, error) {
	if l.mean == nil {
		return pastQueries{}, nil
	}
	version, err := s.db.EmbeddingVersion(ctx, l.ID)
	if err != nil {
		return pastQueries{}, err
	}
	key := fmt.Sprint(l.ID, " ", MetricKey(m.Metric, m.P), " ", version, " ", *l.mean)
	return s.past.get(ctx, key, func(ctx context.Context) (pastQueries, error) { return s.readPastQueries(ctx, l.Embedding, m) })
}

func (s *Service) readPastQueries(ctx context.Context, e store.Embedding, m store.Measure) (pastQueries, error) {
	l, err := readLabels(ctx, s.db, e.DatasetID)
	if err != nil {
		return pastQueries{}, err
	}
	filter := evaluatedFilter{datasetID: e.DatasetID, model: e.Model, layer: e.Layer, measures: normalised([]store.Measure{m})}
	all, _, err := readEvaluated(ctx, s.db, filter, l.hash)
	for _, known := range all {
		if known.ID == e.ID {
			return newPastQueries(known.found, l.category), nil
		}
	}
	return pastQueries{}, err
}
