package search

import (
	"context"
	"slices"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// card is what a scorecard is made of.
type card struct {
	dataset  store.Dataset
	images   []store.Image // by id
	all      []evaluated
	lacking  int // evaluations that are missing or stale
	judgment judgement
	category *string
	lists    [][]float64 // the judgement's value for every query, by evaluation
	means    []float64
	sure     *retrieval.Bootstrap
	resample resampling
}

// readCard reads all evaluations of a dataset and judges them.
func (s *Service) readCard(ctx context.Context, q cardQuery) (*card, error) {
	c := &card{category: q.category, resample: s.resample}
	var err error
	if c.judgment, err = judgementOf(q.measure, q.k); err != nil {
		return nil, err
	}
	if c.dataset, err = s.dataset(ctx, q.dataset); err != nil {
		return nil, err
	}
	if c.category != nil && !slices.ContainsFunc(c.dataset.Categories, func(g store.CategoryCount) bool { return g.Name == *c.category }) {
		return nil, unknown("category", *c.category, "in this dataset", names(c.dataset.Categories, func(g store.CategoryCount) string { return g.Name }))
	}
	if c.images, err = s.db.Images(ctx, store.ImageFilter{DatasetID: c.dataset.ID}); err != nil {
		return nil, err
	}
	slices.SortFunc(c.images, byID)
	c.all, c.lacking, err = readEvaluated(ctx, s.db, evaluatedFilter{datasetID: c.dataset.ID}, labelsOf(c.images).hash)
	if err != nil {
		return nil, err
	}
	for _, e := range c.all {
		list := e.values(c.images, c.judgment, c.category)
		mean, _ := retrieval.Mean(list)
		c.lists, c.means = append(c.lists, list), append(c.means, mean)
	}
	return c, nil
}

// draw finds out how sure the means are.
func (c *card) draw() {
	c.sure = c.resample(c.lists)
}

// best is the evaluation with the largest mean among those that fit, −1 when none does; the first of equal ones.
func (c *card) best(fits func(evaluated) bool) int {
	best := -1
	for i, e := range c.all {
		if fits(e) && (best < 0 || c.means[i] > c.means[best]) {
			best = i
		}
	}
	return best
}

// chosen is the evaluation that the state asks for: the best that fits.
func (c *card) chosen(q cardQuery) (int, error) {
	i := c.best(func(e evaluated) bool {
		return (q.model == "" || e.Model == q.model) && (q.layer == "" || e.Layer == q.layer) && (q.metric == "" || e.key() == q.metric)
	})
	if i < 0 && len(c.all) > 0 {
		return i, badRequestf("Layer %q of model %q has not been evaluated by %q for dataset %q.", q.layer, q.model, q.metric, c.dataset.Name)
	}
	return i, nil
}

func (e evaluated) key() string { return MetricKey(e.measure.Metric, e.measure.P) }

// search is the address that searches where this was evaluated.
func (e evaluated) search(dataset, image string) string {
	s := selection{dataset: dataset, model: e.Model, layer: e.Layer, metric: e.measure.Metric, ask: AskFor(image)}
	if e.measure.Metric == store.Minkowski {
		s.p = e.measure.P
	}
	return s.url()
}
