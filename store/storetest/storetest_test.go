package storetest_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestDump(t *testing.T) {
	spec := storetest.Spec{}
	once, twice := storetest.New(t, spec), storetest.New(t, spec)
	storetest.Put(t, twice, spec) // writing again changes nothing
	if storetest.Dump(t, once.Path()) != storetest.Dump(t, twice.Path()) {
		t.Error("the same content has two dumps")
	}
	changes := map[string]func(tx *store.Tx) error{
		"category": func(tx *store.Tx) error { return tx.UpdateImage(1, "cat/000.png", "dog") },
		"file":     func(tx *store.Tx) error { return tx.DeleteFile(1, "cat/000.png") },
		"vector": func(tx *store.Tx) error {
			return tx.PutVector(1, 1, store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, 4), Max: make([]float32, 4)})
		},
	}
	for name, change := range changes {
		before := storetest.Dump(t, twice.Path())
		if err := twice.Update(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if storetest.Dump(t, twice.Path()) == before {
			t.Errorf("the dump does not show the change of a %s", name)
		}
	}
	if !strings.Contains(storetest.Dump(t, once.Path()), `"vector" 2 6 `) {
		t.Error("the dump does not name the last vector")
	}
}

func TestImages(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range storetest.Images(20, "a", "b") {
		if _, err := png.Decode(bytes.NewReader(i.Data)); err != nil {
			t.Error(err)
		}
		if seen[string(i.Data)] {
			t.Errorf("%s has the bytes of another", i.Name)
		}
		seen[string(i.Data)] = true
	}
}
