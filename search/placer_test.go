package search

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// shift places a vector by its second number, twice as far on a PCA map.
type shift struct{ err error }

func (s shift) Place(_ context.Context, p store.Projection, v []float32) (float32, float32, error) {
	scale := float32(1)
	if p.Method == store.PCA {
		scale = 2
	}
	return scale * v[1], 7, s.err
}

func putMap(t *testing.T, db *store.DB, method string, ids []int64, x, y []float32) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.PutProjection(store.NewProjection{EmbeddingID: 1, Method: method, Parameters: []byte("{}"), ImageIDs: ids, X: x, Y: y})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The place of a query: stored for an image, found for a vector, none where there is no map or nobody to place it.
func TestSearchPlace(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 3, -4}, "a"))
	find := func(placer Placer, r Request) *Place {
		t.Helper()
		r.Layer = "early"
		s := NewService(db, nil)
		s.Placer = placer
		page, err := s.Search(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return page.Place
	}
	image, vector := Request{Ask: AskID(2)}, Request{Vector: []float32{1, 5}}
	if p := find(shift{}, image); p != nil {
		t.Errorf("without a map: %+v", p)
	}
	putMap(t, db, store.PCA, []int64{1, 2}, []float32{1, 2}, []float32{3, 4})
	if p := find(nil, image); p == nil || *p != (Place{"pca", 2, 4}) {
		t.Errorf("a stored image: %+v", p)
	}
	if p := find(nil, Request{Ask: AskID(3)}); p != nil {
		t.Errorf("an image that came after the map: %+v", p)
	}
	if p := find(nil, vector); p != nil {
		t.Errorf("a vector without a placer: %+v", p)
	}
	if p := find(shift{}, vector); p == nil || *p != (Place{"pca", 10, 7}) {
		t.Errorf("a vector: %+v", p)
	}
	putMap(t, db, store.UMAP, []int64{1, 2, 3}, []float32{1, 2, 3}, []float32{3, 4, 5})
	if p := find(shift{}, vector); p == nil || *p != (Place{"umap", 5, 7}) {
		t.Errorf("with both maps: %+v", p)
	}
	s := NewService(db, nil)
	s.Placer = shift{errors.New("out of memory")}
	if _, err := s.Search(t.Context(), Request{Layer: "early", Vector: []float32{1, 5}}); err == nil || !strings.Contains(err.Error(), "place the query on the map: out of memory") {
		t.Errorf("a placer that fails: %v", err)
	}
}
