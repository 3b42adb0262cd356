package search

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// What the columns of the scorecard's table can be.
const (
	byMetric   = "metric"
	byMeasure  = "measure"
	byCategory = "category"
)

// cardQuery is the state of the scorecard: all of it is in the address.
type cardQuery struct {
	dataset      string
	measure      string
	k            int    // of measures that have a cut-off
	columns      string // metric, measure or category
	category     *string
	sort         string // a column's name, the best first; "" is the order of the networks
	model, layer string // what the confusion and the hardest queries are of; "" is the best
	metric       string // likewise, and of the table whose columns are measures or categories
}

const defaultCut = 10

func readCardQuery(q url.Values) (cardQuery, error) {
	c := cardQuery{
		dataset: q.Get("dataset"), measure: q.Get("measure"), columns: q.Get("columns"), sort: q.Get("sort"),
		model: q.Get("model"), layer: q.Get("layer"), metric: q.Get("metric"),
	}
	if q.Has("category") {
		category := q.Get("category")
		c.category = &category
	}
	var err error
	if c.k, err = readInt(q, "k", 1, retrieval.MaxCut); err != nil {
		return c, err
	}
	if c.metric != "" {
		if _, ok := parseMetricKey(c.metric); !ok {
			return c, badRequestf("There is no metric %q: choose cosine, euclidean, sqeuclidean or minkowski:3.", c.metric)
		}
	}
	if c.k == 0 {
		c.k = defaultCut
	}
	if c.measure == "" {
		c.measure = measures[0].Name
	}
	if c.columns == "" {
		c.columns = byMetric
	}
	if choices := []string{byMetric, byMeasure, byCategory}; !slices.Contains(choices, c.columns) {
		return c, unknown("choice of columns", c.columns, "here", choices)
	}
	return c, nil
}

// with is the address of the state after a change.
func (c cardQuery) with(change func(*cardQuery)) string {
	change(&c)
	return c.url()
}

// url leaves out what is so by default.
func (c cardQuery) url() string {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	set("dataset", c.dataset, "")
	set("measure", c.measure, measures[0].Name)
	set("k", strconv.Itoa(c.k), strconv.Itoa(defaultCut))
	set("columns", c.columns, byMetric)
	set("sort", c.sort, "")
	set("model", c.model, "")
	set("layer", c.layer, "")
	set("metric", c.metric, "")
	if c.category != nil {
		q.Set("category", *c.category)
	}
	if len(q) == 0 {
		return "/scorecard"
	}
	return "/scorecard?" + q.Encode()
}

// chosenMetric is the metric of tables that show one only.
func (c cardQuery) chosenMetric() string {
	if c.metric != "" {
		return c.metric
	}
	return string(store.Cosine)
}

// encode writes names and values, in turns, as a query.
func encode(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return q.Encode()
}
