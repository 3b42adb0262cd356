package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// take makes a snapshot in a directory of its own, which must hold nothing else afterwards.
func take(t *testing.T, db *store.DB, opt store.SnapshotOptions) (string, store.Manifest) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shipped.db")
	m := must[store.Manifest](t)(store.Snapshot(t.Context(), db, path, opt))
	if got := slices.Collect(maps.Keys(listing(t, filepath.Dir(path)))); !slices.Equal(got, []string{"shipped.db"}) {
		t.Errorf("beside the snapshot: %v", got)
	}
	return path, m
}

func TestSnapshot(t *testing.T) {
	for _, mode := range []store.Mode{store.ReadOnly, store.ReadWrite} {
		src := storetest.File(t, damagedSpec(), storetest.Spec{Dataset: "two", Model: "other", Layers: []string{"only"}})
		db := openFile(t, src, mode)
		path, m := take(t, db, store.SnapshotOptions{})
		if got, want := storetest.Dump(t, path), storetest.Dump(t, src); got != want {
			t.Errorf("snapshot:\n%s\nsource:\n%s", got, want)
		}
		if header := must[[]byte](t)(os.ReadFile(path)); header[18] != 1 || !bytes.Equal(header[16:18], []byte{0, 1}) {
			t.Error("the snapshot rests in WAL mode, or has another page size")
		}
		before := listing(t, filepath.Dir(path))
		shipped := openFile(t, path, store.ReadOnly)
		sound(t, shipped)
		readEverything(t, shipped)
		if info := must[store.Info](t)(shipped.Info(t.Context())); !reflect.DeepEqual(*info.Snapshot, m) || len(info.Runs) != 0 {
			t.Errorf("manifest in the file: %+v, returned: %+v; runs: %v", info.Snapshot, m, info.Runs)
		}
		shipped.Close()
		if after := listing(t, filepath.Dir(path)); !maps.Equal(before, after) {
			t.Errorf("reading has changed the snapshot: %v, %v", before, after)
		}
	}
}

func TestSnapshotManifest(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two", Images: storetest.Images(3), Layers: []string{}})
	update(t, db, func(tx *store.Tx) error { return tx.SetDatasetInfo(1, "CC0", "a camera") })
	_, m := take(t, db, store.SnapshotOptions{})
	if m.Format != 1 || m.SchemaVersion != 6 || m.CreatedAt == "" || len(m.Datasets) != 2 || len(m.Models) != 1 || len(m.Embeddings) != 2 {
		t.Fatalf("manifest = %+v", m)
	}
	if d := m.Datasets[0]; d.Name != "pets" || d.License != "CC0" || d.Source != "a camera" || d.Images != 6 || d.Categories != 2 || d.Bytes == 0 || len(d.SHA256) != 64 {
		t.Errorf("dataset = %+v", d)
	}
	if e := m.Embeddings[1]; e.Dataset != "pets" || e.Model != "tiny" || e.Layer != "late" || e.Vectors != 6 || e.Dimension != 8 || len(e.SHA256) != 64 || e.SHA256 == m.Embeddings[0].SHA256 {
		t.Errorf("embedding = %+v", e)
	}
	if !m.Models[0].Included {
		t.Errorf("model = %+v", m.Models[0])
	}
	_, second := take(t, db, store.SnapshotOptions{License: "CC-BY", Source: "the web"})
	for i, d := range second.Datasets {
		if d.License != "CC-BY" || d.Source != "the web" || d.SHA256 != m.Datasets[i].SHA256 {
			t.Errorf("dataset = %+v", d)
		}
	}
}

