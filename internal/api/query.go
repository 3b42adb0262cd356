package api

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// query is the part of an address behind the question mark.
type query struct{ url.Values }

// allow refuses parameters that a route does not have: one that is mistyped would be passed over in silence.
func (q query) allow(parameters []parameter) error {
	names, many := make([]string, len(parameters)), map[string]bool{}
	for i, p := range parameters {
		names[i], many[p.name] = p.name, p.many
	}
	for name, values := range q.Values {
		switch {
		case !slices.Contains(names, name) && len(names) == 0:
			return problemf(http.StatusBadRequest, "There is no parameter %q here; this address takes none.", name)
		case !slices.Contains(names, name):
			return problemf(http.StatusBadRequest, "There is no parameter %q here. There are: %s.", name, strings.Join(names, ", "))
		case len(values) > 1 && !many[name]:
			return problemf(http.StatusBadRequest, "%s is given %d times; say it once.", name, len(values))
		}
	}
	return nil
}

// integer is 0 where the address does not say.
func (q query) integer(name string, from, to int64) (int64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < from || n > to {
		return 0, problemf(http.StatusBadRequest, "%s must be a whole number between %d and %d, not %q.", name, from, to, text)
	}
	return n, nil
}

func (q query) number(name string) (float64, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, problemf(http.StatusBadRequest, "%s must be a number, not %q.", name, text)
	}
	return x, nil
}

// text is nil where the address does not say: "" is a category, that of images without one.
func (q query) text(name string) *string {
	if !q.Has(name) {
		return nil
	}
	value := q.Get(name)
	return &value
}

// bounds reads min_NAME and max_NAME.
func (q query) bounds(name string) (store.Range, error) {
	low, err := q.integer("min_"+name, 0, math.MaxInt64)
	if err != nil {
		return store.Range{}, err
	}
	high, err := q.integer("max_"+name, 1, math.MaxInt64)
	if err == nil && high > 0 && low > high {
		err = problemf(http.StatusBadRequest, "min_%s is larger than max_%s: nothing is between them.", name, name)
	}
	return store.Range{Min: low, Max: high}, err
}

func (q query) metric() (store.Metric, error) {
	name := q.Get("metric")
	if name == "" {
		return "", nil
	}
	return parseMetric(name)
}

func parseMetric(name string) (store.Metric, error) {
	m, err := store.ParseMetric(name)
	if err != nil {
		return "", problemf(http.StatusBadRequest, "There is no metric %q: choose cosine, euclidean, sqeuclidean or minkowski.", name)
	}
	return m, nil
}
