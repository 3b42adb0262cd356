package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/cnn"
)

// addCopies adds the built-in network to the library under other names.
func addCopies(t *testing.T, names ...string) {
	t.Helper()
	library, err := cnn.DefaultLibrary()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		network, err := library.Load("demo")
		if err != nil {
			t.Fatal(err)
		}
		network.Manifest.Name = name
		if err := library.Save(network); err != nil {
			t.Fatal(err)
		}
	}
}

func TestIngestAllModels(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db, folder := filepath.Join(t.TempDir(), "my.db"), paint(t)
	all := []string{"ingest", "--db", db, "--dataset", "shapes", "--model", "all", "--json", folder}
	if r := mustConvnet(t, exitUsage, all...); !strings.Contains(r.stderr, "no network has been added") {
		t.Errorf("without networks it says %q", r.stderr)
	}
	addCopies(t, "second", "first", "third")
	mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "second", folder)

	type runs struct{ Runs []ingest.Summary }
	r := mustConvnet(t, exitDone, all...)
	if !strings.Contains(r.stderr, "3/3 third") {
		t.Errorf("the progress does not say which network is at work:\n%s", r.stderr)
	}
	for i, want := range []struct {
		model    string
		embedded int
	}{{"first", 10}, {"second", 0}, {"third", 10}} {
		if got := decode[runs](t, r).Runs[i]; got.Model != want.model || got.Embedded != want.embedded {
			t.Errorf("run %d: %s embedded %d, want %+v", i, got.Model, got.Embedded, want)
		}
	}
	for _, got := range decode[runs](t, mustConvnet(t, exitDone, all...)).Runs {
		if got.Embedded != 0 {
			t.Errorf("%s: %d embedded again", got.Model, got.Embedded)
		}
	}
}

func TestModelsNamedTwiceRunOnce(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	addCopies(t, "first", "second")
	library, err := cnn.DefaultLibrary()
	if err != nil {
		t.Fatal(err)
	}
	names, err := namesOf(library, []string{"second", "all", "demo", "demo"})
	if got := strings.Join(names, " "); err != nil || got != "second first demo" {
		t.Errorf("got %q, %v", got, err)
	}
}
