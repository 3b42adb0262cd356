package projection

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// A vector that is on the map is placed where it is; for UMAP to the bit, for PCA up to rounding.
func TestPlacer(t *testing.T) {
	db := storetest.New(t, spec(40, "a"))
	placer := NewPlacer(db)
	for method, tolerance := range map[string]float64{store.UMAP: 0, store.PCA: 1e-4} {
		opt := quick()
		opt.Method = method
		run1(t, db, opt)
		p, err := db.ProjectionOf(t.Context(), 2, method)
		if err != nil {
			t.Fatal(err)
		}
		points := onMap(t, db, 2, method)
		var all sync.WaitGroup
		for i, id := range points.ImageIDs {
			all.Go(func() {
				v, err := db.Vector(t.Context(), 2, id)
				if err != nil {
					t.Error(err)
					return
				}
				x, y, err := placer.Place(t.Context(), p, v)
				if err != nil || math.Hypot(float64(x-points.X[i]), float64(y-points.Y[i])) > tolerance {
					t.Errorf("%s: image %d is placed at %v %v, not at %v %v (%v)", method, id, x, y, points.X[i], points.Y[i], err)
				}
			})
		}
		all.Wait()
	}
	if len(placer.held) != 2 {
		t.Errorf("%d maps at hand", len(placer.held))
	}
}

// A new vector comes to lie among its like, in the same place each time, and an ingest would put it there too.
func TestPlacerAgreesWithExtension(t *testing.T) {
	for _, method := range []string{store.UMAP, store.PCA} {
		db := storetest.New(t, spec(40, "a"))
		opt := quick()
		opt.Method = method
		run1(t, db, opt)
		p, err := db.ProjectionOf(t.Context(), 1, method)
		if err != nil {
			t.Fatal(err)
		}
		larger := spec(43, "a")
		storetest.Put(t, db, larger)
		v, err := db.Vector(t.Context(), 1, 42)
		if err != nil {
			t.Fatal(err)
		}
		x, y, err := NewPlacer(db).Place(t.Context(), p, v)
		if err != nil {
			t.Fatal(err)
		}
		run1(t, db, opt)
		points := onMap(t, db, 1, method)
		if i := slices.Index(points.ImageIDs, 42); points.X[i] != x || points.Y[i] != y {
			t.Errorf("%s: placed at %v %v as a query, at %v %v as an image", method, x, y, points.X[i], points.Y[i])
		}
	}
}

// A map that is drawn anew is read anew.
func TestPlacerSeesNewMaps(t *testing.T) {
	db := storetest.New(t, spec(40, "a"))
	placer, opt := NewPlacer(db), quick()
	place := func() (float32, float32) {
		t.Helper()
		run1(t, db, opt)
		p, err := db.ProjectionOf(t.Context(), 1, store.UMAP)
		if err != nil {
			t.Fatal(err)
		}
		v, err := db.Vector(t.Context(), 1, 5)
		if err != nil {
			t.Fatal(err)
		}
		x, y, err := placer.Place(t.Context(), p, v)
		if err != nil {
			t.Fatal(err)
		}
		if points := onMap(t, db, 1, store.UMAP); points.X[4] != x || points.Y[4] != y {
			t.Errorf("placed on another map than the one that is there")
		}
		return x, y
	}
	x, y := place()
	opt.Keep, opt.Seed = false, 99
	if x2, y2 := place(); x2 == x && y2 == y {
		t.Error("another seed gave the same map")
	}
}

func TestPlacerRefuses(t *testing.T) {
	db := storetest.New(t, spec(40, "a"))
	run1(t, db, quick())
	p, err := db.ProjectionOf(t.Context(), 1, store.UMAP)
	if err != nil {
		t.Fatal(err)
	}
	placer := NewPlacer(db)
	if _, _, err := placer.Place(t.Context(), p, []float32{1, 2}); err == nil {
		t.Error("a vector of another length was placed")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := placer.Place(ctx, p, make([]float32, 16)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteEmbedding(1) }); err != nil {
		t.Fatal(err)
	}
	if _, _, err := NewPlacer(db).Place(t.Context(), p, make([]float32, 16)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a map that is gone: %v", err)
	}
}

// The maps that were asked for last stay at hand, one of them however large.
func TestPlacerMakesRoom(t *testing.T) {
	p := &Placer{}
	for i, bytes := range []int64{1, heldBytes / 2, heldBytes / 2, heldBytes / 4, 2 * heldBytes} {
		p.held = append(p.held, heldGround{key: string(rune('a' + i)), bytes: bytes})
		p.makeRoom()
		kept := ""
		for _, h := range p.held {
			kept += h.key
		}
		if want := []string{"a", "ab", "bc", "cd", "e"}[i]; kept != want {
			t.Errorf("after %d: %q, want %q", i, kept, want)
		}
	}
}
