package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/npy"
)

// saveArray writes an array of what at says, and returns its path.
func saveArray(t *testing.T, shape []int, at func(i int) float32) string {
	t.Helper()
	size := 1
	for _, d := range shape {
		size *= d
	}
	data := make([]float32, size)
	for i := range data {
		data[i] = at(i)
	}
	var file bytes.Buffer
	if err := npy.Write(&file, shape, data); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "points.npy")
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// circle are points on a circle in four dimensions, eight numbers apart.
func circle(i int) float32 { return float32(math.Sin(float64(i/4)/10 + float64(i%4))) }

func TestUMAP(t *testing.T) {
	in, folder := saveArray(t, []int{120, 4}, circle), t.TempDir()
	read := func(name string, flags ...string) ([]int, []float32, umapReport) {
		t.Helper()
		out := filepath.Join(folder, name)
		r := mustConvnet(t, exitDone, append([]string{"umap", in, out, "--json", "--quiet", "--epochs", "50"}, flags...)...)
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		shape, coordinates, err := npy.Read(bytes.NewReader(data), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		return shape, coordinates, decode[umapReport](t, r)
	}
	shape, first, report := read("a.npy")
	if !slices.Equal(shape, []int{120, 2}) || report.Points != 120 || report.Dimensions != 4 || report.Components != 2 || report.Seed != 42 {
		t.Errorf("shape %v, %+v", shape, report)
	}
	if report.Trustworthiness == nil || *report.Trustworthiness < 0.9 || *report.Trustworthiness > 1 || report.Seconds <= 0 {
		t.Errorf("%+v", report)
	}
	if _, again, _ := read("b.npy"); !slices.Equal(first, again) {
		t.Error("the same seed makes another map")
	}
	if _, other, _ := read("c.npy", "--seed", "7"); slices.Equal(first, other) {
		t.Error("another seed makes the same map")
	}
	flags := []string{"--n-components", "3", "--metric", "cosine", "--init", "random", "--n-neighbors", "5", "--min-dist", "0.5"}
	if shape, _, r := read("d.npy", flags...); !slices.Equal(shape, []int{120, 3}) || r.Metric != "cosine" {
		t.Errorf("shape %v, %+v", shape, r)
	}
}

func TestUMAPFewPoints(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.npy")
	r := mustConvnet(t, exitDone, "umap", saveArray(t, []int{3, 4}, circle), out, "--json")
	if report := decode[umapReport](t, r); report.Trustworthiness != nil || report.Points != 3 {
		t.Errorf("%+v", report)
	}
	if !strings.Contains(r.stderr, "layout 100%") {
		t.Errorf("progress: %s", r.stderr)
	}
}

func TestUMAPRefuses(t *testing.T) {
	good := saveArray(t, []int{20, 4}, circle)
	text := filepath.Join(t.TempDir(), "points.csv")
	if err := os.WriteFile(text, []byte("1,2\n3,4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	hole := saveArray(t, []int{20, 4}, func(i int) float32 {
		if i == 13 {
			return float32(math.NaN())
		}
		return circle(i)
	})
	for _, test := range []struct {
		code int
		want string
		args []string
	}{
		{exitFailed, "row 3, column 1 is NaN", []string{hole, "out"}},
		{exitFailed, "n × d, one a row", []string{saveArray(t, []int{20}, circle), "out"}},
		{exitFailed, "n × d, one a row", []string{saveArray(t, []int{2, 2, 5}, circle), "out"}},
		{exitFailed, "n × d, one a row", []string{saveArray(t, []int{0, 5}, circle), "out"}},
		{exitFailed, "no array that NumPy has saved", []string{text, "out"}},
		{exitFailed, "no such file", []string{"missing.npy", "out"}},
		{exitFailed, "exists", []string{good, good}},
		{exitUsage, "wants IN.npy and OUT.npy, got 1", []string{good}},
		{exitUsage, "n_neighbors is 1; it must be at least 2", []string{good, "out", "--n-neighbors", "1"}},
		{exitUsage, `metric is "hamming"`, []string{good, "out", "--metric", "hamming"}},
		{exitUsage, `init is "best"`, []string{good, "out", "--init", "best"}},
		{exitUsage, "min_dist is 3; it must be between 0 and spread", []string{good, "out", "--min-dist", "3"}},
	} {
		for i, arg := range test.args {
			if arg == "out" {
				test.args[i] = filepath.Join(t.TempDir(), "out.npy")
			}
		}
		if r := mustConvnet(t, test.code, append([]string{"umap"}, test.args...)...); !strings.Contains(r.stderr, test.want) {
			t.Errorf("%q says %q, want %q", test.args, r.stderr, test.want)
		}
	}
}
