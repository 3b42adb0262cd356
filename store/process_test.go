//go:build unix

package store_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// TestMain runs a role of another process instead of the tests when CONVNET_STORE_ROLE names one.
func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv("CONVNET_STORE_ROLE")]
	if !ok {
		os.Exit(m.Run())
	}
	if os.Getenv("CONVNET_STORE_NOBODY") != "" && os.Geteuid() == 0 { // permissions mean nothing to root
		if err := errors.Join(syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	if err := role(os.Getenv("CONVNET_STORE_PATH")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

var roles = map[string]func(path string) error{
	"write":  writeForever,
	"create": func(path string) error { return openAndRead(path, store.Create) },
	"rw":     func(path string) error { return openAndRead(path, store.ReadWrite) },
	"ro":     func(path string) error { return openAndRead(path, store.ReadOnly) },
}

// spawn starts this test program in a role, as an unprivileged user when asked to.
func spawn(t *testing.T, role, path string, asNobody bool) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CONVNET_STORE_ROLE="+role, "CONVNET_STORE_PATH="+path)
	if asNobody {
		cmd.Env = append(cmd.Env, "CONVNET_STORE_NOBODY=1")
	}
	return cmd
}

const writerStep = 40 // images per transaction

// writeForever adds images in batches and says so after each.
func writeForever(path string) error {
	db, err := store.Open(background, path, store.Create)
	if err != nil {
		return err
	}
	for batch := 0; ; batch++ {
		if err := putBatch(db, batch); err != nil {
			return err
		}
		fmt.Println("batch", batch)
	}
}

// putBatch writes what a batch holds, whether or not an earlier process has written part of it.
func putBatch(db *store.DB, batch int) error {
	return db.Update(background, func(tx *store.Tx) error {
		dataset, err := tx.EnsureDataset("d")
		if err != nil {
			return err
		}
		spec := storetest.Spec{}
		model, err := tx.EnsureModel(spec.NewModel())
		if err != nil {
			return err
		}
		e, err := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: model, Layer: "late", Pooling: "avg/1x1", Dimension: 8, ExpectedRows: 100})
		for i := batch * writerStep; err == nil && i < (batch+1)*writerStep; i++ {
			var id int64
			id, err = tx.PutImage(newImage(dataset, fmt.Sprint(i), storetest.PNG(16, 16, i)))
			v := store.Vector{Embedding: []float32{float32(i), 1, 2, 3, 4, 5, 6, 7}, Mean: make([]float32, 4), Max: make([]float32, 4)}
			if err == nil {
				err = tx.PutVector(e.ID, id, v)
			}
			if err == nil {
				err = tx.PutFile(dataset, store.File{Name: fmt.Sprint(i), Size: 1, ImageID: id})
			}
		}
		return err
	})
}

// killed runs a writer, kills it some time after it has committed a batch, and returns how many are safe.
func killed(t *testing.T, path string, after time.Duration) (batches int) {
	t.Helper()
	cmd := spawn(t, "write", path, false)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		batches++
		if batches == 2 {
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	}
	cmd.Wait()
	if batches < 2 {
		t.Fatalf("the writer has ended: %s", lines.Text())
	}
	return batches
}

// A writer killed at any moment loses no batch that it has reported, and a second run ends with the same content as one
// that was never disturbed.
func TestKilledWriter(t *testing.T) {
	const batches = 12
	undisturbed := filepath.Join(t.TempDir(), "undisturbed.db")
	writeBatches(t, undisturbed, batches)
	want := storetest.Dump(t, undisturbed)
	kills := 5
	if testing.Short() {
		kills = 2
	}
	for i := range kills {
		path := filepath.Join(t.TempDir(), "killed.db")
		safe := killed(t, path, time.Duration(i*i)*1500*time.Microsecond)
		if sideSize(path, "-wal") == 0 {
			t.Log("the writer had no WAL")
		}
		before := must[[]byte](t)(os.ReadFile(path))
		db := openFile(t, path, store.ReadOnly)
		images := must[store.Dataset](t)(db.Dataset(t.Context(), "d")).Images
		if images%writerStep != 0 || images < safe*writerStep {
			t.Errorf("%d images after %d safe batches", images, safe)
		}
		sound(t, db)
		db.Close()
		if !bytes.Equal(before, must[[]byte](t)(os.ReadFile(path))) {
			t.Error("opening read-only has changed the file")
		}
		if images > batches*writerStep {
			continue // it was too fast to compare
		}
		writeBatches(t, path, batches)
		if got := storetest.Dump(t, path); got != want {
			t.Error("resumed after a kill, the content is another")
		}
		if got := listing(t, filepath.Dir(path)); len(got) != 1 {
			t.Errorf("side files are left: %v", slices.Collect(maps.Keys(got)))
		}
	}
}

