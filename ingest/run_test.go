package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestIngestThenNothingToDo(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	first := k.run(opt)
	wantCounts(t, "first run", first, count{Files: 6, Images: 6, Added: 6, Embedded: 6})
	if first.Model != "demo" || first.ImagesPerSecond <= 0 {
		t.Errorf("summary %+v", first)
	}
	k.complete()
	if got := k.images()["dog/2.jpg"]; got.Category != "dog" || got.Width != 44 || got.Height != 30 || got.Format != "jpeg" {
		t.Errorf("dog/2.jpg is stored as %+v", got)
	}
	before := k.dump()
	second := k.run(opt)
	wantCounts(t, "second run", second, count{Files: 6, Images: 6, Unchanged: 6})
	if len(second.Stale) != 0 {
		t.Errorf("stale: %v", second.Stale)
	}
	if k.dump() != before {
		t.Error("the second run changed the content")
	}
}

// What the database holds does not depend on the way there.
func TestEveryWayLeadsToTheSameContent(t *testing.T) {
	dir := pets(t).folder(t)
	want := func() string { k := newKit(t); k.run(options(dir)); return k.dump() }()
	ways := map[string]func(k *kit){
		"one worker":            func(k *kit) { o := options(dir); o.Workers = 1; k.run(o) },
		"many workers":          func(k *kit) { o := options(dir); o.Workers = 7; k.run(o) },
		"batches of one":        func(k *kit) { o := options(dir); o.Batch = 1; k.run(o) },
		"images first":          func(k *kit) { k.store(options(dir)); k.run(options(dir)) },
		"images in small parts": func(k *kit) { o := options(dir); o.Batch = 2; k.store(o); k.run(o) },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			way(k)
			if got := k.dump(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestLayersAndPoolingAreAdded(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	names := []string{k.net.Manifest.DefaultLayers[0], k.net.Manifest.DefaultLayers[1]}
	opt.Layers = names[0]
	k.run(opt)
	opt.Layers = names[1]
	s := k.run(opt)
	wantCounts(t, "second layer", s, count{Files: 6, Images: 6, Unchanged: 6, Embedded: 6})
	if len(s.Stale) != 1 || !strings.Contains(s.Stale[0], "has not been asked for these layers before: "+names[1]) {
		t.Errorf("stale: %q", s.Stale)
	}
	opt.Pooling = pooling.Pooling{Kind: pooling.Max, Grid: 2}
	wantCounts(t, "other pooling", k.run(opt), count{Files: 6, Images: 6, Unchanged: 6, Embedded: 6})
	if n := len(k.embeddings()); n != 3 {
		t.Fatalf("%d embeddings, want 3", n)
	}
	k.complete()

	// An image added now is found at every layer, whichever are asked for.
	writeFile(t, filepath.Join(opt.Source, "dog", "9.jpg"), photo(t, 50, 50, 99))
	wantCounts(t, "one more", k.run(opt), count{Files: 7, Images: 7, Unchanged: 6, Added: 1, Embedded: 1})
	k.complete()
}

func TestOtherWeightsAreDoneAgain(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	k.run(opt)
	before := k.dump()
	k.net.Manifest.Input.Preprocess.Mean = []float32{1, 2, 3}
	s := k.run(opt)
	wantCounts(t, "other preprocessing", s, count{Files: 6, Images: 6, Unchanged: 6, Embedded: 6})
	if len(s.Stale) != 1 || !strings.Contains(s.Stale[0], "demo is not the network it was") {
		t.Errorf("stale: %q", s.Stale)
	}
	models, err := k.db.Models(context.Background())
	if err != nil || len(models) != 1 {
		t.Errorf("%d models are left, %v", len(models), err)
	}
	k.complete()
	if k.dump() == before {
		t.Error("the vectors are those of the old network")
	}
}

func TestOtherRuntimeIsDoneAgain(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	k.run(opt)
	want := k.dump()
	ctx := context.Background()
	e := k.embeddings()[0]
	err := k.db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteEmbedding(e.ID); err != nil {
			return err
		}
		_, err := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: e.DatasetID, ModelID: e.ModelID, Layer: e.Layer, Pooling: e.Pooling, Dimension: e.Dimension, Runtime: "onnxruntime 0.1"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := k.run(opt)
	if len(s.Stale) != 1 || !strings.Contains(s.Stale[0], "was computed by onnxruntime 0.1") || s.Embedded != 6 {
		t.Errorf("%d embedded, stale: %q", s.Embedded, s.Stale)
	}
	k.complete()
	if got := strings.Count(k.dump(), "\n"); got != strings.Count(want, "\n") {
		t.Errorf("%d rows, want %d", got, strings.Count(want, "\n"))
	}
}

func TestChangesOfFiles(t *testing.T) {
	at := func(k *kit, o Options, name string) string { return filepath.Join(o.Source, filepath.FromSlash(name)) }
	tests := []struct {
		name   string
		change func(k *kit, o *Options)
		want   count
		check  func(k *kit)
	}{
		{"one is added", func(k *kit, o *Options) {
			writeFile(k.t, at(k, *o, "dog/4.jpg"), photo(k.t, 33, 33, 50))
		}, count{Files: 7, Images: 7, Added: 1, Unchanged: 6, Embedded: 1}, nil},
		{"one is touched", func(k *kit, o *Options) {
			if err := os.Chtimes(at(k, *o, "dog/1.jpg"), fixedTime, fixedTime.Add(time.Hour)); err != nil {
				k.t.Fatal(err)
			}
		}, count{Files: 6, Images: 6, Unchanged: 5}, nil},
		{"one has other bytes", func(k *kit, o *Options) {
			writeFile(k.t, at(k, *o, "cat/2.jpg"), photo(k.t, 64, 64, 51))
		}, count{Files: 6, Images: 6, Added: 1, Unchanged: 5, Changed: 1, Embedded: 1}, func(k *kit) {
			if got := k.images()["cat/2.jpg"]; got.Width != 64 {
				k.t.Errorf("cat/2.jpg is %+v", got)
			}
		}},
		{"one has moved", func(k *kit, o *Options) {
			rename(k.t, at(k, *o, "cat/2.jpg"), at(k, *o, "dog/2b.jpg"))
		}, count{Files: 6, Images: 6, Unchanged: 5, Recategorised: 1}, func(k *kit) {
			if got := k.images()["dog/2b.jpg"]; got.Category != "dog" {
				k.t.Errorf("dog/2b.jpg is %+v", got)
			}
		}},
		{"two are swapped", func(k *kit, o *Options) {
			a, b := at(k, *o, "cat/1.jpg"), at(k, *o, "dog/1.jpg")
			rename(k.t, a, a+".tmp")
			rename(k.t, b, a)
			rename(k.t, a+".tmp", b)
		}, count{Files: 6, Images: 6, Unchanged: 4, Changed: 2, Recategorised: 2}, func(k *kit) {
			if got := k.images()["cat/1.jpg"]; got.ID != 4 || got.Category != "cat" {
				k.t.Errorf("cat/1.jpg is %+v", got)
			}
		}},
		{"one is gone", func(k *kit, o *Options) { remove(k.t, at(k, *o, "cat/1.jpg")) },
			count{Files: 5, Images: 6, Unchanged: 5, Gone: 1}, nil},
		{"one is gone and pruned", func(k *kit, o *Options) { remove(k.t, at(k, *o, "cat/1.jpg")); o.Prune = true },
			count{Files: 5, Images: 5, Unchanged: 5, Pruned: 1}, func(k *kit) {
				if _, ok := k.images()["cat/1.jpg"]; ok {
					k.t.Error("cat/1.jpg is still there")
				}
			}},
		{"a copy is added", func(k *kit, o *Options) {
			writeFile(k.t, at(k, *o, "dog/copy.jpg"), photo(k.t, 40, 30, 0))
		}, count{Files: 7, Images: 6, Unchanged: 6, Duplicates: 1}, func(k *kit) {
			if got := k.images()["cat/1.jpg"]; got.Category != "cat" {
				k.t.Errorf("cat/1.jpg is %+v", got)
			}
		}},
		{"a copy is added that comes first", func(k *kit, o *Options) {
			writeFile(k.t, at(k, *o, "ant/copy.jpg"), photo(k.t, 40, 30, 0))
		}, count{Files: 7, Images: 6, Unchanged: 6, Recategorised: 1, Duplicates: 1}, func(k *kit) {
			if got := k.images()["ant/copy.jpg"]; got.Category != "ant" {
				k.t.Errorf("ant/copy.jpg is %+v", got)
			}
		}},
		{"one is spoilt", func(k *kit, o *Options) { writeFile(k.t, at(k, *o, "cat/3.jpg"), []byte("no image")) },
			count{Files: 6, Images: 5, Unchanged: 5, Changed: 1, Quarantined: 1}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := newKit(t)
			opt := options(pets(t).folder(t))
			k.run(opt)
			test.change(k, &opt)
			wantCounts(t, "after the change", k.run(opt), test.want)
			k.complete()
			if test.check != nil {
				test.check(k)
			}
			again := test.want
			again.Added, again.Changed, again.Recategorised, again.Pruned, again.Embedded = 0, 0, 0, 0, 0
			again.Unchanged = test.want.Files - test.want.Quarantined
			before := k.dump()
			wantCounts(t, "once more", k.run(opt), again)
			if k.dump() != before {
				t.Error("a run with nothing to do changed the content")
			}
		})
	}
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// What a repair has deleted comes back, and nothing else is done.
func TestIngestAfterRepair(t *testing.T) {
	k := newKit(t)
	tr := pets(t)
	tr["cat/large.jpg"] = photo(t, 300, 200, 5)
	opt := options(tr.folder(t))
	k.run(opt)
	want, path := k.dump(), k.db.Path()
	if err := k.db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []string{
		`UPDATE original SET bytes = zeroblob(length(bytes)) WHERE id = 2 << 20`,
		`DELETE FROM thumbnail`,
		`DELETE FROM model_graph`,
	} {
		if _, err := raw.Exec(damage); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if k.db, err = store.Open(context.Background(), path, store.ReadWrite); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.db.Close() })
	if _, err := k.db.Check(context.Background(), store.CheckOptions{Repair: true}); err != nil {
		t.Fatal(err)
	}
	k.run(opt)
	if got := k.dump(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	problems, err := k.db.Check(context.Background(), store.CheckOptions{})
	if err != nil || len(problems) > 0 {
		t.Errorf("problems %v, %v", problems, err)
	}
}

func TestScoresAreDroppedWithTheContentTheyMeasured(t *testing.T) {
	for name, change := range map[string]func(o Options){
		"nothing":  func(Options) {},
		"added":    func(o Options) { writeFile(t, filepath.Join(o.Source, "dog/7.jpg"), photo(t, 20, 20, 70)) },
		"category": func(o Options) { writeFile(t, filepath.Join(o.Source, "ant/1.jpg"), photo(t, 40, 30, 0)) },
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			opt := options(pets(t).folder(t))
			k.run(opt)
			err := k.db.PutScores(context.Background(), []store.Score{{EmbeddingID: k.embeddings()[0].ID, Metric: "cosine", Weighted: 50, Queries: 6}})
			if err != nil {
				t.Fatal(err)
			}
			change(opt)
			k.run(opt)
			scores, err := k.db.Scores(context.Background(), k.dataset().ID)
			if err != nil || (len(scores) == 1) != (name == "nothing") {
				t.Errorf("%d scores, %v", len(scores), err)
			}
		})
	}
}

func TestInterruptedRunGoesOn(t *testing.T) {
	tr := tree{}
	for i := range 40 {
		tr[fmt.Sprintf("c%d/%02d.jpg", i%3, i)] = photo(t, 30, 30, i)
	}
	dir := tr.folder(t)
	undisturbed := newKit(t)
	undisturbed.run(options(dir))

	k := newKit(t)
	opt := options(dir)
	opt.Batch = 4
	ctx, cancel := context.WithCancel(context.Background())
	opt.Progress = func(p Progress) {
		if p.Phase == PhaseIngesting && p.Done == 18 {
			cancel()
		}
	}
	s, err := Run(ctx, k.db, k.rt, k.net, opt)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that of the context", err)
	}
	if s.Images < 18 || s.Images == 40 || len(k.images()) != s.Images {
		t.Errorf("%d images in the summary, %d stored; the batch at hand had at least 18", s.Images, len(k.images()))
	}
	opt.Progress = nil
	rest := k.run(opt)
	if rest.Added != 40-s.Images || rest.Unchanged != s.Images {
		t.Errorf("the second run added %d and found %d, after %d", rest.Added, rest.Unchanged, s.Images)
	}
	if k.dump() != undisturbed.dump() {
		t.Error("not the content of an undisturbed run")
	}
	info, err := k.db.Info(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, run := range info.Runs {
		states[run.Status]++
	}
	if want := map[string]int{store.RunInterrupted: 1, store.RunDone: 1}; !maps.Equal(states, want) {
		t.Errorf("runs %v, want %v", states, want)
	}
}

func TestProgress(t *testing.T) {
	k := newKit(t)
	opt := options(pets(t).folder(t))
	writeFile(t, filepath.Join(opt.Source, "cat", "bad.jpg"), nil)
	last := map[string]Progress{}
	opt.Progress = func(p Progress) {
		if before := last[p.Phase]; p.Done < before.Done || p.Done > p.Total {
			t.Errorf("progress goes from %+v to %+v", before, p)
		}
		last[p.Phase] = p
	}
	k.run(opt)
	if p := last[PhaseIngesting]; p.Done != 7 || p.Total != 7 || p.Quarantined != 1 {
		t.Errorf("ends with %+v", p)
	}
}

// A network that fails on one image does not fail the run.
func TestNetworkThatYieldsNoNumbers(t *testing.T) {
	tr := tree{"white.png": storetest.PNG(9, 9, 1), "black.png": encodePNG(t, black(8, 8))}
	k := newKit(t)
	// Values of zero stay zero, others overflow.
	k.net.Manifest.Input.Preprocess.Mean = []float32{0, 0, 0}
	k.net.Manifest.Input.Preprocess.Std = []float32{1e-38, 1e-38, 1e-38}
	opt := options(tr.folder(t))
	s := k.run(opt)
	wantCounts(t, "overflowing network", s, count{Files: 2, Images: 1, Added: 1, Embedded: 1, Quarantined: 1})
	if got := reasons(s)["white.png"]; !strings.Contains(got, "the network demo yields numbers that are not finite") {
		t.Errorf("reason %q", got)
	}
	// The file has not changed, but the network has.
	k.net = demo(t)
	wantCounts(t, "healthy network", k.run(opt), count{Files: 2, Images: 2, Added: 1, Unchanged: 1, Embedded: 2})
	k.complete()
}

func TestStoredImageThatTheNetworkFailsOn(t *testing.T) {
	k := newKit(t)
	opt := options(tree{"white.png": storetest.PNG(9, 9, 1)}.folder(t))
	k.store(opt)
	k.net.Manifest.Input.Preprocess.Std = []float32{1e-38, 1e-38, 1e-38}
	s := k.run(opt)
	wantCounts(t, "overflowing network", s, count{Files: 1, Images: 1, Unchanged: 1, Quarantined: 1})
}

func TestNothingIsWrittenWhenTheRunCannotBegin(t *testing.T) {
	k := newKit(t)
	empty := t.TempDir()
	tests := map[string]func(*Options){
		"no such folder":    func(o *Options) { o.Source = filepath.Join(o.Source, "nowhere") },
		"an empty folder":   func(o *Options) { o.Source = empty },
		"no such layer":     func(o *Options) { o.Layers = "block9" },
		"no such labels":    func(o *Options) { o.Labels = filepath.Join(o.Source, "none.csv") },
		"not an archive":    func(o *Options) { o.Source = filepath.Join(o.Source, "cat", "1.jpg") },
		"impossible pools":  func(o *Options) { o.Pooling.Grid = 1000 },
		"a device as input": func(o *Options) { o.Source = os.DevNull },
	}
	before := k.dump()
	for name, spoil := range tests {
		opt := options(pets(t).folder(t))
		spoil(&opt)
		if _, err := Run(context.Background(), k.db, k.rt, k.net, opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if k.dump() != before {
		t.Error("something was written")
	}
}

func TestTwoNetworksAndTwoDatasets(t *testing.T) {
	k := newKit(t)
	dir := pets(t).folder(t)
	k.run(options(dir))
	other := options(dir)
	other.Dataset = "other"
	wantCounts(t, "other dataset", k.run(other), count{Files: 6, Images: 6, Added: 6, Embedded: 6})
	k.net.Manifest.Name = "second"
	wantCounts(t, "other network", k.run(options(dir)), count{Files: 6, Images: 6, Unchanged: 6, Embedded: 6})
	k.complete()
	models, err := k.db.DatasetModels(context.Background(), k.dataset().ID)
	if err != nil || len(models) != 2 {
		t.Errorf("%d models, %v", len(models), err)
	}
}

func TestThousandUnchangedFilesTakeNoTime(t *testing.T) {
	tr := tree{}
	for i := range 1000 {
		tr[fmt.Sprintf("c%d/%04d.png", i%10, i)] = storetest.PNG(4, 4, i)
	}
	k := newKit(t)
	opt := options(tr.folder(t))
	k.store(opt)
	start := time.Now()
	wantCounts(t, "second run", k.store(opt), count{Files: 1000, Images: 1000, Unchanged: 1000})
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}
