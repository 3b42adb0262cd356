package search

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// metricNotes say in a word or two what a metric looks at.
var metricNotes = map[store.Metric]string{
	store.Cosine:      "direction of the vectors; works best as a rule",
	store.Euclidean:   "straight distance between the vectors",
	store.SqEuclidean: "the same order as euclidean, larger gaps",
	store.Minkowski:   "with p: the larger p, the more the largest difference counts",
}

// datasetChoices keep as much of the selection as the other dataset has vectors for.
func (w *web) datasetChoices(ctx context.Context, s selection) ([]Choice, error) {
	datasets, err := w.service.datasets(ctx)
	if err != nil {
		return nil, err
	}
	var list []Choice
	for _, d := range datasets {
		there := selection{dataset: d.Name, metric: s.metric, p: s.p, k: s.k, shuffle: s.shuffle}
		known, err := w.service.seen(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if len(known.chosen(s.model, s.layer, "")) > 0 {
			there.model, there.layer = s.model, s.layer
		}
		list = append(list, Choice{
			Name: d.Name, Note: strconv.Itoa(d.Images), Current: d.Name == s.dataset, URL: there.url(),
		})
	}
	return list, nil
}

func modelChoices(s selection, t target) []Choice {
	var list []Choice
	for _, m := range t.models {
		best := m.best()
		list = append(list, Choice{
			Name: m.name, Note: strconv.Itoa(len(m.layers)), Score: best.mean, Current: m.name == s.model,
			URL: s.with(func(s *selection) {
				s.model, s.layer, s.pooling, s.ask = m.name, best.Layer, "", s.ask.clamped(best.Channels)
			}),
		})
	}
	return list
}

func metricChoices(s selection) []Choice {
	var list []Choice
	for _, m := range store.Metrics() {
		list = append(list, Choice{
			Name: string(m), Note: metricNotes[m], Current: m == s.metric,
			URL: s.with(func(s *selection) { s.metric, s.p = m, 0 }),
		})
	}
	return list
}

func kChoices(s selection) []Choice {
	ks := []int{5, 15, 30, 50}
	if !slices.Contains(ks, s.k) {
		ks = append(ks, s.k)
		slices.Sort(ks)
	}
	var list []Choice
	for _, k := range ks {
		list = append(list, Choice{Name: strconv.Itoa(k), Current: k == s.k, URL: s.with(func(s *selection) { s.k = k })})
	}
	return list
}

// fields is the selection as hidden form fields, without those that the form asks for.
func (s selection) fields(without ...string) []Field { return fieldsOf(s.values(), without...) }

// fieldsOf writes an address as hidden form fields, in a steady order.
func fieldsOf(values url.Values, without ...string) []Field {
	var list []Field
	for name, all := range values {
		for _, value := range all {
			if !slices.Contains(without, name) {
				list = append(list, Field{name, value})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return list
}
