package search

import (
	"math"
	"net/url"
	"strconv"
)

// Sections of the care page.
const (
	careNear, careSame, careOutliers, careSuspects, careClusters, careBalance = "near-duplicates", "same-bytes", "outliers", "suspects", "clusters", "balance"
)

// careState is the state of the care page: all of it is in the address.
type careState struct {
	dataset, model, layer, pooling string
	section                        string // shown alone; "" shows the beginning of each
	page                           int    // of the section, from 1
	filter                         CareFilter
}

func readCareState(q url.Values) (s careState, err error) {
	s = careState{dataset: q.Get("dataset"), model: q.Get("model"), layer: q.Get("layer"), pooling: q.Get("pooling"), section: q.Get("section")}
	switch s.section {
	case "", careNear, careSame, careOutliers, careSuspects, careClusters, careBalance:
	default:
		return s, badRequestf("There is no section %q: choose %s, %s, %s, %s, %s or %s.", s.section, careNear, careSame, careOutliers, careSuspects, careClusters, careBalance)
	}
	if s.page, err = readInt(q, "page", 1, math.MaxInt32); err != nil {
		return s, err
	}
	s.filter, err = ReadCareFilter(q)
	return s, err
}

func (s careState) values() url.Values {
	q := url.Values{}
	setAll(q, "dataset", s.dataset, "model", s.model, "layer", s.layer, "pooling", s.pooling, "section", s.section)
	if s.page > 1 {
		q.Set("page", strconv.Itoa(s.page))
	}
	s.filter.values(q)
	return q
}

func (s careState) url() string { return "/care?" + s.values().Encode() }

// with is the page's address after a change, which leads to the first page of a list.
func (s careState) with(change func(*careState)) string {
	s.page = 0
	change(&s)
	return s.url()
}

// fields is the state as hidden form fields, without those that the form asks for.
func (s careState) fields(without ...string) []Field { return fieldsOf(s.values(), without...) }

// image is the selection that searches with an image at the page's layer.
func (s careState) image(name string) selection {
	return selection{dataset: s.dataset, model: s.model, layer: s.layer, pooling: s.pooling, ask: AskFor(name)}
}
