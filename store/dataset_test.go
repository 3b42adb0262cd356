package store_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestDatasets(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(5, "dog", "cat")}, storetest.Spec{Dataset: "empty", Images: []storetest.Image{}})
	all := must[[]store.Dataset](t)(db.Datasets(t.Context()))
	if len(all) != 2 || all[0].Name != "pets" || all[0].Images != 5 || all[1].Images != 0 {
		t.Fatalf("datasets = %+v", all)
	}
	if want := []store.CategoryCount{{Name: "cat", Images: 2}, {Name: "dog", Images: 3}}; !reflect.DeepEqual(all[0].Categories, want) {
		t.Errorf("categories = %v, want %v", all[0].Categories, want)
	}
	if all[0].CreatedAt == "" {
		t.Error("no creation time")
	}
	one := must[store.Dataset](t)(db.Dataset(t.Context(), "pets"))
	if !reflect.DeepEqual(one, all[0]) {
		t.Errorf("Dataset = %+v, want %+v", one, all[0])
	}
	if _, err := db.Dataset(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), `no dataset "none"`) {
		t.Errorf("missing dataset: %v", err)
	}
}

func TestEnsureDataset(t *testing.T) {
	db := storetest.New(t)
	update(t, db, func(tx *store.Tx) error {
		first, err := tx.EnsureDataset("a")
		if err != nil {
			return err
		}
		again, err := tx.EnsureDataset("a")
		if first != again || first != 1 {
			t.Errorf("ids %d and %d", first, again)
		}
		if err == nil {
			err = tx.SetDatasetInfo(first, "CC0", "https://example.org")
		}
		return err
	})
	if d := must[store.Dataset](t)(db.Dataset(t.Context(), "a")); d.License != "CC0" || d.Source != "https://example.org" {
		t.Errorf("%+v", d)
	}
	for name, fn := range map[string]func(tx *store.Tx) error{
		"empty name": func(tx *store.Tx) error { _, err := tx.EnsureDataset(""); return err },
		"no dataset": func(tx *store.Tx) error { return tx.SetDatasetInfo(9, "", "") },
	} {
		if err := db.Update(t.Context(), fn); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRemoveDataset(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	before := storetest.Dump(t, db.Path())
	storetest.Put(t, db, storetest.Spec{Dataset: "gone", Model: "another"})
	if err := db.PutScores(t.Context(), []store.Score{{EmbeddingID: 3, Metric: "cosine", Weighted: 1, Queries: 1}}); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveDataset(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	if after := storetest.Dump(t, db.Path()); after != before {
		t.Errorf("left behind:\n%s\nwant\n%s", after, before)
	}
	sound(t, db)
	if err := db.RemoveDataset(t.Context(), "gone"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
}

// sound checks that nothing is wrong with a database.
func sound(t testing.TB, db *store.DB) {
	t.Helper()
	if problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{})); len(problems) > 0 {
		t.Errorf("problems: %+v", problems)
	}
}
