package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestChannelValues(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(3, "cat", "dog"), Channels: 2, Layers: []string{"only"}})
	update(t, db, func(tx *store.Tx) error {
		return tx.PutVector(1, 2, store.Vector{Embedding: make([]float32, 8), Mean: []float32{1, -2}, Max: []float32{3, 4}})
	})
	var ids []int64
	err := db.ChannelValues(t.Context(), 1, func(v store.ChannelValues) error {
		ids = append(ids, v.ImageID)
		mean, maximum, err := db.ChannelStats(t.Context(), 1, v.ImageID)
		if err != nil || !slices.Equal(v.Mean, mean) || !slices.Equal(v.Max, maximum) {
			t.Errorf("image %d: %+v, want %v and %v (%v)", v.ImageID, v, mean, maximum, err)
		}
		if v.ImageID == 2 && (v.Category != "dog" || v.Mean[1] != -2 || v.Max[0] != 3) {
			t.Errorf("%+v", v)
		}
		return nil
	})
	if err != nil || !slices.Equal(ids, []int64{1, 2, 3}) {
		t.Errorf("images %v, %v", ids, err)
	}
	stop := errors.New("enough")
	if err := db.ChannelValues(t.Context(), 1, func(store.ChannelValues) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	if err := db.ChannelValues(t.Context(), 9, nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no embedding: %v", err)
	}
}

func TestChannelValuesThatAreDamaged(t *testing.T) {
	for _, value := range []string{"zeroblob(15)", "x'0000c07f0000c07f0000c07f0000c07f'", "zeroblob(20)"} {
		path := storetest.File(t, storetest.Spec{})
		raw(t, path, fmt.Sprintf(`UPDATE vec_1_auxiliary SET value01 = %s WHERE rowid = 4`, value))
		err := openFile(t, path, store.ReadOnly).ChannelValues(t.Context(), 1, func(store.ChannelValues) error { return nil })
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// What an ingest does to an embedding shows in its version, and reading does not.
func TestEmbeddingVersion(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	seen := map[string]bool{}
	changes := []func(tx *store.Tx) error{
		func(*store.Tx) error { return nil },
		func(tx *store.Tx) error { return tx.DeleteImage(6) },
		func(tx *store.Tx) error { _, err := tx.StartRun(1, "ingest", nil); return err },
		func(tx *store.Tx) error { return tx.FinishRun(1, store.RunDone, nil) },
	}
	for i, change := range changes {
		update(t, db, change)
		version := must[string](t)(db.EmbeddingVersion(t.Context(), 1))
		if seen[version] {
			t.Errorf("change %d does not show in %q", i, version)
		}
		if again := must[string](t)(db.EmbeddingVersion(t.Context(), 1)); again != version {
			t.Errorf("%q became %q", version, again)
		}
		seen[version] = true
	}
	if _, err := db.EmbeddingVersion(t.Context(), 9); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no embedding: %v", err)
	}
}
