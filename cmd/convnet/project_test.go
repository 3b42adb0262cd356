package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/store"
)

// mapFrom is what `projection --format json` has printed, of a layer of the painted shapes.
func mapFrom(t *testing.T, db, layer, method string) projectionMap {
	t.Helper()
	return decode[projectionMap](t, mustConvnet(t, exitDone, "projection", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer, "--method", method))
}

func layersOfDemo(t *testing.T, db string) (names []string) {
	t.Helper()
	for _, l := range decode[databaseInfo](t, mustConvnet(t, exitDone, "info", "--db", db, "--json")).Models[0].Layers {
		names = append(names, l.Name)
	}
	return names
}

// An ingest leaves a map of every layer, which comes out the same in three formats.
func TestProjectionInThreeFormats(t *testing.T) {
	db, _ := ingested(t)
	for _, layer := range layersOfDemo(t, db) {
		if m := mapFrom(t, db, layer, "umap"); len(m.Points) != 10 || m.Layer != layer || m.Seed != 42 || m.Dataset != "shapes" {
			t.Fatalf("%s: %+v", layer, m)
		}
	}
	layer := layersOfDemo(t, db)[3]
	m := mapFrom(t, db, layer, "umap")
	export := func(format string) string {
		return mustConvnet(t, exitDone, "projection", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer, "--format", format).stdout
	}
	table, err := csv.NewReader(strings.NewReader(export("csv"))).ReadAll()
	if err != nil || len(table) != 11 {
		t.Fatalf("csv: %d lines, %v", len(table), err)
	}
	for i, p := range m.Points {
		want := []string{fmt.Sprint(p.ImageID), p.Name, p.Category, shortest(p.X), shortest(p.Y), "false"}
		if !slices.Equal(table[i+1], want) || p.Name == "" || p.Category == "" {
			t.Errorf("csv has %q, json %q", table[i+1], want)
		}
	}
	header, data, _ := strings.Cut(export("npy"), "\n")
	if !strings.Contains(header, "(10, 2)") || !strings.Contains(header, "<f4") || len(data) != 10*2*4 {
		t.Errorf("npy header %q and %d bytes", header, len(data))
	}
	r := mustConvnet(t, exitFailed, "projection", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer, "--method", "pca")
	if !strings.Contains(r.stderr, "convnet project") {
		t.Errorf("a map that is not there: %s", r.stderr)
	}
	for _, flag := range []string{"--method=tsne", "--format=xml"} {
		mustConvnet(t, exitUsage, "projection", "--db", db, "--dataset", "shapes", "--model", "demo", "--layer", layer, flag)
	}
}

// Other parameters draw maps anew, the same ones do not, and the JSON says how true the maps are.
func TestProject(t *testing.T) {
	db, _ := ingested(t)
	project := func(args ...string) projection.Summary {
		t.Helper()
		return decode[projection.Summary](t, mustConvnet(t, exitDone, append([]string{"project", "--db", db, "--json", "--quiet"}, args...)...))
	}
	layer := layersOfDemo(t, db)[7]
	before := mapFrom(t, db, layer, "umap")
	if s := project(); len(s.Projections) != 0 || s.UpToDate != 8 {
		t.Errorf("after an ingest: %+v", s)
	}
	one := []string{"--dataset", "shapes", "--model", "demo", "--layer", layer, "--n-neighbors", "5", "--min-dist", "0.3", "--metric", "euclidean", "--seed", "9", "--epochs", "60"}
	s := project(one...)
	if len(s.Projections) != 1 || s.Projections[0].Layer != layer || s.Projections[0].Points != 10 {
		t.Errorf("one layer: %+v", s)
	}
	after := mapFrom(t, db, layer, "umap")
	want := `{"metric":"euclidean","n_neighbors":5,"min_dist":0.3,"spread":1,"n_epochs":60,"init":"spectral","aligned":"none"}`
	if string(after.Parameters) != want || after.Seed != 9 || after.Points[0] == before.Points[0] {
		t.Errorf("parameters %s, seed %d", after.Parameters, after.Seed)
	}
	if s := project(one...); len(s.Projections) != 0 {
		t.Errorf("the same again: %+v", s)
	}
	if s := project("--method", "pca"); len(s.Projections) != 8 || s.Projections[0].Method != "pca" {
		t.Errorf("pca: %+v", s)
	}
	if m := mapFrom(t, db, layer, "pca"); string(m.Parameters) != "{}" || len(m.Points) != 10 {
		t.Errorf("pca map: %+v", m)
	}
	if s := project("--aligned"); len(s.Projections) != 8 || s.Projections[0].Alignment != 1 || s.Projections[7].Alignment != 1 {
		t.Errorf("aligned: %+v", s)
	}
	if s := project("--refit"); len(s.Projections) != 8 || s.Projections[0].Alignment != 0 {
		t.Errorf("refit: %+v", s)
	}
	if text := mustConvnet(t, exitDone, "project", "--db", db, "--refit", "--method", "pca").stdout; !strings.Contains(text, "8 maps drawn") || !strings.Contains(text, layer) {
		t.Errorf("printed: %s", text)
	}
	for _, flag := range []string{"--metric=hamming", "--method=tsne", "--aligned=stars", "--n-neighbors=1", "--min-dist=2"} {
		mustConvnet(t, exitUsage, "project", "--db", db, flag)
	}
	mustConvnet(t, exitFailed, "project", "--db", db, "--layer", "none")
}