func TestSnapshotWithoutModels(t *testing.T) {
	src := storetest.New(t, storetest.Spec{})
	raw(t, src.Path(), `INSERT INTO model_graph VALUES (x'2834f5a5e4f4a6b0c4ae5b2cd8ac9f9e3b0b8d9e7c1f6a5d4e3c2b1a09182736', zeroblob(5000000))`)
	raw(t, src.Path(), `DELETE FROM model_graph WHERE length(onnx) = 5000000`)
	path, m := take(t, src, store.SnapshotOptions{WithoutModels: true})
	if m.Models[0].Included {
		t.Error("the manifest says that the model is included")
	}
	db := openFile(t, path, store.ReadWrite)
	sound(t, db)
	if _, err := db.ModelGraph(t.Context(), 1); !errors.Is(err, store.ErrNoGraph) || !strings.Contains(err.Error(), "tiny") {
		t.Errorf("graph: %v", err)
	}
	if models := must[[]store.Model](t)(db.Models(t.Context())); models[0].HasGraph {
		t.Error("the model claims to have its graph")
	}
	// Whoever has the model can put it back and go on.
	storetest.Put(t, db, storetest.Spec{})
	must[[]byte](t)(db.ModelGraph(t.Context(), 1))
	storetest.Put(t, db, storetest.Spec{Dataset: "more"})
	sound(t, db)
}

