package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// The test binary is its own victim: with these variables set it ingests and ends.
const (
	childDB     = "CONVNET_TEST_INGEST_DB"
	childSource = "CONVNET_TEST_INGEST_SOURCE"
)

func TestMain(m *testing.M) {
	if os.Getenv(childDB) == "" {
		os.Exit(m.Run())
	}
	if err := ingestAsChild(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ingestAsChild() (err error) {
	ctx := context.Background()
	db, err := store.Open(ctx, os.Getenv(childDB), store.Create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rt, err := ortrun.Open("")
	if err != nil {
		return err
	}
	net, err := cnn.Library{}.Load("demo")
	if err != nil {
		return err
	}
	_, err = Run(ctx, db, rt, net, killOptions(os.Getenv(childSource)))
	return err
}

func killOptions(source string) Options {
	o := options(source)
	o.Batch, o.Prune = 3, true
	return o
}

// child runs the ingest in a process of its own and kills it after a while; zero lets it end.
func child(t *testing.T, db, source string, killAfter time.Duration) (completed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDB+"="+db, childSource+"="+source)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if killAfter > 0 {
		timer := time.AfterFunc(killAfter, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		t.Fatalf("the ingest failed by itself: %v", err)
	}
	return err == nil
}

// before and after are a source at two times: in between files are added, moved, copied, changed, spoilt and removed.
func before(t *testing.T) tree {
	tr := tree{}
	for i := range 60 {
		tr[fmt.Sprintf("c%d/%02d.jpg", i%4, i)] = photo(t, 200, 140, i)
	}
	tr["c1/bad.jpg"] = []byte("text")
	return tr
}

func after(t *testing.T) tree {
	tr := before(t)
	for i := range 60 {
		name := fmt.Sprintf("c%d/%02d.jpg", i%4, i)
		switch i % 6 {
		case 0:
			tr[fmt.Sprintf("d/%02d.jpg", i)] = tr[name]
			delete(tr, name)
		case 1:
			tr[name] = photo(t, 150, 150, 1000+i)
		case 2:
			tr[fmt.Sprintf("a/copy of %02d.jpg", i)] = tr[name]
		case 3:
			delete(tr, name)
		}
	}
	for i := range 30 {
		tr[fmt.Sprintf("b/%02d.jpg", i)] = photo(t, 180, 120, 2000+i)
	}
	tr["c1/bad.jpg"] = photo(t, 50, 50, 3000)
	tr["c2/worse.jpg"] = photo(t, 50, 50, 1)[:200]
	return tr
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// startingPoint is a database that another version of the network has made from the source as it was.
func startingPoint(t *testing.T) string {
	t.Helper()
	k := newKit(t)
	k.net.Manifest.Input.Preprocess.Mean = []float32{9, 9, 9}
	k.run(options(before(t).folder(t)))
	path := k.db.Path()
	if err := k.db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKilledAtAnyMomentAndRunAgain(t *testing.T) {
	start, source := startingPoint(t), after(t).folder(t)
	tests := map[string]string{"into an empty file": "", "over what is there": start}
	rounds := 8
	if testing.Short() {
		rounds = 1
	}
	for name, from := range tests {
		t.Run(name, func(t *testing.T) {
			database := func() string {
				path := filepath.Join(t.TempDir(), "test.db")
				if from != "" {
					copyFile(t, from, path)
				}
				return path
			}
			undisturbed := database()
			began := time.Now()
			if !child(t, undisturbed, source, 0) {
				t.Fatal("the undisturbed run did not complete")
			}
			took := time.Since(began)
			want := storetest.Dump(t, undisturbed)
			kills := 0
			for range rounds {
				path := database()
				for !child(t, path, source, 1+rand.N(took)) {
					kills++
				}
				if got := storetest.Dump(t, path); got != want {
					t.Fatalf("after %d kills the content is\n%s\nwant\n%s", kills, got, want)
				}
			}
			t.Logf("%d kills in %d rounds of an ingest that takes %v", kills, rounds, took)
		})
	}
}
