package search

import (
	"context"
	"runtime"
	"sort"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// CompareChart is one query's weighted score at every layer of a model under a metric.
type CompareChart struct {
	Model  string       `json:"model"`
	Metric string       `json:"metric"` // minkowski:3 for an exponent of 3
	Bars   []CompareBar `json:"layers"`
}

// CompareBar is a layer.
type CompareBar struct {
	Layer string   `json:"layer"`
	Score *float64 `json:"score"` // null when the image has no vector there
	Best  bool     `json:"best"`  // of all charts

	Chosen bool   `json:"-"` // it stands among the configurations
	URL    string `json:"-"` // address that puts it there
}

// queryScores scores one image of a dataset at every layer under every metric. What was evaluated is looked up, the rest is
// searched for.
func (s *Service) queryScores(ctx context.Context, t target, q Query) ([]CompareChart, error) {
	known := map[evaluatedKey]float64{}
	var err error
	if q.ImageID != 0 {
		if known, err = s.evaluatedScores(ctx, t.dataset.ID, q.ImageID); err != nil {
			return nil, err
		}
	}
	var charts []CompareChart
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range t.models {
		for _, measure := range AllMeasures() {
			key := MetricKey(measure.Metric, measure.P)
			chart := CompareChart{Model: m.name, Metric: key, Bars: make([]CompareBar, len(m.layers))}
			for i, l := range m.layers {
				bar := &chart.Bars[i]
				bar.Layer = l.Layer
				if q.Category == "" || !q.stored() {
					continue // nothing to judge by, or a network would have to look at it once for every layer
				}
				if score, ok := known[evaluatedKey{l.ID, key}]; ok {
					bar.Score = &score
					continue
				}
				g.Go(func() error {
					score, err := s.scoreAt(ctx, l.Embedding, &Page{Query: q, Metric: measure.Metric, P: measure.P})
					bar.Score = weightedOf(score)
					return err
				})
			}
			charts = append(charts, chart)
		}
	}
	err = g.Wait()
	markBest(charts)
	return charts, err
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

// bestOf is the first configuration with the highest score among charts that fit.
func bestOf(charts []CompareChart, fits func(configuration) bool) (best configuration, score float64, ok bool) {
	for _, c := range charts {
		measure, _ := parseMetricKey(c.Metric)
		for _, b := range c.Bars {
			config := configuration{c.Model, b.Layer, measure}
			if b.Score != nil && fits(config) && (!ok || *b.Score > score) {
				best, score, ok = config, *b.Score, true
			}
		}
	}
	return best, score, ok
}

// searchedBy is a selection of the search page for a configuration.
func (c configuration) searchedBy(dataset string, ask Ask) selection {
	s := selection{dataset: dataset, model: c.model, layer: c.layer, metric: c.measure.Metric, ask: ask}
	if c.measure.Metric == store.Minkowski {
		s.p = c.measure.P
	}
	return s
}
