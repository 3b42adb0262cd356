package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestVisualizeClasses(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db := filepath.Join(t.TempDir(), "my.db")
	made := visualized(t, db, "--objective", "class", "--channels", "0,3")
	slices.SortFunc(made, func(a, b told) int { return *a.Channel - *b.Channel })
	if len(made) != 2 || made[1].Layer != "predictions" || made[1].Objective != "class:3" || *made[1].Channel != 3 || made[1].End <= made[1].Start {
		t.Errorf("made %+v", made)
	}
	if again := visualized(t, db, "--objective", "class:Aircraft"); len(again) != 0 { // class 0
		t.Errorf("what was there has been made again: %+v", again)
	}
}

func TestVisualizeDirection(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db := filepath.Join(t.TempDir(), "my.db")
	shown := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json"))
	layer, channels := shown.DefaultLayers[1], 0
	for _, l := range shown.Layers {
		if l.Name == layer {
			channels = l.Channels
		}
	}
	file := writeArray(t, channels)
	for _, power := range []string{"", "^2"} {
		made := visualized(t, db, "--layers", layer, "--objective", "direction:"+file+power)
		if len(made) != 1 || made[0].Channel != nil || !strings.HasPrefix(made[0].Objective, "direction:input.npy@") || made[0].End <= made[0].Start {
			t.Errorf("made %+v", made)
		}
	}
	r := mustConvnet(t, exitUsage, "visualize", "--db", db, "--model", "demo", "--layers", layer, "--objective", "direction:"+writeArray(t, 5))
	if !strings.Contains(r.stderr, "has 5 numbers") {
		t.Errorf("it says %q", r.stderr)
	}
}

// TestVisualizeMACO: frequencies have the strengths of 1/f, or of a dataset's pictures, and the pictures know which.
func TestVisualizeMACO(t *testing.T) {
	needRuntime(t)
	db, _ := ingested(t)
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[3]
	flags := []string{"--layers", layer, "--channels", "2,", "--param", "maco"}
	for _, more := range [][]string{nil, {"--spectrum", "shapes"}} {
		made := visualized(t, db, append(flags, more...)...)
		if len(made) != 1 || made[0].End <= made[0].Start {
			t.Errorf("%q: made %+v", more, made)
		}
	}
	if again := visualized(t, db, append(flags, "--spectrum", "1/f")...); len(again) != 0 {
		t.Errorf("1/f is not the default: %+v", again)
	}
}
