package store_test

import (
	"context"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Pages are served while an ingest writes: every answer is that of one consistent state.
func TestReadersBesideAWriter(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- keepWriting(ctx, db) }()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				r, err := db.Neighbors(ctx, 2, store.Query{Vector: make([]float32, 8), Metric: store.Cosine, K: 10})
				if err != nil || len(r.Neighbors) != min(10, r.Compared) || r.Compared < 6 {
					t.Errorf("%+v, %v", r, err)
					return
				}
				for _, n := range r.Neighbors[:2] {
					if _, _, err := db.Thumbnail(ctx, n.ImageID); err != nil && n.ImageID < 7 {
						t.Error(err)
					}
				}
			}
		})
	}
	wait.Wait()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	sound(t, db)
}

// Two programs may write to one file: each waits for the other.
func TestTwoWriters(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	first, second := openFile(t, path, store.ReadWrite), openFile(t, path, store.ReadWrite)
	var wait sync.WaitGroup
	for i, db := range []*store.DB{first, second} {
		wait.Go(func() {
			for j := range 30 {
				err := db.Update(background, func(tx *store.Tx) error {
					_, err := tx.PutImage(newImage(1, "x", storetest.PNG(5, 5, 100+100*i+j)))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if got := must[store.Dataset](t)(first.Dataset(t.Context(), "pets")).Images; got != 66 {
		t.Errorf("%d images", got)
	}
	for _, db := range []*store.DB{first, second} {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if header := rawValue(t, path, `PRAGMA journal_mode`); header != "delete" {
		t.Errorf("the file rests in mode %s", header)
	}
}

// A search that nobody waits for any more ends.
func TestNeighborsCancelled(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(200, "a"), Dimension: 4096, Layers: []string{"only"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Neighbors(ctx, 1, store.Query{Vector: make([]float32, 4096), Metric: store.Cosine, K: 1}); err == nil {
		t.Error("a cancelled search has answered")
	}
}
