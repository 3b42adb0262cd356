package search

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestAgreed(t *testing.T) {
	for _, test := range []struct {
		categories []string // of the nearest images
		category   string
		score      float64
	}{
		// 15 + 13 of 15 + 14 + 13 points, against 14.
		{[]string{"a", "b", "a"}, "a", 100 * 28.0 / 42},
		// 14 + 13 are more than 15.
		{[]string{"a", "b", "b"}, "b", 100 * 27.0 / 42},
		// Images without a category have no say: 14 of 29.
		{[]string{"", "b"}, "b", 100 * 14.0 / 29},
		{[]string{"", ""}, "", math.NaN()},
		{nil, "", math.NaN()},
		// 15 + 12 are as many as 14 + 13: the first by name.
		{[]string{"b", "a", "a", "b"}, "a", 100 * 27.0 / 54},
	} {
		n := nearest{images: map[int64]store.Image{}}
		for i, c := range test.categories {
			n.found.Neighbors = append(n.found.Neighbors, store.Neighbor{ImageID: int64(i)})
			n.images[int64(i)] = store.Image{ID: int64(i), Category: c}
		}
		category, score := n.agreed()
		if category != test.category || (score == nil) != math.IsNaN(test.score) || score != nil && math.Abs(*score-test.score) > 1e-9 {
			t.Errorf("%q agree on %q with %v, want %q with %v", test.categories, category, score, test.category, test.score)
		}
	}
}

// recording notes at which layers a network was asked to look, look by look.
type recording struct {
	nearestTo
	looks [][]string
	off   string // a model that cannot be run
}

func (r *recording) Embed(ctx context.Context, all []store.Embedding, picture []byte) ([][]float32, error) {
	r.looks = append(r.looks, names(all, func(e store.Embedding) string { return e.Model + "/" + e.Layer }))
	if all[0].Model == r.off {
		return nil, UploadOff("It is too large.")
	}
	return r.nearestTo.Embed(ctx, all, picture)
}

func compared(t *testing.T, s *Service, r Request) *ComparePage {
	t.Helper()
	target, err := s.resolve(t.Context(), Request{Metric: store.Cosine})
	if err != nil {
		t.Fatal(err)
	}
	p := &ComparePage{}
	if p.Query, err = s.resolveQuery(t.Context(), r, target.dataset); err != nil {
		t.Fatal(err)
	}
	p.Figure = figureFor(p.Query, target.dataset)
	if err := s.compare(t.Context(), p, target); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCompareLooksOnceForAllLayers(t *testing.T) {
	spec := line([]float32{0, 5, 9, 10}, "a", "b")
	other := spec
	spec.Model, other.Model = "one", "two"
	network := &recording{nearestTo: nearestTo{1, 8}}
	s := NewService(storetest.New(t, spec, other), network)
	mine := Request{Ask: AskWith("mine.jpg", []byte("picture"))}
	p := compared(t, s, mine)
	if p.Figure != figureAgreement || len(p.Charts) != 8 || len(network.looks) != 2 || !slices.Equal(network.looks[0], []string{"one/early", "one/late"}) {
		t.Fatalf("%s, %d charts, looks %q", p.Figure, len(p.Charts), network.looks)
	}
	for _, c := range p.Charts {
		for _, b := range c.Bars {
			if b.Score == nil || b.Category == "" {
				t.Errorf("%s by %s at %s: %+v", c.Model, c.Metric, b.Layer, b)
			}
		}
	}
	// By the euclidean distance from 8 the order early is 9 (a), 10 (b), 5 (b), 0 (a): 14 + 13 are as many as 15 + 12.
	if b := p.Charts[1].Bars[0]; b.Category != "a" || math.Abs(*b.Score-50) > 1e-9 {
		t.Errorf("early: %+v", b)
	}
	mine.Category = "b"
	if p = compared(t, s, mine); p.Figure != figureWeighted || math.Abs(*p.Charts[1].Bars[0].Score-50) > 1e-9 || len(p.Charts[1].Bars[0].Category) != 0 {
		t.Errorf("said to be of b: %s, %+v", p.Figure, p.Charts[1])
	}
	for _, layer := range []string{"early", "late"} {
		mine.Layer = layer
		if _, err := s.Search(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
	}
	if len(network.looks) != 2 {
		t.Errorf("it was looked at again: %q", network.looks)
	}
}

func TestCompareLeavesOutWhatCannotLook(t *testing.T) {
	spec := line([]float32{0, 5, 9, 10}, "a", "b")
	other := spec
	spec.Model, other.Model = "one", "two"
	s := NewService(storetest.New(t, spec, other), &recording{nearestTo: nearestTo{1, 8}, off: "one"})
	p := compared(t, s, Request{Ask: AskWith("mine.jpg", []byte("picture"))})
	if len(p.Charts) != 4 || p.Charts[0].Model != "two" || len(p.Silent) != 1 || p.Silent[0] != (CompareSilent{"one", "It is too large."}) {
		t.Errorf("%d charts, left out %+v", len(p.Charts), p.Silent)
	}
	_, err := s.Search(t.Context(), Request{Model: "one", Ask: AskWith("mine.jpg", []byte("picture"))})
	if !errors.Is(err, ErrUploadOff) || err.Error() != "It is too large." {
		t.Errorf("a search there: %v", err)
	}
}

func TestCompareWithoutCategories(t *testing.T) {
	s := NewService(storetest.New(t, line([]float32{0, 5, 9, 10}, "")), &recording{nearestTo: nearestTo{1, 8}})
	p := compared(t, s, Request{Ask: AskWith("mine.jpg", []byte("picture"))})
	// At distance 1 nothing of the six pairs, 1 to 10 apart, is nearer.
	if b := p.Charts[1].Bars[0]; p.Figure != figureNearness || b.Score == nil || *b.Score != 100 {
		t.Errorf("%s: %+v", p.Figure, b)
	}
}