// Images that are ingested later are placed on the maps, and an uploaded query has a place there too.
func TestIngestExtendsMaps(t *testing.T) {
	db, folder := ingested(t)
	layer := layersOfDemo(t, db)[7]
	before := mapFrom(t, db, layer, "umap")
	paintOne(t, filepath.Join(folder, "discs", "disc 9.png"), color.Black, func(x, y int) bool { return (x-40)*(x-40)+(y-50)*(y-50) < 700 })
	type place struct{ Place *struct{ X, Y float32 } }
	query := decode[place](t, mustConvnet(t, exitDone, "search", "--db", db, "--layer", layer, "--json", filepath.Join(folder, "discs", "disc 9.png")))
	var runs struct{ Projection projection.Summary }
	r := mustConvnet(t, exitDone, "ingest", "--db", db, "--dataset", "shapes", "--model", "demo", "--json", "--quiet", folder)
	if err := json.Unmarshal([]byte(r.stdout), &runs); err != nil {
		t.Fatal(err)
	}
	if len(runs.Projection.Projections) != 8 || runs.Projection.Projections[0].Placed != 1 {
		t.Errorf("ingest: %+v", runs.Projection)
	}
	after := mapFrom(t, db, layer, "umap")
	if len(after.Points) != 11 || !slices.Equal(after.Points[:10], before.Points) || !after.Points[10].Placed {
		t.Errorf("before %+v, after %+v", before.Points, after.Points)
	}
	if p := after.Points[10]; query.Place == nil || query.Place.X != p.X || query.Place.Y != p.Y {
		t.Errorf("as a query it was placed at %+v, as an image at %+v", query.Place, p)
	}
	again := decode[place](t, mustConvnet(t, exitDone, "search", "--db", db, "--layer", layer, "--json", "--image", after.Points[10].Name))
	if again.Place == nil || again.Place.X != after.Points[10].X {
		t.Errorf("the stored image is at %+v", again.Place)
	}
	mustConvnet(t, exitDone, "check", "--db", db)
}

// An ingest can leave the maps out. Whoever stops while they are drawn goes on later.
func TestProjectInterrupted(t *testing.T) {
	needRuntime(t)
	t.Setenv("CONVNET_HOME", t.TempDir())
	path, folder := filepath.Join(t.TempDir(), "my.db"), paint(t)
	mustConvnet(t, exitDone, "ingest", "--db", path, "--dataset", "shapes", "--model", "demo", "--quiet", "--project=false", folder)
	db, err := store.Open(t.Context(), path, store.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if all, err := db.Projections(t.Context(), store.ProjectionFilter{}); err != nil || len(all) != 0 {
		t.Errorf("%d maps (%v)", len(all), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	_, err = projection.Run(ctx, db, projection.Options{Progress: func(int, int) { stop() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if s, err := projection.Run(t.Context(), db, projection.Options{}); err != nil || len(s.Projections) != 8 {
		t.Errorf("gone on: %+v (%v)", s, err)
	}
}
