package search

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// maxCompared is how many configurations stand side by side.
const maxCompared = 4

// configuration is what two answers to one query can differ in.
type configuration struct {
	model, layer string
	measure      store.Measure
}

// String is how addresses say it: model/layer/metric. A layer's name may hold slashes, the others do not.
func (c configuration) String() string {
	return c.model + "/" + c.layer + "/" + MetricKey(c.measure.Metric, c.measure.P)
}

func parseConfiguration(text string) (configuration, error) {
	model, rest, ok := strings.Cut(text, "/")
	cut := strings.LastIndex(rest, "/")
	if ok && cut > 0 {
		if m, known := parseMetricKey(rest[cut+1:]); known && m.P >= minP && m.P <= maxP {
			return configuration{model, rest[:cut], m}, nil
		}
	}
	return configuration{}, badRequestf("%q is no configuration: write model/layer/metric, such as demo/stage4_relu3/cosine.", text)
}

// compareQuery is the state of the comparison: all of it is in the address.
type compareQuery struct {
	dataset  string
	ask      Ask
	category string // what the query shows, where the visitor says so
	k        int
	configs  []configuration
}

func readCompareQuery(q url.Values) (compareQuery, error) {
	c := compareQuery{dataset: q.Get("dataset"), category: q.Get("category")}
	var err error
	if c.ask, err = ReadAsk(q); err != nil {
		return c, err
	}
	if c.k, err = readInt(q, "k", 1, 100); err != nil {
		return c, err
	}
	if c.k == 0 {
		c.k = defaultK
	}
	for _, text := range q["config"] {
		if text == "" {
			continue // nothing was chosen in the form
		}
		config, err := parseConfiguration(text)
		if err != nil {
			return c, err
		}
		if !slices.Contains(c.configs, config) {
			c.configs = append(c.configs, config)
		}
	}
	if len(c.configs) > maxCompared {
		return c, badRequestf("At most %d configurations stand side by side, not %d.", maxCompared, len(c.configs))
	}
	return c, nil
}

// fields is the state as hidden fields of a form.
func (c compareQuery) fields() []Field {
	list := []Field{{"dataset", c.dataset}, {"k", strconv.Itoa(c.k)}}
	if c.category != "" {
		list = append(list, Field{"category", c.category})
	}
	for name, all := range c.ask.Values() {
		for _, value := range all {
			list = append(list, Field{name, value})
		}
	}
	for _, config := range c.configs {
		list = append(list, Field{"config", config.String()})
	}
	slices.SortStableFunc(list, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (c compareQuery) url() string {
	q := url.Values{}
	if c.dataset != "" {
		q.Set("dataset", c.dataset)
	}
	c.ask.values(q)
	if c.category != "" {
		q.Set("category", c.category)
	}
	if c.k != defaultK {
		q.Set("k", strconv.Itoa(c.k))
	}
	for _, config := range c.configs {
		q.Add("config", config.String())
	}
	if len(q) == 0 {
		return "/compare"
	}
	return "/compare?" + q.Encode()
}

// adding is the address with one configuration more; where there is no room, it takes the last one's place.
func (c compareQuery) adding(config configuration) string {
	if !slices.Contains(c.configs, config) {
		c.configs = append(slices.Clone(c.configs[:min(len(c.configs), maxCompared-1)]), config)
	}
	return c.url()
}

// saying is the address for a query of that category; "" is that of its images.
func (c compareQuery) saying(category string) string {
	c.category = category
	return c.url()
}

// without is the address without one configuration.
func (c compareQuery) without(config configuration) string {
	c.configs = slices.DeleteFunc(slices.Clone(c.configs), func(other configuration) bool { return other == config })
	return c.url()
}

// comparedForChannel is how many of the images that excite a channel most stand for it in a comparison.
const comparedForChannel = 5

// inComparison is what a query is compared by: itself, or in place of a channel, which belongs to one layer, the images that
// excite it most.
func inComparison(a Ask, results []Hit) Ask {
	if p, ok := a.alone(); !ok || p.Kind != KindChannel {
		return a
	}
	var found Ask
	for _, h := range results[:min(len(results), comparedForChannel)] {
		found = append(found, AskFor(h.Name)...)
	}
	return found
}
