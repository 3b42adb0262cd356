package store_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/convnet-playground/convnet/migrations"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// edit returns a valid database file with some of its header's bytes replaced.
func edit(t *testing.T, at int, value uint32) []byte {
	data, err := os.ReadFile(storetest.File(t, storetest.Spec{}))
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(data[at:], value)
	return data
}

func foreignFile(t *testing.T) []byte {
	path := filepath.Join(t.TempDir(), "other.db")
	raw(t, path, `CREATE TABLE notes (text)`)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What cannot be opened gets a sentence, and nothing is modified: not the file, not the directory.
func TestOpenRefuses(t *testing.T) {
	good := edit(t, 96, 0) // a version number that nothing reads
	tests := []struct {
		name  string
		data  []byte
		kind  error
		words string
		modes []store.Mode
	}{
		{"newer schema", edit(t, 60, 999), store.ErrNewer, "newer convnet (schema 999", nil},
		{"foreign database", foreignFile(t), store.ErrForeign, "another program", nil},
		{"text", []byte(strings.Repeat("hello, world\n", 100)), store.ErrNotSQLite, "a text file", nil},
		{"short text", []byte("hi"), store.ErrNotSQLite, "a text file", nil},
		{"image", storetest.PNG(64, 64, 1), store.ErrNotSQLite, "a PNG image", nil},
		{"zeros", make([]byte, 5000), store.ErrNotSQLite, "not even a SQLite file", nil},
		{"empty", []byte{}, store.ErrNotSQLite, "empty", []store.Mode{store.ReadOnly, store.ReadWrite}},
		{"truncated by a page", good[:len(good)-65536], store.ErrTruncated, "cut off", nil},
		{"truncated by a byte", good[:len(good)-1], store.ErrTruncated, "cut off", nil},
		{"truncated in its header", good[:60], store.ErrTruncated, "cut off after 60 bytes", nil},
		{"truncated in its magic", good[:7], store.ErrTruncated, "cut off after 7 bytes", nil},
		{"impossible page size", edit(t, 16, 0x00030101), store.ErrNotSQLite, "page size of 3", nil},
		{"older schema", edit(t, 60, 0), store.ErrOlder, "convnet check --repair", []store.Mode{store.ReadOnly}},
	}
	for _, test := range tests {
		modes := test.modes
		if modes == nil {
			modes = []store.Mode{store.ReadOnly, store.ReadWrite, store.Create}
		}
		for _, mode := range modes {
			t.Run(test.name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "some.db")
				if err := os.WriteFile(path, test.data, 0o644); err != nil {
					t.Fatal(err)
				}
				refuses(t, path, mode, test.kind, test.words)
			})
		}
	}
}

// refuses checks that opening fails in the right way and leaves everything as it was.
func refuses(t *testing.T, path string, mode store.Mode, kind error, words string) {
	t.Helper()
	before := listing(t, filepath.Dir(path))
	db, err := store.Open(t.Context(), path, mode)
	if err == nil {
		db.Close()
		t.Fatal("opened")
	}
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("error %q, want kind %q and the words %q", err, kind, words)
	}
	if after := listing(t, filepath.Dir(path)); !maps.Equal(before, after) {
		t.Errorf("directory before: %v, after: %v", before, after)
	}
}

func TestOpenMissing(t *testing.T) {
	dir := t.TempDir()
	refuses(t, filepath.Join(dir, "none.db"), store.ReadOnly, fs.ErrNotExist, "no database")
	refuses(t, filepath.Join(dir, "none.db"), store.ReadWrite, fs.ErrNotExist, "no database")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	refuses(t, filepath.Join(dir, "folder"), store.Create, store.ErrNotSQLite, "is a directory")
	if _, err := store.Open(t.Context(), filepath.Join(dir, "no", "where.db"), store.Create); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "create it first") {
		t.Errorf("missing directory: %v", err)
	}
}

func TestCreate(t *testing.T) {
	for _, name := range []string{"plain.db", "with space.db", "per%20cent.db", "question?mode=memory.db", "hash#tag.db", "plus+.db", "dätä.db", "a'b\"c.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			db := openFile(t, path, store.Create)
			storetest.Put(t, db, storetest.Spec{})
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if got := listing(t, filepath.Dir(path)); len(got) != 1 || got[name].size == 0 {
				t.Errorf("directory holds %v, want only %s", got, name)
			}
			header := must[[]byte](t)(os.ReadFile(path))[:100]
			if got := binary.BigEndian.Uint16(header[16:]); got != 1 {
				t.Errorf("page size field = %d, want 1 for 65536", got)
			}
			if got := binary.BigEndian.Uint32(header[68:]); got != migrations.ApplicationID {
				t.Errorf("application_id = %x", got)
			}
			if header[18] != 1 || header[19] != 1 {
				t.Error("the file rests in WAL mode")
			}
		})
	}
}

