package store_test

import (
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// The version is another one after a change by this DB, by another and by other programs, and the same without any.
func TestVersion(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	db, reader := openFile(t, path, store.ReadWrite), openFile(t, path, store.ReadOnly)
	seen := map[int64]bool{}
	for _, change := range []func(){
		func() {},
		func() { update(t, db, func(tx *store.Tx) error { return tx.SetDatasetInfo(1, "MIT", "here") }) },
		func() { raw(t, path, `UPDATE dataset SET source = 'elsewhere'`) },
	} {
		change()
		version := must[int64](t)(db.Version(t.Context()))
		if seen[version] {
			t.Errorf("version %d again after a change", version)
		}
		seen[version] = true
		for range 3 {
			if again := must[int64](t)(db.Version(t.Context())); again != version {
				t.Errorf("version %d became %d, though nothing changed", version, again)
			}
		}
	}
	before := must[int64](t)(reader.Version(t.Context()))
	raw(t, path, `UPDATE dataset SET source = 'here'`)
	if must[int64](t)(reader.Version(t.Context())) == before {
		t.Error("a reader does not see the change of another program")
	}
}
