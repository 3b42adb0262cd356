package search

import (
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// hintOf is the hint of the page that a selection leads to.
func hintOf(t *testing.T, db *store.DB, s selection) (*Hint, *SearchPage) {
	t.Helper()
	service := NewService(db, nil)
	answer, target, err := service.search(t.Context(), s.request())
	if err != nil {
		t.Fatal(err)
	}
	s = s.resolved(answer, target)
	page := &SearchPage{Page: answer}
	page.links(s, target)
	page.show(s, target)
	hint, err := service.hint(t.Context(), page, s, target)
	if err != nil {
		t.Fatal(err)
	}
	return hint, page
}

// twoLayers is a dataset of two categories that the early layer mixes up and the late one tells apart, but for the image
// that is named: it looks like one of the others.
func twoLayers(stray int) storetest.Spec {
	return storetest.Spec{
		Images: storetest.Images(60, "cat", "dog"), Dimension: 2, Channels: 1,
		Vector: func(image, layer int) []float32 {
			along, across := float32(image)/20, float32(0)
			if layer == 1 && (image%2 == 1) != (image == stray) {
				across = 100
			}
			return []float32{along, across}
		},
	}
}

func TestHint(t *testing.T) {
	evaluatedDB := func(spec storetest.Spec) *store.DB {
		db := storetest.New(t, spec)
		if err := Evaluate(t.Context(), db, EvaluateOptions{Measures: []store.Measure{{Metric: store.Euclidean}}}); err != nil {
			t.Fatal(err)
		}
		return db
	}
	lateOnly := twoLayers(30)
	mixed := lateOnly.Vector
	lateOnly.Layers, lateOnly.Vector = []string{"late"}, func(image, _ int) []float32 { return mixed(image, 1) }
	plain, stray := storetest.New(t, twoLayers(-1)), evaluatedDB(twoLayers(30))
	far := twoLayers(-1)
	vector := far.Vector
	far.Vector = func(image, layer int) []float32 {
		if image == 0 {
			return []float32{0, 400}
		}
		return vector(image, layer)
	}
	unlabelled := twoLayers(-1)
	unlabelled.Images = storetest.Images(60)
	tests := []struct {
		name       string
		db         *store.DB
		layer      string
		image      string
		says, link string
	}{
		{"another layer is better", plain, "early", "cat/000.png", "At layer late this query scores 100 instead of", "layer=late"},
		{"easy here, hard at another layer", plain, "late", "cat/000.png", "All of them are right. At layer early the same query scores", "layer=early"},
		{"the scorecard knows a harder one", stray, "late", "cat/000.png", "The hardest of the “cat” scores 0", "image=cat%2F030.png"},
		{"all that was found is of one other category", storetest.New(t, lateOnly), "late", "cat/030.png", "15 of 15 are “dog”", "/why?"},
		{"like neither", storetest.New(t, far), "late", "cat/000.png", "No good match", "/probe"},
		{"no category", storetest.New(t, unlabelled), "late", "000.png", "Without a category", "/probe"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hint, page := hintOf(t, tt.db, selection{layer: tt.layer, ask: AskFor(tt.image), metric: store.Euclidean})
			if hint == nil || !strings.Contains(hint.Text, tt.says) || !strings.Contains(hint.URL, tt.link) {
				t.Errorf("%+v, want %q and a link with %q (score %+v)", hint, tt.says, tt.link, page.Score)
			}
		})
	}
}

func TestHintOfOneImage(t *testing.T) {
	if hint, _ := hintOf(t, storetest.New(t, line([]float32{1}, "a")), selection{}); hint != nil {
		t.Errorf("nothing was found, and yet: %+v", hint)
	}
}

// A query that finds little at the layers of one model finds all at the best layer of the other, as the scorecard knows.
func TestHintOfAnotherModel(t *testing.T) {
	blind, seeing := twoLayers(-1), twoLayers(-1)
	blind.Layers, seeing.Model = []string{"early"}, "seeing"
	db := storetest.New(t, blind, seeing)
	const image = "cat/000.png"
	s := selection{model: "tiny", ask: AskFor(image), metric: store.Euclidean}
	if hint, _ := hintOf(t, db, s); strings.Contains(hint.Text, "seeing") {
		t.Errorf("nothing has been evaluated, and yet: %+v", hint)
	}
	if err := Evaluate(t.Context(), db, EvaluateOptions{Measures: []store.Measure{{Metric: store.Euclidean}}}); err != nil {
		t.Fatal(err)
	}
	if hint, _ := hintOf(t, db, s); !strings.Contains(hint.Text, "At layer late of seeing this query scores 100 instead of") || !strings.Contains(hint.URL, "model=seeing") {
		t.Errorf("%+v", hint)
	}
}
