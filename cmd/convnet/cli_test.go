package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun"
)

// result is what a command line left behind.
type result struct {
	code           int
	stdout, stderr string
}

// convnet runs one command line in a home of its own.
func convnet(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// mustConvnet fails the test unless the command line ends with code.
func mustConvnet(t *testing.T, code int, args ...string) result {
	t.Helper()
	r := convnet(t, args...)
	if r.code != code {
		t.Fatalf("convnet %s: exit code %d, want %d\nstdout: %s\nstderr: %s", strings.Join(args, " "), r.code, code, r.stdout, r.stderr)
	}
	return r
}

func decode[T any](t *testing.T, r result) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(r.stdout))
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("stdout is not JSON: %v\n%s", err, r.stdout)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("stdout holds more than one document:\n%s", r.stdout)
	}
	return v
}

// paint writes a folder of two categories: discs and bars, five of each in different colours.
func paint(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for i := range 5 {
		tint := color.RGBA{uint8(40 * i), uint8(200 - 30*i), 120, 255}
		paintOne(t, filepath.Join(folder, "discs", fmt.Sprintf("disc %d.png", i)), tint, func(x, y int) bool {
			return (x-48)*(x-48)+(y-48)*(y-48) < (20+3*i)*(20+3*i)
		})
		paintOne(t, filepath.Join(folder, "bars", fmt.Sprintf("bar %d.png", i)), tint, func(x, _ int) bool {
			return (x/(4+i))%2 == 0
		})
	}
	return folder
}

func paintOne(t *testing.T, path string, tint color.Color, inside func(x, y int) bool) {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 96, 96))
	for y := range 96 {
		for x := range 96 {
			picture.Set(x, y, color.White)
			if inside(x, y) {
				picture.Set(x, y, tint)
			}
		}
	}
	var data bytes.Buffer
	if err := png.Encode(&data, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ingested is a database of the painted folder, seen by the built-in network.
func ingested(t *testing.T) (db, folder string) {
	t.Helper()
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db, folder = filepath.Join(t.TempDir(), "my.db"), paint(t)
	mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "demo", "--quiet", folder)
	return db, folder
}

func needRuntime(t *testing.T) {
	t.Helper()
	if _, err := ortrun.Open(""); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func TestSearchByFileAndByName(t *testing.T) {
	db, folder := ingested(t)
	type page struct {
		Query   struct{ Name string }
		Model   string
		Layer   string
		Metric  string
		Results []struct {
			Rank       int
			ImageID    int64 `json:"image_id"`
			Name       string
			Category   string
			Distance   float64
			Similarity float64
		}
	}
	query := filepath.Join(folder, "discs", "disc 2.png")
	for _, metric := range []string{"cosine", "euclidean", "sqeuclidean", "minkowski"} {
		t.Run(metric, func(t *testing.T) {
			byFile := decode[page](t, mustConvnet(t, exitDone, "search", "--db", db, "--dataset", "shapes", "--model", "demo", "--metric", metric, "-k", "4", "--json", query))
			if len(byFile.Results) != 4 || byFile.Model != "demo" || byFile.Metric != metric {
				t.Fatalf("got %+v", byFile)
			}
			first := byFile.Results[0]
			if first.Rank != 1 || !strings.HasSuffix(first.Name, "disc 2.png") || first.Distance > 1e-5 || first.Similarity < 0.999 {
				t.Errorf("the image itself is not the first result: %+v", first)
			}
			byName := decode[page](t, mustConvnet(t, exitDone, "search", "--db", db, "--metric", metric, "-k", "4", "--json", "--image", first.Name))
			for i, hit := range byName.Results {
				if hit.ImageID == first.ImageID {
					t.Errorf("the query is among its own results at %d", i)
				}
				if i > 0 && hit.Distance < byName.Results[i-1].Distance {
					t.Errorf("results are not sorted: %+v", byName.Results)
				}
			}
			if byName.Results[0].Category != "discs" {
				t.Errorf("nearest to a disc is %+v", byName.Results[0])
			}
		})
	}
}

func TestIngestTwiceDoesNothing(t *testing.T) {
	db, folder := ingested(t)
	before, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	type runs struct {
		Runs []struct{ Added, Unchanged, Embedded int }
	}
	again := decode[runs](t, mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "demo", "--json", "--quiet", folder))
	if got := again.Runs[0]; got.Added != 0 || got.Unchanged != 10 || got.Embedded != 0 {
		t.Errorf("second run: %+v", got)
	}
	if len(before) == 0 {
		t.Error("empty database")
	}
}

