package search

import (
	"math"
	"net/url"
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

// selection is the state of the search page: all of it is in the address, and every link is this one with a change.
type selection struct {
	dataset, model, layer, pooling string
	metric                         store.Metric
	p                              float64
	k                              int
	ask                            Ask     // the query
	category                       *string // of the catalogue; nil shows all
	page                           int     // of the catalogue, from 1
	shuffle                        int     // the seed of its order; 0: not shuffled
}

func readSelection(q url.Values) (selection, error) {
	s := selection{
		dataset: q.Get("dataset"), model: q.Get("model"), layer: q.Get("layer"), pooling: q.Get("pooling"),
	}
	if q.Has("category") {
		category := q.Get("category")
		s.category = &category
	}
	var err error
	if s.ask, err = ReadAsk(q); err != nil {
		return s, err
	}
	if name := q.Get("metric"); name != "" {
		if s.metric, err = store.ParseMetric(name); err != nil {
			return s, badRequestf("There is no metric %q: choose cosine, euclidean, sqeuclidean or minkowski.", name)
		}
	}
	if s.k, err = readInt(q, "k", 1, maxK); err != nil {
		return s, err
	}
	if s.page, err = readInt(q, "page", 1, math.MaxInt32); err != nil {
		return s, err
	}
	if s.shuffle, err = readInt(q, "shuffle", 1, math.MaxInt32); err != nil {
		return s, err
	}
	s.p, err = readFloat(q, "p")
	return s, err
}

// readInt is 0 when the address does not say.
func readInt(q url.Values, name string, from, to int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < from || n > to {
		return 0, badRequestf("%s must be a whole number between %d and %d, not %q.", name, from, to, text)
	}
	return n, nil
}

func readFloat(q url.Values, name string) (float64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || x < minP || x > maxP {
		return 0, badRequestf("%s must be a number between %d and %d, not %q.", name, minP, maxP, text)
	}
	return x, nil
}

func (s selection) request() Request {
	return Request{
		Dataset: s.dataset, Model: s.model, Layer: s.layer, Pooling: s.pooling,
		Metric: s.metric, P: s.p, K: s.k, Ask: s.ask,
	}
}

// resolved is the selection with the defaults that a page has filled in, so that links say what they mean even after
// the defaults have changed.
func (s selection) resolved(page *Page, t target) selection {
	s.dataset, s.model, s.layer = page.Dataset, page.Model, page.Layer
	s.metric, s.p, s.k = page.Metric, page.P, page.K
	s.pooling = ""
	if t.model.ambiguous(page.Layer) {
		s.pooling = page.Pooling
	}
	s.ask = page.Query.ask()
	return s
}

// with is the address of the selection after a change.
func (s selection) with(change func(*selection)) string {
	change(&s)
	return s.url()
}

func (s selection) url() string {
	q := s.values()
	if len(q) == 0 {
		return "/search"
	}
	return "/search?" + q.Encode()
}

// values is the selection as an address says it.
func (s selection) values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("dataset", s.dataset)
	set("model", s.model)
	set("layer", s.layer)
	set("pooling", s.pooling)
	set("metric", string(s.metric))
	if s.metric == store.Minkowski && s.p != 0 {
		set("p", strconv.FormatFloat(s.p, 'g', -1, 64))
	}
	if s.k != 0 {
		set("k", strconv.Itoa(s.k))
	}
	s.ask.values(q)
	if s.category != nil {
		q.Set("category", *s.category)
	}
	if s.shuffle > 0 {
		set("shuffle", strconv.Itoa(s.shuffle))
	}
	if s.page > 1 {
		set("page", strconv.Itoa(s.page))
	}
	return q
}