// Deleted vectors keep their room in vec0's chunks; a snapshot does not.
func TestSnapshotIsCompact(t *testing.T) {
	src := openFile(t, storetest.File(t, storetest.Spec{Images: storetest.Images(400, "a"), Dimension: 1024, Layers: []string{"only"}}), store.ReadWrite)
	update(t, src, func(tx *store.Tx) error {
		for id := int64(1); id <= 400; id++ {
			if id%8 != 0 {
				if err := tx.DeleteImage(id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	path, _ := take(t, src, store.SnapshotOptions{})
	if got, want := storetest.Dump(t, path), storetest.Dump(t, src.Path()); got != want {
		t.Error("compacting has changed the content")
	}
	before := must[os.FileInfo](t)(os.Stat(src.Path())).Size()
	after := must[os.FileInfo](t)(os.Stat(path)).Size()
	if after > 50*4096+37*65536 || before < 400*4096 {
		t.Errorf("%d bytes became %d", before, after)
	}
	if got := rawValue(t, path, `PRAGMA freelist_count`); got != "0" {
		t.Errorf("%s free pages", got)
	}
}

func TestSnapshotRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("used.db-wal", "frames")
	overwrite := store.SnapshotOptions{Overwrite: true}
	tests := []struct {
		name, dst string
		opt       store.SnapshotOptions
		kind      error
		words     string
	}{
		{"existing", write("notes.txt", "dear diary"), store.SnapshotOptions{}, store.ErrExists, "exists already"},
		{"not ours", write("other.txt", "dear diary"), overwrite, store.ErrExists, "will not be overwritten"},
		{"itself", db.Path(), overwrite, store.ErrExists, "in use"},
		{"in use", filepath.Join(dir, "used.db"), overwrite, store.ErrExists, "in use"},
		{"a directory", dir, overwrite, store.ErrExists, "will not be overwritten"},
		{"no directory", filepath.Join(dir, "no", "where.db"), store.SnapshotOptions{}, fs.ErrNotExist, "create it first"},
	}
	for _, test := range tests {
		before := listing(t, dir)
		_, err := store.Snapshot(t.Context(), db, test.dst, test.opt)
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", test.name, err)
		}
		if after := listing(t, dir); !maps.Equal(before, after) {
			t.Errorf("%s: before %v, after %v", test.name, before, after)
		}
	}
	readOnly := openFile(t, storetest.File(t), store.ReadOnly)
	if _, err := store.Snapshot(t.Context(), readOnly, readOnly.Path(), overwrite); !errors.Is(err, store.ErrExists) || !strings.Contains(err.Error(), "itself") && !strings.Contains(err.Error(), "made from") {
		t.Errorf("itself, not in use: %v", err)
	}
}

func TestSnapshotOverwrites(t *testing.T) {
	old := storetest.File(t, storetest.Spec{Dataset: "old"})
	db := storetest.New(t, storetest.Spec{})
	must[store.Manifest](t)(store.Snapshot(t.Context(), db, old, store.SnapshotOptions{Overwrite: true}))
	if storetest.Dump(t, old) != storetest.Dump(t, db.Path()) {
		t.Error("not overwritten")
	}
	if got := listing(t, filepath.Dir(old)); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

// A snapshot of a damaged file would spread the damage.
func TestSnapshotOfDamage(t *testing.T) {
	for _, damage := range []string{`UPDATE original SET bytes = zeroblob(9) WHERE id = 2 * 1048576`, `DROP TABLE vec_1`,
		`UPDATE vec_1_vector_chunks00 SET vectors = zeroblob(3)`} {
		path := storetest.File(t, storetest.Spec{})
		raw(t, path, damage)
		dir := t.TempDir()
		_, err := store.Snapshot(t.Context(), openFile(t, path, store.ReadOnly), filepath.Join(dir, "s.db"), store.SnapshotOptions{})
		if err == nil || len(listing(t, dir)) != 0 {
			t.Errorf("%s: %v, left %v", damage, err, listing(t, dir))
		}
	}
}

func TestSnapshotCancelled(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(300, "a"), Dimension: 2048})
	for _, wait := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
		dir := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := store.Snapshot(ctx, db, filepath.Join(dir, "s.db"), store.SnapshotOptions{})
		cancel()
		if got := listing(t, dir); err != nil && len(got) != 0 {
			t.Errorf("cancelled after %v: left %v", wait, got)
		}
	}
}

// Snapshots taken while images and vectors are being written are consistent: each transaction is in them or is not.
func TestSnapshotWhileWriting(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- keepWriting(ctx, db) }()
	for range 5 {
		path, m := take(t, db, store.SnapshotOptions{})
		shipped := openFile(t, path, store.ReadOnly)
		sound(t, shipped)
		for _, e := range m.Embeddings {
			if e.Vectors != m.Datasets[0].Images {
				t.Errorf("%d vectors of %d images", e.Vectors, m.Datasets[0].Images)
			}
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	sound(t, db)
}

// keepWriting adds images with their vectors, and deletes some, until the context ends.
func keepWriting(ctx context.Context, db *store.DB) error {
	v := store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, 4), Max: make([]float32, 4)}
	for i := 1000; ctx.Err() == nil; i++ {
		err := db.Update(context.Background(), func(tx *store.Tx) error {
			id, err := tx.PutImage(newImage(1, fmt.Sprint(i), storetest.PNG(20, 20, i)))
			for e := int64(1); err == nil && e <= 2; e++ {
				err = tx.PutVector(e, id, v)
			}
			if err == nil && i%3 == 0 {
				err = tx.DeleteImage(id - 1)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Whatever is changed in a shipped file on its way is found by its manifest.
func TestSnapshotTampering(t *testing.T) {
	src := storetest.New(t, storetest.Spec{})
	tests := map[string]string{
		"category":    `UPDATE image SET category = 'fish' WHERE id = 1`,
		"name":        `UPDATE image SET name = 'x' WHERE id = 1`,
		"licence":     `UPDATE dataset SET license = 'mine'`,
		"image":       `DELETE FROM image WHERE id = 6`,
		"vector":      `UPDATE vec_1 SET embedding = '[1,2,3,4,5,6,7,8]' WHERE rowid = 1`,
		"statistics":  `UPDATE vec_1_auxiliary SET value00 = zeroblob(16) WHERE rowid = 1`,
		"embedding":   `UPDATE embedding SET pooling = 'max/1x1' WHERE id = 1`,
		"graph":       `DELETE FROM model_graph`,
		"new dataset": `INSERT INTO dataset VALUES (9, 'extra', '', '', '')`,
	}
	for name, statement := range tests {
		t.Run(name, func(t *testing.T) {
			path, _ := take(t, src, store.SnapshotOptions{})
			raw(t, path, statement)
			db := openFile(t, path, store.ReadOnly)
			problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{}))
			if !slices.ContainsFunc(problems, func(p store.Problem) bool { return p.Kind == store.ProblemSnapshot }) {
				t.Errorf("problems = %+v", problems)
			}
		})
	}
}

// A snapshot that somebody works on is no longer what was shipped, and that is no damage.
func TestSnapshotWrittenTo(t *testing.T) {
	path, _ := take(t, storetest.New(t, storetest.Spec{}), store.SnapshotOptions{})
	db := openFile(t, path, store.ReadWrite)
	storetest.Put(t, db, storetest.Spec{Dataset: "more"})
	sound(t, db)
	again, m := take(t, db, store.SnapshotOptions{})
	if len(m.Datasets) != 2 {
		t.Errorf("manifest = %+v", m)
	}
	sound(t, openFile(t, again, store.ReadOnly))
}
