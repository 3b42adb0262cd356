package search

import (
	"context"
	"errors"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// One evaluation of a dataset runs at a time; what is asked for meanwhile follows it.
func TestEvaluateBehind(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(20, "cat", "dog")})
	s := NewService(db, nil)
	d, err := db.Dataset(t.Context(), "pets")
	if err != nil {
		t.Fatal(err)
	}
	var work []func(context.Context)
	s.Behind = func(do func(context.Context)) { work = append(work, do) }
	s.evaluateBehind(d)
	s.evaluateBehind(d)
	if now, _ := s.scorer.state(d.ID); len(work) != 1 || now == nil || !now.again {
		t.Fatalf("%d at work, %+v", len(work), now)
	}
	work[0](t.Context())
	if lacking, err := s.lacking(t.Context(), d); err != nil || lacking != 0 {
		t.Errorf("%d evaluations are missing, %v", lacking, err)
	}
	if now, failed := s.scorer.state(d.ID); now != nil || failed != "" {
		t.Errorf("still %+v, %q", now, failed)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteScores(d.ID) }); err != nil {
		t.Fatal(err)
	}
	if lacking, err := s.lacking(t.Context(), d); err != nil || lacking != 8 {
		t.Errorf("of two layers by four metrics %d evaluations are missing, %v", lacking, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.evaluateBehind(d)
	work[1](gone) // the server stops
	if now, failed := s.scorer.state(d.ID); now != nil || failed != "" {
		t.Errorf("stopped: %+v, %q", now, failed)
	}
	if s.scorer.begin(d.ID); s.scorer.end(d.ID, errors.New("the disk is full")) {
		t.Error("what failed is done again and again")
	}
	if _, failed := s.scorer.state(d.ID); failed != "the disk is full" {
		t.Errorf("it failed: %q", failed)
	}
}