// An empty file is what mktemp makes.
func TestCreateInEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	storetest.Put(t, openFile(t, path, store.Create), storetest.Spec{})
}

// readEverything calls every method that reads.
func readEverything(t *testing.T, db *store.DB) {
	t.Helper()
	datasets := must[[]store.Dataset](t)(db.Datasets(background))
	for _, d := range datasets {
		for _, i := range must[[]store.Image](t)(db.Images(background, store.ImageFilter{DatasetID: d.ID})) {
			if _, _, err := db.Original(background, i.ID); err != nil {
				t.Fatal(err)
			}
			if _, _, err := db.Thumbnail(background, i.ID); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range must[[]store.Embedding](t)(db.Embeddings(background, store.EmbeddingFilter{DatasetID: d.ID})) {
			v := make([]float32, e.Dimension)
			must[store.Result](t)(db.Neighbors(background, e.ID, store.Query{Vector: v, Metric: store.Cosine, K: 3}))
			if err := db.Vectors(background, e.ID, func(int64, []float32) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	must[[]store.Problem](t)(db.Check(background, store.CheckOptions{}))
	must[store.Info](t)(db.Info(background))
}

// Opening read-only and reading everything changes not one byte and makes no side files.
func TestReadOnlyChangesNothing(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	before := listing(t, filepath.Dir(path))
	db := openFile(t, path, store.ReadOnly)
	readEverything(t, db)
	if during := listing(t, filepath.Dir(path)); !maps.Equal(before, during) {
		t.Errorf("before: %v, while open: %v", before, during)
	}
	if err := db.Update(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Update: %v", err)
	}
	if err := db.RemoveDataset(t.Context(), "pets"); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("RemoveDataset: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if after := listing(t, filepath.Dir(path)); !maps.Equal(before, after) {
		t.Errorf("before: %v, after: %v", before, after)
	}
}

func TestReadersSeeCommittedWork(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	reader := openFile(t, path, store.ReadOnly)
	writer := openFile(t, path, store.ReadWrite)
	storetest.Put(t, writer, storetest.Spec{Dataset: "more"})
	for name, db := range map[string]*store.DB{"the writer's readers": writer, "another handle": reader} {
		if got := must[[]store.Dataset](t)(db.Datasets(t.Context())); len(got) != 2 {
			t.Errorf("%s see %d datasets", name, len(got))
		}
	}
}

func TestUpdateRollsBack(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	before := storetest.Dump(t, db.Path())
	boom := errors.New("boom")
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.EnsureDataset("half"); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error %v", err)
	}
	if after := storetest.Dump(t, db.Path()); after != before {
		t.Error("a failed update has left something behind")
	}
}

// Several processes may create and migrate the same file at once.
func TestConcurrentCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "race.db")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			db, err := store.Open(background, path, store.Create)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Update(background, func(tx *store.Tx) error { _, err := tx.EnsureDataset("one"); return err }); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := rawValue(t, path, `SELECT count(*) FROM dataset`); got != "1" {
		t.Errorf("%s datasets", got)
	}
}

func TestSchemaIsNotTrusted(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	raw(t, path, `CREATE TRIGGER evil AFTER INSERT ON dataset BEGIN SELECT convnet_defend(0); END`,
		`CREATE VIEW trap AS SELECT convnet_knn(1, 2, 3, 4, x'00000000', x'00', x'00', x'00')`)
	db := openFile(t, path, store.ReadWrite)
	if err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.EnsureDataset("new"); return err }); err == nil || !strings.Contains(err.Error(), "unsafe use") {
		t.Errorf("a trigger of the file's schema called a function with side effects: %v", err)
	}
	db.Close()
	raw, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec(`SELECT * FROM trap`); err == nil || !strings.Contains(err.Error(), "unsafe use") {
		t.Errorf("a view of the file's schema called the kernel: %v", err)
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.db")
	for _, use := range []struct {
		name string
		do   func(*store.DB) error
	}{
		{"created", func(*store.DB) error { return nil }},
		{"only read", func(db *store.DB) error { _, err := db.Datasets(t.Context()); return err }},
		{"written", func(db *store.DB) error {
			return db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.EnsureDataset("d"); return err })
		}},
	} {
		t.Run(use.name, func(t *testing.T) {
			db, err := store.Open(t.Context(), path, store.Create)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(use.do(db), db.Close()); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(path + "*")
			if err != nil || len(files) != 1 {
				t.Errorf("files: %v, %v", files, err)
			}
		})
	}
}
