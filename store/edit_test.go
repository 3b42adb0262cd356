package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func stage(t testing.TB, db *store.DB, action store.EditAction, category string, ids ...int64) (n int) {
	t.Helper()
	update(t, db, func(tx *store.Tx) (err error) {
		n, err = tx.StageEdits(1, ids, action, category)
		return err
	})
	return n
}

// putMaps gives every embedding a map.
func putMaps(t testing.TB, db *store.DB, images int) {
	t.Helper()
	ids, places := make([]int64, images), make([]float32, images)
	for i := range ids {
		ids[i], places[i] = int64(i+1), float32(i)
	}
	update(t, db, func(tx *store.Tx) error {
		for e := int64(1); e <= 2; e++ {
			err := tx.PutProjection(store.NewProjection{EmbeddingID: e, Method: store.UMAP, Parameters: []byte(`{}`), ImageIDs: ids, X: places, Y: places})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func checkClean(t testing.TB, db *store.DB) {
	t.Helper()
	if problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{})); len(problems) > 0 {
		t.Fatalf("check: %+v", problems)
	}
}

func TestEditsAreStagedUndoneAndCommitted(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}) // cat, dog, cat, dog, cat, dog
	putMaps(t, db, 6)
	update(t, db, func(tx *store.Tx) error { return nil })
	if err := db.PutScores(t.Context(), []store.Score{{EmbeddingID: 1, Metric: "cosine", Weighted: 50, Queries: 6}}); err != nil {
		t.Fatal(err)
	}
	before := storetest.Dump(t, db.Path())

	if n := stage(t, db, store.EditMove, "dog", 1, 2, 3); n != 2 {
		t.Errorf("%d staged; image 2 is a dog already", n)
	}
	stage(t, db, store.EditDelete, "ignored", 3, 4)
	edits := must[[]store.Edit](t)(db.Edits(t.Context(), 1))
	var got []string
	for _, e := range edits {
		got = append(got, fmt.Sprint(e.ImageID, e.Action, e.Category, e.Was, e.Pending))
	}
	if want := []string{"1movedogcattrue", "3deletecattrue", "4deletedogtrue"}; !slices.Equal(got, want) {
		t.Errorf("edits %q, want %q", got, want)
	}
	stage(t, db, store.EditMove, "cat", 1) // where it is: nothing is left to do
	update(t, db, func(tx *store.Tx) error { _, err := tx.UndoEdits(1, []int64{3}); return err })
	if edits = must[[]store.Edit](t)(db.Edits(t.Context(), 1)); len(edits) != 1 {
		t.Errorf("%+v", edits)
	}
	update(t, db, func(tx *store.Tx) error { _, err := tx.UndoAllEdits(1); return err })
	if storetest.Dump(t, db.Path()) != before {
		t.Error("what was undone has left something")
	}

	stage(t, db, store.EditMove, "dog", 1)
	stage(t, db, store.EditDelete, "", 4)
	done := must[store.CommittedEdits](t)(db.CommitEdits(t.Context(), 1))
	if done != (store.CommittedEdits{Moved: 1, Deleted: 1}) {
		t.Errorf("%+v", done)
	}
	images := must[[]store.Image](t)(db.Images(t.Context(), store.ImageFilter{}))
	if len(images) != 5 || images[0].Category != "dog" {
		t.Errorf("%+v", images)
	}
	for e := int64(1); e <= 2; e++ {
		if ids := must[[]int64](t)(db.VectorIDs(t.Context(), e)); !slices.Equal(ids, []int64{1, 2, 3, 5, 6}) {
			t.Errorf("embedding %d has vectors of %v", e, ids)
		}
		if p := must[store.ProjectionPoints](t)(db.ProjectionPoints(t.Context(), e, store.UMAP)); !slices.Equal(p.ImageIDs, []int64{1, 2, 3, 5, 6}) {
			t.Errorf("embedding %d has points of %v", e, p.ImageIDs)
		}
	}
	if scores := must[[]store.Score](t)(db.Scores(t.Context(), 1)); len(scores) != 0 {
		t.Errorf("scores of other categories are left: %+v", scores)
	}
	if run := must[[]store.Run](t)(db.Runs(t.Context(), 1))[0]; run.Command != "care" || string(run.Summary) != `{"moved":1,"deleted":1}` {
		t.Errorf("%+v", run)
	}
	checkClean(t, db)
	if again := must[store.CommittedEdits](t)(db.CommitEdits(t.Context(), 1)); again != (store.CommittedEdits{}) {
		t.Errorf("nothing is staged, and yet %+v", again)
	}
}

