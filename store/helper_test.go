package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"github.com/convnet-playground/convnet/store"
)

// openFile opens a database and closes it when the test ends.
func openFile(t testing.TB, path string, mode store.Mode) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), path, mode)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// update runs fn in a transaction that must succeed.
func update(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// raw runs statements on a connection without any of the store's protections, to damage a file or to look into it.
func raw(t testing.TB, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// withoutRanks takes back the migration that brought them.
func withoutRanks(t testing.TB, path string) {
	t.Helper()
	for _, column := range []string{"ranks", "categories", "labels_sha256", "images"} {
		raw(t, path, `ALTER TABLE score DROP COLUMN `+column)
	}
}

// withoutEdits likewise.
func withoutEdits(t testing.TB, path string) {
	t.Helper()
	raw(t, path, `DROP TRIGGER image_deleted_edit`, `DROP TABLE edit`)
}

// withoutSaved likewise.
func withoutSaved(t testing.TB, path string) {
	t.Helper()
	raw(t, path, `DROP TABLE saved_query`)
}

// rawValue returns the one value of a query as text.
func rawValue(t testing.TB, path, query string) (value string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// entry is a file of a directory, for comparing before and after.
type entry struct {
	size   int64
	sha256 [32]byte
	mode   os.FileMode
}

// listing returns what is in a directory, byte for byte.
func listing(t testing.TB, dir string) map[string]entry {
	t.Helper()
	all := map[string]entry{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		item := entry{size: info.Size(), mode: info.Mode()}
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			item.sha256 = sha256.Sum256(data)
		}
		all[e.Name()] = item
	}
	return all
}

// must returns the value of a call that may not fail.
func must[T any](t testing.TB) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

var background = context.Background()
