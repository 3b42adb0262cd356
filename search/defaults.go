package search

import (
	"context"

	"github.com/convnet-playground/convnet/store"
)

// clearlyBetter is by how many points of the mean score another metric must beat cosine to be shown first.
const clearlyBetter = 1

// opening fills in what a visitor sees who has not chosen: the metric that finds most by the scorecard, cosine unless another
// is clearly better, and a query that teaches something: the one whose score is nearest to 75 at the best layer, so that it
// finds its category and what is taken for it. Without a scorecard it is cosine and the first image of the largest category.
func (s *Service) opening(ctx context.Context, sel selection) (selection, error) {
	if sel.metric != "" && sel.asks() {
		return sel, nil
	}
	d, err := s.dataset(ctx, sel.dataset)
	if err != nil {
		return sel, err
	}
	if sel.metric == "" {
		if sel.metric, sel.p, err = s.bestMetric(ctx, d, sel); err != nil {
			return sel, err
		}
	}
	if !sel.asks() {
		sel.ask, err = s.openingImage(ctx, d, sel)
	}
	return sel, err
}

// asks says whether the address has a query.
func (s selection) asks() bool { return len(s.ask) > 0 }

// bestMetric looks at the layers that the selection leaves open.
func (s *Service) bestMetric(ctx context.Context, d store.Dataset, sel selection) (metric store.Metric, p float64, err error) {
	known, err := s.seen(ctx, d.ID)
	if err != nil {
		return "", 0, err
	}
	best := map[store.Metric]float64{}
	for _, m := range store.Metrics() {
		for _, e := range known.chosen(sel.model, sel.layer, sel.pooling) {
			if mean := known.means[MetricKey(m, sel.p)][e.ID]; mean != nil {
				best[m] = max(best[m], *mean)
			}
		}
	}
	metric = store.Cosine
	for _, m := range store.Metrics() {
		if best[m] > best[store.Cosine]+clearlyBetter && best[m] > best[metric] {
			metric = m
		}
	}
	if metric == store.Minkowski {
		p = sel.p
	}
	return metric, p, nil
}

func (s *Service) openingImage(ctx context.Context, d store.Dataset, sel selection) (Ask, error) {
	t, err := s.resolve(ctx, Request{Dataset: d.Name, Model: sel.model, Layer: sel.layer, Pooling: sel.pooling, Metric: sel.metric, P: sel.p})
	if err != nil {
		return nil, err
	}
	past, err := s.pastQueries(ctx, t.chosen(), store.Measure{Metric: sel.metric, P: sel.p})
	if err != nil {
		return nil, err
	}
	if past.instructive == 0 {
		return s.firstOfLargest(ctx, d)
	}
	img, err := s.db.Image(ctx, past.instructive)
	if err != nil {
		return nil, err
	}
	named, err := s.db.ImageByName(ctx, d.ID, img.Name)
	if err != nil || named.ID != img.ID { // an address says names, and this one belongs to another image as well
		return nil, err
	}
	return AskFor(img.Name), nil
}

// firstOfLargest is empty for a dataset without images.
func (s *Service) firstOfLargest(ctx context.Context, d store.Dataset) (Ask, error) {
	var largest *store.CategoryCount
	for i, c := range d.Categories {
		if largest == nil || c.Images > largest.Images {
			largest = &d.Categories[i]
		}
	}
	if largest == nil {
		return nil, nil
	}
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, Category: &largest.Name, Limit: 1})
	if err != nil || len(images) == 0 {
		return nil, err
	}
	return AskFor(images[0].Name), nil
}
