package main

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVisualizeOut: a folder gets what is made, what was there before, and a contact sheet.
func TestVisualizeOut(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db, folder := filepath.Join(t.TempDir(), "my.db"), t.TempDir()
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[3]
	visualized(t, db, "--layers", layer, "--channels", "0,")
	visualized(t, db, "--layers", layer, "--channels", "0,3-4", "--out", folder)
	for _, name := range []string{"demo_" + layer + "_channel-0.png", "demo_" + layer + "_channel-4.png", "demo_" + layer + ".png"} {
		f, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if img, err := png.Decode(f); err != nil || strings.Contains(name, "channel") != (img.Bounds().Dx() == 32) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVisualizeInterrupted: what is finished is kept, the exit code says so, and the next run does the rest.
func TestVisualizeInterrupted(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db := filepath.Join(t.TempDir(), "my.db")
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[0]
	args := []string{"visualize", "--json", "--db", db, "--model", "demo", "--size", "32", "--steps", "40", "--layers", layer, "--channels", "all"}
	ctx, cancel := context.WithCancel(t.Context())
	lines := &countingWriter{after: 3, then: cancel}
	if code := run(ctx, args, strings.NewReader(""), lines, io.Discard); code != exitInterrupted {
		t.Fatalf("exit code %d", code)
	}
	rest := strings.Count(mustConvnet(t, exitDone, args...).stdout, "\n")
	all := strings.Count(mustConvnet(t, exitDone, append(args, "--force")...).stdout, "\n")
	if lines.count < 3 || rest == 0 || lines.count+rest != all {
		t.Errorf("%d pictures were made before and %d after, of %d", lines.count, rest, all)
	}
	mustConvnet(t, exitDone, "check", "--db", db)
}

// countingWriter counts lines, and does something after some.
type countingWriter struct {
	count, after int
	then         func()
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.count += bytes.Count(p, []byte("\n"))
	if w.count >= w.after {
		w.then()
	}
	return len(p), nil
}
