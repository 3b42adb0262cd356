package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// visualized makes small pictures and returns what is told of them.
func visualized(t *testing.T, db string, flags ...string) []told {
	t.Helper()
	args := append([]string{"visualize", "--json", "--db", db, "--model", "demo", "--size", "32", "--steps", "12"}, flags...)
	var all []told
	for _, line := range strings.Split(strings.TrimSpace(mustConvnet(t, exitDone, args...).stdout), "\n") {
		if line == "" {
			continue
		}
		var p told
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, p)
	}
	return all
}

func TestVisualize(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db, folder := filepath.Join(t.TempDir(), "my.db"), t.TempDir()
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[3]
	made := visualized(t, db, "--layers", layer, "--channels", "0,3-4", "--out", folder)
	if len(made) != 3 {
		t.Fatalf("made %+v", made)
	}
	for _, p := range made {
		if p.Dead || p.End <= p.Start || *p.Channel > 4 || p.Layer != layer || p.Model != "demo" {
			t.Errorf("made %+v", p)
		}
		if file, err := os.ReadFile(p.PNG); err != nil || !strings.HasPrefix(string(file), "\x89PNG") {
			t.Errorf("%s: %v", p.PNG, err)
		}
	}
	if again := visualized(t, db, "--layers", layer, "--channels", "2-4"); len(again) != 1 || *again[0].Channel != 2 {
		t.Errorf("what was there has been made again: %+v", again)
	}
	before, err := os.ReadFile(made[0].PNG)
	if err != nil {
		t.Fatal(err)
	}
	visualized(t, db, "--layers", layer, "--channels", "0,3-4", "--out", folder, "--force")
	if after, err := os.ReadFile(made[0].PNG); err != nil || string(after) != string(before) {
		t.Errorf("the same seed has made another picture, %v", err)
	}
	visualized(t, db, "--layers", layer, "--channels", "1,", "--objective", "negative")
	visualized(t, db, "--layers", layer, "--objective", "channel:1-0.5*channel:2")
	visualized(t, db, "--layers", layer, "--objective", "layer", "--transforms", "none")
	if set := visualized(t, db, "--layers", layer, "--channels", "5,", "--count", "3"); len(set) != 3 || set[2].Number != 2 {
		t.Errorf("a set of three is %+v", set)
	}
	r := mustConvnet(t, exitDone, "visualize", "--db", db, "--model", "demo", "--size", "32", "--steps", "12", "--layers", layer, "--channels", "0,3-4")
	if !strings.Contains(r.stdout, "3 objectives, 3 up to date") {
		t.Errorf("it says %q", r.stdout)
	}
	mustConvnet(t, exitDone, "check", "--db", db)
}

func TestVisualizeRefuses(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db := filepath.Join(t.TempDir(), "my.db")
	layer := decode[shownModel](t, mustConvnet(t, exitDone, "models", "show", "demo", "--json")).DefaultLayers[0]
	for _, test := range []struct {
		code  int
		says  string
		flags []string
	}{
		{exitUsage, "--model", nil},
		{exitFailed, "unknown model", []string{"--model", "none"}},
		{exitFailed, "convnet models pull vgg19", []string{"--model", "vgg19"}},
		{exitUsage, `no layer "none"`, []string{"--model", "demo", "--layers", "none"}},
		{exitUsage, "the layer has the channels", []string{"--model", "demo", "--layers", layer, "--channels", "9999,"}},
		{exitUsage, "it is layer, or a sum", []string{"--model", "demo", "--layers", layer, "--objective", "beauty"}},
		{exitUsage, "number of steps", []string{"--model", "demo", "--steps", "-5"}},
		{exitUsage, "diversity", []string{"--model", "demo", "--diversity", "NaN"}},
		{exitUsage, "transform", []string{"--model", "demo", "--transforms", "shake:5"}},
		{exitUsage, "the size is 4", []string{"--model", "demo", "--size", "4"}},
		{exitUsage, "fourier, pixel and maco", []string{"--model", "demo", "--param", "wavelet"}},
		{exitUsage, "goes with --param maco", []string{"--model", "demo", "--spectrum", "1/f"}},
		{exitFailed, `no dataset "none"`, []string{"--model", "demo", "--param", "maco", "--spectrum", "none"}},
		{exitUsage, "there is no class \"beasts\"", []string{"--model", "demo", "--objective", "class:beasts"}},
		{exitUsage, "has the channels 0 to 75", []string{"--model", "demo", "--objective", "class:99"}},
		{exitUsage, "and no classes", []string{"--model", "demo", "--objective", "class:1", "--layers", layer}},
		{exitUsage, "read the direction", []string{"--model", "demo", "--objective", "direction:none.npy"}},
		{exitUsage, "is no power", []string{"--model", "demo", "--objective", "direction:none.npy^x"}},
	} {
		if r := mustConvnet(t, test.code, append([]string{"visualize", "--db", db}, test.flags...)...); !strings.Contains(r.stderr, test.says) {
			t.Errorf("%q: it says %q", test.flags, r.stderr)
		}
	}
}
