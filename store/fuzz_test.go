package store_test

import (
	"errors"
	"os"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Whatever the first bytes of a file are, they are judged with a sentence of a known kind.
func FuzzParseHeader(f *testing.F) {
	data, err := os.ReadFile(storetest.File(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:100])
	f.Add(data[:50])
	f.Add([]byte("hello"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, buf []byte) {
		err := store.ParseHeader("some.db", buf)
		if err == nil {
			return
		}
		for _, kind := range []error{store.ErrNotSQLite, store.ErrForeign, store.ErrTruncated} {
			if errors.Is(err, kind) {
				return
			}
		}
		t.Errorf("an error of no kind: %v", err)
	})
}
