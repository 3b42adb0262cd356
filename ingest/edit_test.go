package ingest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

// edit stages and commits one edit of an image.
func (k *kit) edit(name string, action store.EditAction, category string) {
	k.t.Helper()
	dataset, id := k.dataset().ID, k.images()[name].ID
	err := k.db.Update(context.Background(), func(tx *store.Tx) error {
		_, err := tx.StageEdits(dataset, []int64{id}, action, category)
		return err
	})
	if err == nil {
		_, err = k.db.CommitEdits(context.Background(), dataset)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) forget(name string) {
	k.t.Helper()
	edits, err := k.db.Edits(context.Background(), k.dataset().ID)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range edits {
		if e.Name == name {
			err = k.db.Update(context.Background(), func(tx *store.Tx) error { return tx.ForgetEdit(k.dataset().ID, e.SHA256) })
		}
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

func TestWhatWasDeletedStaysDeleted(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	k.run(opt)
	k.edit("cat/2.jpg", store.EditDelete, "")
	before := k.dump()

	for _, when := range []string{"the first time", "again"} {
		s := k.run(opt)
		if s.Images != 5 || s.Added != 0 || s.Deleted != 1 || len(s.Quarantined) != 0 {
			t.Errorf("%s: %+v", when, s)
		}
		if _, ok := k.images()["cat/2.jpg"]; ok {
			t.Errorf("%s: the image is back", when)
		}
		k.complete()
	}
	if before == k.dump() {
		t.Error("it is not told that the file is left out")
	}
	refused, err := k.db.Quarantine(t.Context())
	if err != nil || len(refused) != 1 || !strings.HasPrefix(refused[0].Reason, "deleted from this dataset on 20") {
		t.Errorf("quarantine %v, %v", refused, err)
	}

	// Under another name it is the same image.
	writeFile(t, filepath.Join(opt.Source, "dog/again.jpg"), photo(t, 41, 30, 1))
	if s := k.run(opt); s.Images != 5 || s.Deleted != 2 {
		t.Errorf("another name: %+v", s)
	}

	k.forget("cat/2.jpg")
	if s := k.run(opt); s.Images != 6 || s.Added != 1 || s.Deleted != 0 || s.Embedded != 1 {
		t.Errorf("let return: %+v", s)
	}
	k.complete()
}

func TestWhatWasMovedStaysWhereItIs(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	k.run(opt)
	k.edit("cat/2.jpg", store.EditMove, "lynx")
	before := k.dump()
	if s := k.run(opt); s.Recategorised != 0 || k.images()["cat/2.jpg"].Category != "lynx" {
		t.Errorf("%+v", s)
	}
	if k.dump() != before {
		t.Error("an ingest with nothing to do changed the content")
	}

	// It is gone, and comes back: the decision is about the bytes.
	remove(t, filepath.Join(opt.Source, "cat/2.jpg"))
	opt.Prune = true
	k.run(opt)
	writeFile(t, filepath.Join(opt.Source, "dog/5.jpg"), photo(t, 41, 30, 1))
	if k.run(opt); k.images()["dog/5.jpg"].Category != "lynx" {
		t.Errorf("%+v", k.images()["dog/5.jpg"])
	}

	k.forget("cat/2.jpg")
	if s := k.run(opt); s.Recategorised != 1 || k.images()["dog/5.jpg"].Category != "dog" {
		t.Errorf("%+v", s)
	}
	k.complete()
}
