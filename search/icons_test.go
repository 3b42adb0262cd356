package search

import (
	"context"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store/storetest"
)

// Four parts of a picture that a layer answers with 0, 1, 2 and 4: the last is bare, and the veil is the thicker the less.
func TestVeil(t *testing.T) {
	got := veilOf(2, []float64{0, 1, 2, 4})
	want := []VeilSquare{{0, 0, 50, 5}, {50, 0, 50, 3}, {0, 50, 50, 2}, {50, 50, 50, 0}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, square := range veilOf(2, []float64{3, 3, 3, 3}) {
		if square.Level != 0 {
			t.Errorf("where all is the same, nothing is hidden: %+v", square)
		}
	}
}

func TestIcons(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Channels: 2, Dimension: 8})
	s := NewService(db, nil)
	answer, target, err := s.search(t.Context(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	layout := func() *SearchPage {
		page := &SearchPage{Page: answer}
		page.links(selection{}.resolved(answer, target), target)
		if err := s.icons(t.Context(), page, target); err != nil {
			t.Fatal(err)
		}
		return page
	}
	for _, l := range layout().Strip {
		if l.Icon.Cell != nil || len(l.Icon.Veil) != 4 {
			t.Errorf("without pictures layer %s has %+v", l.Layer, l.Icon)
		}
	}
	s.Icons = func(_ context.Context, layers [][]int64) ([]*IconCell, error) {
		cells := make([]*IconCell, len(layers))
		for i, ids := range layers {
			if slices.Contains(ids, 1) { // only the first layer has pictures
				cells[i] = &IconCell{Column: int(ids[0])}
			}
		}
		return cells, nil
	}
	page := layout()
	if page.Strip[0].Icon.Cell == nil || page.Strip[0].Icon.Veil != nil || page.Strip[1].Icon.Cell != nil || page.Strip[1].Icon.Veil == nil {
		t.Errorf("the strip has %+v and %+v", page.Strip[0].Icon, page.Strip[1].Icon)
	}
	if icon := page.Models[0].Icon.Cell; icon == nil || icon.Column != 2 {
		t.Errorf("a model's layers are looked through from the end, not %+v", icon)
	}
}
