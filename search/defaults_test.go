package search

import (
	"math"
	"reflect"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Cats lie on a small circle, dogs on a large one around it, so that the direction says nothing and the distance much. Every
// query's score is known from searching with it; the one nearest to 75 opens the page.
func TestOpening(t *testing.T) {
	db := storetest.New(t, storetest.Spec{
		Images: storetest.Images(60, "cat", "dog"), Dimension: 2, Channels: 1,
		Vector: func(image, layer int) []float32 {
			radius, angle := 1+2*float64(image%2), float64(image)*2.4
			return []float32{float32(radius * math.Cos(angle)), float32(radius * math.Sin(angle))}
		},
	})
	s := NewService(db, nil)
	asked := func(s selection) string { return s.ask.Values().Get("image") }
	open := func(sel selection) selection {
		t.Helper()
		got, err := s.opening(t.Context(), sel)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := open(selection{}); got.metric != store.Cosine || asked(got) != "cat/000.png" {
		t.Errorf("without a scorecard: %+v", got)
	}
	if err := Evaluate(t.Context(), db, EvaluateOptions{}); err != nil {
		t.Fatal(err)
	}
	got := open(selection{})
	if got.metric == store.Cosine {
		t.Errorf("cosine cannot tell them apart: %+v", got)
	}
	opened, err := s.Search(t.Context(), got.request())
	if err != nil {
		t.Fatal(err)
	}
	if opened.Layer != "late" {
		t.Errorf("it opens at layer %s", opened.Layer)
	}
	images, err := db.Images(t.Context(), store.ImageFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, img := range images {
		other, err := s.Search(t.Context(), Request{Metric: got.metric, P: got.p, Layer: opened.Layer, Ask: AskFor(img.Name)})
		if err != nil {
			t.Fatal(err)
		}
		off := func(p *Page) float64 {
			return max(p.Score.Weighted-instructiveScore, instructiveScore-p.Score.Weighted)
		}
		if off(other) < off(opened) {
			t.Errorf("%s scores %v, %s, which opens, %v", img.Name, other.Score.Weighted, opened.Query.Name, opened.Score.Weighted)
		}
	}
	said := selection{metric: store.Cosine, ask: AskFor("dog/001.png")}
	if got := open(said); !reflect.DeepEqual(got, said) {
		t.Errorf("what the address says became %+v", got)
	}
	if got := open(selection{metric: store.SqEuclidean}); got.metric != store.SqEuclidean || asked(got) == "" {
		t.Errorf("a metric alone: %+v", got)
	}
	if got := open(selection{ask: AskFor("dog/001.png")}); asked(got) != "dog/001.png" || got.metric == "" {
		t.Errorf("an image alone: %+v", got)
	}
}
