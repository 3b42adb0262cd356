package search

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sort"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// What the charts of a comparison show of each layer, from 0 to 100.
const (
	// figureWeighted is the weighted score: the query has a category.
	figureWeighted = "weighted"
	// figureAgreement is the weighted score for the category that has the highest there: how much the nearest images agree
	// on one, which need not be the right one.
	figureAgreement = "agreement"
	// figureNearness is how many of all pairs of images are farther apart than the query and its nearest image, in percent.
	figureNearness = "nearness"
)

// CompareChart is one query's figure at every layer of a model under a metric.
type CompareChart struct {
	Model  string       `json:"model"`
	Metric string       `json:"metric"` // minkowski:3 for an exponent of 3
	Bars   []CompareBar `json:"layers"`
}

// CompareBar is a layer.
type CompareBar struct {
	Layer    string   `json:"layer"`
	Score    *float64 `json:"score"`              // null when the query has no vector there
	Category string   `json:"category,omitempty"` // that the nearest images agree on
	Best     bool     `json:"best"`               // of all charts

	Chosen bool   `json:"-"` // it stands among the configurations
	URL    string `json:"-"` // address that puts it there
	Swatch string `json:"-"` // of the category
}

// CompareSilent is a model that cannot look at the query.
type CompareSilent struct {
	Model string `json:"model"`
	Why   string `json:"why"`
}

// figureFor chooses what can be said of a query: without a category of its own it depends on whether the dataset has any.
func figureFor(q Query, d store.Dataset) string {
	switch {
	case q.Category != "":
		return figureWeighted
	case len(namedCategories(d)) > 1:
		return figureAgreement
	}
	return figureNearness
}

// compare scores one query at every layer under every metric. What was evaluated is looked up, the rest is searched for; a
// picture that is not stored is shown to every network once.
func (s *Service) compare(ctx context.Context, p *ComparePage, t target) error {
	known := map[evaluatedKey]float64{}
	var err error
	if p.Query.ImageID != 0 && !p.Query.said {
		if known, err = s.evaluatedScores(ctx, t.dataset.ID, p.Query.ImageID); err != nil {
			return err
		}
	}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range t.models {
		err := s.lookEverywhere(ctx, m, p.Query)
		if errors.Is(err, ErrUploadOff) {
			p.Silent = append(p.Silent, CompareSilent{m.name, err.Error()})
			continue
		}
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		for _, measure := range AllMeasures() {
			chart := CompareChart{Model: m.name, Metric: MetricKey(measure.Metric, measure.P), Bars: make([]CompareBar, len(m.layers))}
			for i, l := range m.layers {
				bar := &chart.Bars[i]
				bar.Layer = l.Layer
				if score, ok := known[evaluatedKey{l.ID, chart.Metric}]; ok {
					bar.Score = &score
					continue
				}
				at := target{dataset: t.dataset, embedding: l.Embedding}
				g.Go(func() error { return s.fillBar(within, bar, p, at, measure) })
			}
			p.Charts = append(p.Charts, chart)
		}
	}
	err = g.Wait()
	markBest(p.Charts)
	return err
}

// fillBar finds what the page shows of a layer.
func (s *Service) fillBar(ctx context.Context, bar *CompareBar, p *ComparePage, at target, m store.Measure) error {
	nearest, ok, err := s.nearestAt(ctx, at.embedding, &Page{Query: p.Query, Metric: m.Metric, P: m.P})
	if err != nil || !ok || len(nearest.found.Neighbors) == 0 {
		return err
	}
	switch p.Figure {
	case figureWeighted:
		bar.Score = weightedOf(scoreQuery(p.Query.Category, nearest.ranks(p.Query.Category)))
	case figureAgreement:
		bar.Category, bar.Score = nearest.agreed()
	default:
		scale, err := s.scale(ctx, at, m)
		if err != nil || scale == nil {
			return err
		}
		nearness := 100 - scale.percentile(nearest.found.Neighbors[0].Distance)
		bar.Score = &nearness
	}
	return nil
}

// agreed is the category for which the score would be highest, and that score; of equal ones the first by name. Where no
// image has a category there is none.
func (n nearest) agreed() (category string, score *float64) {
	tried := map[string]bool{"": true}
	for _, found := range n.found.Neighbors {
		name := n.images[found.ImageID].Category
		if tried[name] {
			continue
		}
		tried[name] = true
		own := weightedScore(n.ranks(name))
		if score == nil || own > *score || own == *score && name < category {
			category, score = name, &own
		}
	}
	return category, score
}

// CompareVote is how many of the charts' bars agree on a category.
type CompareVote struct {
	Category string `json:"category"`
	Times    int    `json:"times"`

	URL    string `json:"-"` // the comparison for a query of that category
	Swatch string `json:"-"`
}

// votesOf counts what the layers take the query for, the most frequent first.
func votesOf(charts []CompareChart) []CompareVote {
	times := map[string]int{}
	for _, c := range charts {
		for _, b := range c.Bars {
			if b.Category != "" {
				times[b.Category]++
			}
		}
	}
	votes := []CompareVote{}
	for _, name := range slices.Sorted(maps.Keys(times)) {
		votes = append(votes, CompareVote{Category: name, Times: times[name]})
	}
	slices.SortStableFunc(votes, func(a, b CompareVote) int { return b.Times - a.Times })
	return votes
}

type evaluatedKey struct {
	embedding int64
	metric    string
}

// evaluatedScores are the query's scores in the evaluations that hold.
func (s *Service) evaluatedScores(ctx context.Context, datasetID, imageID int64) (map[evaluatedKey]float64, error) {
	l, err := readLabels(ctx, s.db, datasetID)
	if err != nil {
		return nil, err
	}
	all, _, err := readEvaluated(ctx, s.db, evaluatedFilter{datasetID: datasetID}, l.hash)
	known := map[evaluatedKey]float64{}
	for _, e := range all {
		queries := e.found.Queries
		at := sort.Search(len(queries), func(i int) bool { return queries[i].ImageID >= imageID })
		if at < len(queries) && queries[at].ImageID == imageID {
			known[evaluatedKey{e.ID, e.key()}] = retrieval.Weighted(ranksOf(queries[at], e.found.Images))
		}
	}
	return known, err
}

func markBest(charts []CompareChart) {
	highest := -1.0
	for _, c := range charts {
		for _, b := range c.Bars {
			if b.Score != nil {
				highest = max(highest, *b.Score)
			}
		}
	}
	for _, c := range charts {
		for i, b := range c.Bars {
			c.Bars[i].Best = b.Score != nil && *b.Score == highest
		}
	}
}

// bestOf is the first configuration with the highest score among charts that fit, and its bar.
func bestOf(charts []CompareChart, fits func(configuration) bool) (best configuration, bar CompareBar, ok bool) {
	for _, c := range charts {
		measure, _ := parseMetricKey(c.Metric)
		for _, b := range c.Bars {
			config := configuration{c.Model, b.Layer, measure}
			if b.Score != nil && fits(config) && (!ok || *b.Score > *bar.Score) {
				best, bar, ok = config, b, true
			}
		}
	}
	return best, bar, ok
}

// searchedBy is a selection of the search page for a configuration.
func (c configuration) searchedBy(dataset string, ask Ask) selection {
	s := selection{dataset: dataset, model: c.model, layer: c.layer, metric: c.measure.Metric, ask: ask}
	if c.measure.Metric == store.Minkowski {
		s.p = c.measure.P
	}
	return s
}