func writeBatches(t *testing.T, path string, n int) {
	t.Helper()
	db := openFile(t, path, store.Create)
	for batch := range n {
		if err := putBatch(db, batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func sideSize(path, suffix string) int64 {
	info, err := os.Stat(path + suffix)
	if err != nil {
		return 0
	}
	return info.Size()
}

func openAndRead(path string, mode store.Mode) error {
	db, err := store.Open(background, path, mode)
	if err != nil {
		for name, kind := range map[string]error{"READONLYDIR": store.ErrReadOnlyDir, "PERMISSION": fs.ErrPermission, "UNFINISHED": store.ErrUnfinished} {
			if errors.Is(err, kind) {
				err = fmt.Errorf("%s %w", name, err)
			}
		}
		return err
	}
	defer db.Close()
	all, err := db.Datasets(background)
	if err == nil {
		fmt.Println("datasets", len(all), "images", all[0].Images)
	}
	return err
}

// forNobody makes a directory that other users can reach and returns a path in it.
func forNobody(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "convnet-store")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755); os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "some.db")
}

// Directories and files without permissions get a sentence, or are read without a write.
func TestPermissions(t *testing.T) {
	good := must[[]byte](t)(os.ReadFile(storetest.File(t, storetest.Spec{})))
	walled := bytes.Clone(good)
	walled[18], walled[19] = 2, 2 // at rest in WAL mode, as other programs leave it
	tests := []struct {
		name          string
		data          []byte
		dirMode, mode os.FileMode
		role, say     string
	}{
		{"create in a read-only directory", nil, 0o555, 0o444, "create", "READONLYDIR"},
		{"write in a read-only directory", good, 0o555, 0o666, "rw", "READONLYDIR"},
		{"write to a read-only file", good, 0o777, 0o444, "rw", "PERMISSION"},
		{"read in a read-only directory", good, 0o555, 0o444, "ro", "datasets 1 images 6"},
		{"read WAL mode in a read-only directory", walled, 0o555, 0o444, "ro", "datasets 1 images 6"},
		{"unreadable file", good, 0o755, 0o000, "ro", "PERMISSION"},
		{"unreadable file to write to", good, 0o755, 0o000, "rw", "PERMISSION"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := forNobody(t)
			if test.data != nil {
				if err := os.WriteFile(path, test.data, 0o644); err != nil {
					t.Fatal(err)
				}
				os.Chmod(path, test.mode)
			}
			os.Chmod(filepath.Dir(path), test.dirMode)
			before := listing(t, filepath.Dir(path))
			out, _ := spawn(t, test.role, path, true).CombinedOutput()
			if !strings.Contains(string(out), test.say) {
				t.Errorf("got %q, want %q", out, test.say)
			}
			if after := listing(t, filepath.Dir(path)); !maps.Equal(before, after) {
				t.Errorf("before %v, after %v", before, after)
			}
		})
	}
}

// A WAL that a killed writer has left needs a place where it can be read.
func TestKilledWriterInReadOnlyDirectory(t *testing.T) {
	path := forNobody(t)
	killed(t, path, 0)
	if sideSize(path, "-wal") == 0 {
		t.Fatal("the writer has left no WAL")
	}
	os.Remove(path + "-shm")
	os.Chmod(filepath.Dir(path), 0o555)
	before := listing(t, filepath.Dir(path))
	out, _ := spawn(t, "ro", path, true).CombinedOutput()
	if !strings.Contains(string(out), "UNFINISHED") || !strings.Contains(string(out), "convnet check --repair") {
		t.Errorf("got %q", out)
	}
	if after := listing(t, filepath.Dir(path)); !maps.Equal(before, after) {
		t.Errorf("before %v, after %v", before, after)
	}
}