func TestQuarantineEndsWithCode3(t *testing.T) {
	db, folder := ingested(t)
	if err := os.WriteFile(filepath.Join(folder, "discs", "notes.jpg"), []byte("just a note"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := mustConvnet(t, exitQuarantined, "ingest", "--db", db, "--dataset", "shapes", "--model", "demo", folder)
	if !strings.Contains(r.stdout, "notes.jpg") {
		t.Errorf("the summary does not name the refused file:\n%s", r.stdout)
	}
	info := decode[databaseInfo](t, mustConvnet(t, exitDone, "info", "--db", db, "--json"))
	if len(info.Quarantine) != 1 || info.Quarantine[0].Reason == "" {
		t.Errorf("quarantine: %+v", info.Quarantine)
	}
	if len(info.Datasets) != 1 || info.Datasets[0].Images != 10 || len(info.Models) != 1 || len(info.Models[0].Layers) != 8 {
		t.Errorf("info: %+v", info)
	}
}

func TestEmbeddingsInThreeFormats(t *testing.T) {
	db, _ := ingested(t)
	info := decode[databaseInfo](t, mustConvnet(t, exitDone, "info", "--db", db, "--json"))
	layer := info.Models[0].Layers[3]
	export := func(format string) result {
		return mustConvnet(t, exitDone, "embeddings", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer.Name, "--format", format)
	}
	type row struct {
		ImageID int64 `json:"image_id"`
		Name    string
		Vector  []float32
	}
	rows := decode[[]row](t, export("json"))
	if len(rows) != 10 || len(rows[0].Vector) != layer.Dimension {
		t.Fatalf("%d rows", len(rows))
	}
	means := decode[[]row](t, mustConvnet(t, exitDone, "embeddings", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer.Name, "--pool", "avg"))
	if len(means) != 10 || len(means[0].Vector)*9 != layer.Dimension {
		t.Errorf("channel means: %d rows of %d, layer has dimension %d over a grid of 3", len(means), len(means[0].Vector), layer.Dimension)
	}
	table, err := csv.NewReader(strings.NewReader(export("csv").stdout)).ReadAll()
	if err != nil || len(table) != 11 || len(table[0]) != 3+layer.Dimension {
		t.Errorf("csv: %d lines, %v", len(table), err)
	}
	npy := export("npy").stdout
	header, _, _ := strings.Cut(npy, "\n")
	if want := fmt.Sprintf("(10, %d)", layer.Dimension); !strings.Contains(header, want) || (len(header)+1)%64 != 0 {
		t.Errorf("npy header %q lacks %s or is not aligned", header, want)
	}
	if got, want := len(npy)-len(header)-1, 10*layer.Dimension*4; got != want {
		t.Errorf("npy data: %d bytes, want %d", got, want)
	}
}

func TestSnapshotServesWithoutTheOriginal(t *testing.T) {
	db, folder := ingested(t)
	shipped := filepath.Join(t.TempDir(), "shipped.db")
	mustConvnet(t, exitDone, "snapshot", "--db", db, "--license", "CC0-1.0", shipped)
	type report struct {
		OK       bool
		Problems []any
	}
	if got := decode[report](t, mustConvnet(t, exitDone, "check", "--db", shipped, "--json")); !got.OK || got.Problems == nil {
		t.Errorf("check: %+v", got)
	}
	before, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	mustConvnet(t, exitDone, "search", "--db", shipped, filepath.Join(folder, "bars", "bar 1.png"))
	after, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("searching changed the snapshot")
	}
	r := mustConvnet(t, exitFailed, "snapshot", "--db", db, shipped)
	if !strings.Contains(r.stderr, "exists already") {
		t.Errorf("a second snapshot to the same place: %s", r.stderr)
	}
}

func TestSnapshotWithoutModelsRefusesNewPictures(t *testing.T) {
	db, folder := ingested(t)
	shipped := filepath.Join(t.TempDir(), "shipped.db")
	mustConvnet(t, exitDone, "snapshot", "--db", db, "--without-models", shipped)
	r := convnet(t, "search", "--db", shipped, filepath.Join(folder, "bars", "bar 1.png"))
	if r.code != exitFailed && r.code != exitUsage || !strings.Contains(r.stderr, "without") {
		t.Errorf("code %d: %s", r.code, r.stderr)
	}
}

func TestBadUsageIsASentence(t *testing.T) {
	t.Setenv("CONVNET_HOME", t.TempDir())
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"fly"}, "fly"},
		{[]string{"search"}, "--db"},
		{[]string{"search", "--db", "x.db"}, "picture"},
		{[]string{"search", "--image", "x"}, "--db"},
		{[]string{"search", "--db", "x.db", "--metric", "angular", "q.jpg"}, "angular"},
		{[]string{"ingest", "--db", "x.db", "folder"}, "--dataset"},
		{[]string{"ingest", "--db", "x.db", "--dataset", "d"}, "folder"},
		{[]string{"ingest", "--db", "x.db", "--dataset", "d", "--pool", "median", "folder"}, "median"},
		{[]string{"ingest", "--db", "x.db", "--dataset", "d", "--grid", "9", "folder"}, "grid"},
		{[]string{"models", "add", "densenet121"}, "--weights"},
		{[]string{"info", "--frobnicate"}, "frobnicate"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			r := mustConvnet(t, exitUsage, test.args...)
			if !strings.Contains(r.stderr, test.want) || strings.Contains(r.stderr, "goroutine") {
				t.Errorf("stderr %q lacks %q", r.stderr, test.want)
			}
			if r.stdout != "" {
				t.Errorf("stdout: %q", r.stdout)
			}
		})
	}
}

func TestNoDatabaseIsMadeInVain(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	db := filepath.Join(t.TempDir(), "my.db")
	for _, args := range [][]string{
		{"--model", "densenet999", paint(t)},
		{"--model", "demo", filepath.Join(t.TempDir(), "nowhere")},
		{"--model", "demo", "--layers", "stage9", paint(t)},
	} {
		r := convnet(t, append([]string{"ingest", "--db", db, "--dataset", "shapes"}, args...)...)
		if r.code == exitDone || r.stderr == "" {
			t.Errorf("%v: code %d, %q", args, r.code, r.stderr)
		}
		if _, err := os.Stat(db); err == nil {
			t.Fatalf("%v left a database behind", args)
		}
	}
}

func TestInterruptedEndsWithCode130(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := run(ctx, []string{"ingest", "--db", filepath.Join(t.TempDir(), "my.db"), "--dataset", "shapes", "--model", "demo", paint(t)}, nil, &stdout, &stderr)
	if code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
}