// Whatever is staged and undone leaves the content as it was; whatever is committed leaves a file that check finds clean.
func TestEditsProperty(t *testing.T) {
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		db := storetest.New(t, storetest.Spec{Images: storetest.Images(20, "a", "b", "c", "")})
		putMaps(t, db, 20)
		for round := range 4 {
			before := storetest.Dump(t, db.Path())
			left := must[[]store.Image](t)(db.Images(t.Context(), store.ImageFilter{}))
			want := map[int64]string{}
			for _, img := range left {
				want[img.ID] = img.Category
			}
			for range rng.IntN(8) {
				img := left[rng.IntN(len(left))]
				if rng.IntN(2) == 0 {
					stage(t, db, store.EditDelete, "", img.ID)
					delete(want, img.ID)
					continue
				}
				to := []string{"a", "b", "", "new"}[rng.IntN(4)]
				stage(t, db, store.EditMove, to, img.ID)
				want[img.ID] = to
			}
			if round%2 == 0 {
				update(t, db, func(tx *store.Tx) error { _, err := tx.UndoAllEdits(1); return err })
				if storetest.Dump(t, db.Path()) != before {
					t.Fatalf("seed %d: undo has not restored the content", seed)
				}
				continue
			}
			must[store.CommittedEdits](t)(db.CommitEdits(t.Context(), 1))
			got := map[int64]string{}
			for _, img := range must[[]store.Image](t)(db.Images(t.Context(), store.ImageFilter{})) {
				got[img.ID] = img.Category
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d: %v, want %v", seed, got, want)
			}
			checkClean(t, db)
		}
	}
}

func TestEditsOfOthersAreRefused(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "others", Images: []storetest.Image{{Name: "x", Data: storetest.PNG(8, 8, 99)}}})
	before := storetest.Dump(t, db.Path())
	for name, fn := range map[string]func(tx *store.Tx) error{
		"an image of another dataset": func(tx *store.Tx) error { _, err := tx.StageEdits(1, []int64{1, 7}, store.EditDelete, ""); return err },
		"no such action":              func(tx *store.Tx) error { _, err := tx.StageEdits(1, []int64{1}, "burn", ""); return err },
		"nothing to forget":           func(tx *store.Tx) error { return tx.ForgetEdit(1, [32]byte{1}) },
	} {
		if err := db.Update(t.Context(), fn); !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if storetest.Dump(t, db.Path()) != before {
		t.Error("a refused edit has left something")
	}
}

func TestStagedEditsGoWithTheirImage(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	stage(t, db, store.EditMove, "lynx", 1, 2)
	update(t, db, func(tx *store.Tx) error { return tx.DeleteImage(1) }) // as ingest --prune does
	if edits := must[[]store.Edit](t)(db.Edits(t.Context(), 1)); len(edits) != 1 || edits[0].ImageID != 2 {
		t.Errorf("%+v", edits)
	}
}

func TestSnapshotsDoNotTellWhatWasDeleted(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	stage(t, db, store.EditDelete, "", 1)
	stage(t, db, store.EditMove, "lynx", 2)
	must[store.CommittedEdits](t)(db.CommitEdits(t.Context(), 1))
	stage(t, db, store.EditDelete, "", 3)
	path := filepath.Join(t.TempDir(), "shipped.db")
	must[store.Manifest](t)(store.Snapshot(t.Context(), db, path, store.SnapshotOptions{}))
	shipped := openFile(t, path, store.ReadOnly)
	edits := must[[]store.Edit](t)(shipped.Edits(t.Context(), 1))
	if len(edits) != 1 || edits[0].Action != store.EditMove || edits[0].Pending {
		t.Errorf("%+v", edits)
	}
	checkClean(t, shipped)
}

func TestSameBytes(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "others", Images: []storetest.Image{{Name: "x", Data: storetest.PNG(8, 8, 2)}}})
	update(t, db, func(tx *store.Tx) error {
		return tx.PutFile(1, store.File{Name: "a/copy.png", Size: 1, MtimeNS: 1, ImageID: 2})
	})
	got := must[[]store.SameBytes](t)(db.SameBytes(t.Context(), 1))
	if len(got) != 2 || got[0].ImageID != 2 || !slices.Equal(got[0].Files, []string{"a/copy.png", "dog/001.png"}) || len(got[0].Datasets) != 0 ||
		got[1].ImageID != 3 || !slices.Equal(got[1].Datasets, []string{"others"}) {
		t.Errorf("%+v", got)
	}
}
