package projection

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// spec is a dataset of n images that a model has seen at three layers.
func spec(n int, model string) storetest.Spec {
	return storetest.Spec{Images: storetest.Images(n, "cat", "dog", "owl"), Model: model, Layers: []string{"early", "middle", "late"}, Dimension: 16}
}

// quick are options that take little time: the maps are as real as others.
func quick() Options {
	p := DefaultParameters()
	p.Epochs = 50
	return Options{Parameters: p, Seed: 1, Keep: true}
}

func run1(t *testing.T, db *store.DB, opt Options) Summary {
	t.Helper()
	s, err := Run(t.Context(), db, opt)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := db.Check(t.Context(), store.CheckOptions{})
	if err != nil || len(problems) > 0 {
		t.Errorf("check: %+v, %v", problems, err)
	}
	return s
}

// onMap returns a map's points.
func onMap(t *testing.T, db *store.DB, embedding int64, method string) store.ProjectionPoints {
	t.Helper()
	p, err := db.ProjectionPoints(t.Context(), embedding, method)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every layer of every model gets a map, and a second run finds nothing to do.
func TestRun(t *testing.T) {
	db := storetest.New(t, spec(40, "a"), spec(40, "b"))
	for _, method := range []string{store.UMAP, store.PCA} {
		opt := quick()
		opt.Method = method
		var steps []int
		opt.Progress = func(done, total int) { steps = append(steps, done, total) }
		s := run1(t, db, opt)
		if len(s.Projections) != 6 || s.UpToDate != 0 || s.Seconds <= 0 || len(steps) != 12 || steps[11] != 6 || steps[10] != 6 {
			t.Fatalf("%s: %+v, steps %v", method, s, steps)
		}
		for i, p := range s.Projections {
			if p.Dataset != "pets" || p.Model != []string{"a", "b"}[i/3] || p.Layer != []string{"early", "middle", "late"}[i%3] || p.Method != method ||
				p.Points != 40 || p.Placed != 0 || p.Alignment != 0 || p.Why != "there is no map yet" {
				t.Errorf("%s: result %+v", method, p)
			}
			if p.Trustworthiness == nil || *p.Trustworthiness < 0.6 || *p.Trustworthiness > 1 {
				t.Errorf("%s: trustworthiness %v", method, p.Trustworthiness)
			}
			if len(p.Overlaps) != 2 || p.Overlaps[0].Model != p.Model || p.Overlaps[0].Overlap <= 0 || p.Overlaps[0].Overlap > 1 {
				t.Errorf("%s: overlaps %+v", method, p.Overlaps)
			}
			stored, err := db.ProjectionOverlaps(t.Context(), int64(i+1), method)
			if err != nil || !slices.Equal(stored, p.Overlaps) {
				t.Errorf("%s: overlaps in the file %+v (%v)", method, stored, err)
			}
		}
		if a, b := s.Projections[0].Overlaps[0], s.Projections[1].Overlaps[0]; a.Layer != "middle" || b.Layer != "early" || a.Overlap != b.Overlap {
			t.Errorf("%s: overlaps seen from either side: %+v, %+v", method, a, b)
		}
		if s := run1(t, db, opt); len(s.Projections) != 0 || s.UpToDate != 6 {
			t.Errorf("%s: the second time %+v", method, s)
		}
	}
}

// What is seen by the same numbers lies in the same places, whoever draws and however many at a time; and an interrupted
// run that is taken up again leaves the file of an undisturbed one.
func TestRunIsDeterministic(t *testing.T) {
	var want string
	for _, workers := range []int{1, 4, 0} {
		db := storetest.New(t, spec(40, "a"), spec(40, "b"), spec(40, "c"))
		opt := quick()
		opt.Workers = workers
		if workers == 0 {
			interrupted(t, db, opt)
		}
		run1(t, db, opt)
		got := storetest.Dump(t, db.Path())
		if want == "" {
			want = got
		} else if got != want {
			t.Errorf("with %d workers the file differs", workers)
		}
	}
}

// interrupted stops a run in its second unit: the first stays.
func interrupted(t *testing.T, db *store.DB, opt Options) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	opt.Progress = func(done, _ int) {
		if done == 4 {
			stop()
		}
	}
	if _, err := Run(ctx, db, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	all, err := db.Projections(t.Context(), store.ProjectionFilter{})
	if err != nil || len(all) != 3 {
		t.Errorf("%d maps after the interruption (%v)", len(all), err)
	}
}

// Images that come later are placed on the maps that are there, on which not one bit changes.
func TestExtension(t *testing.T) {
	for _, method := range []string{store.UMAP, store.PCA} {
		db := storetest.New(t, spec(40, "a"))
		opt := quick()
		opt.Method = method
		run1(t, db, opt)
		before := onMap(t, db, 2, method)
		storetest.Put(t, db, spec(55, "a"))
		s := run1(t, db, opt)
		if len(s.Projections) != 3 || s.Projections[1].Placed != 15 || s.Projections[1].Points != 55 || s.Projections[1].Why != "images have come" || *s.Projections[1].Trustworthiness < 0.6 {
			t.Fatalf("%s: %+v", method, s)
		}
		after := onMap(t, db, 2, method)
		if !slices.Equal(after.X[:40], before.X) || !slices.Equal(after.Y[:40], before.Y) || len(after.X) != 55 {
			t.Errorf("%s: points that were there have moved", method)
		}
		for i, placed := range after.Placed {
			if placed != (i >= 40) {
				t.Errorf("%s: point %d placed: %v", method, i, placed)
			}
		}
		p, err := db.ProjectionOf(t.Context(), 2, method)
		if err != nil || p.Fitted != 40 || p.Extended != 15 {
			t.Errorf("%s: projection %+v (%v)", method, p, err)
		}
		// Each new image comes to lie amid its category.
		if near := sameCategory(after, 40); near < 0.8 {
			t.Errorf("%s: %.2f of the placed points have a neighbor of their category", method, near)
		}
		opt.Refit = true
		if s := run1(t, db, opt); len(s.Projections) != 3 || s.Projections[0].Placed != 0 || s.Projections[0].Why != "asked for" {
			t.Errorf("%s: refit %+v", method, s)
		}
		if p, _ := db.ProjectionOf(t.Context(), 2, method); p.Fitted != 55 || p.Extended != 0 {
			t.Errorf("%s: refitted projection %+v", method, p)
		}
	}
}

// sameCategory is the share of the points from first on whose nearest among the others is of the same category: the
// categories of the images take turns, three of them.
func sameCategory(p store.ProjectionPoints, first int) float64 {
	same := 0
	for i := first; i < len(p.X); i++ {
		nearest, best := -1, math.Inf(1)
		for j := range first {
			if d := math.Hypot(float64(p.X[i]-p.X[j]), float64(p.Y[i]-p.Y[j])); d < best {
				nearest, best = j, d
			}
		}
		if nearest%3 == i%3 {
			same++
		}
	}
	return float64(same) / float64(len(p.X)-first)
}

// Images that go take their points with them; the map stays, and takes new ones in.
func TestDeletedImages(t *testing.T) {
	db := storetest.New(t, spec(40, "a"))
	run1(t, db, quick())
	err := db.Update(t.Context(), func(tx *store.Tx) error { return errors.Join(tx.DeleteImage(7), tx.DeleteImage(8)) })
	if err != nil {
		t.Fatal(err)
	}
	if s := run1(t, db, quick()); len(s.Projections) != 0 || s.UpToDate != 3 {
		t.Errorf("after two images went: %+v", s)
	}
	storetest.Put(t, db, spec(41, "a"))
	if s := run1(t, db, quick()); len(s.Projections) != 3 || s.Projections[0].Placed != 3 || s.Projections[0].Points != 41 {
		t.Errorf("after three came: %+v", s)
	}
}

func TestStaleAndOtherParameters(t *testing.T) {
	path := storetest.File(t, spec(40, "a"))
	db, err := store.Open(t.Context(), path, store.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run1(t, db, quick())
	change(t, path, `UPDATE embedding SET runtime = 'onnxruntime 99' WHERE id = 2`)
	s, err := Run(t.Context(), db, quick())
	if err != nil || len(s.Projections) != 1 || s.Projections[0].Layer != "middle" || s.Projections[0].Why != "its map is of other vectors" || s.UpToDate != 2 {
		t.Errorf("stale: %+v (%v)", s, err)
	}
	if len(s.Projections[0].Overlaps) != 2 {
		t.Errorf("a layer between two that were left alone has the overlaps %+v", s.Projections[0].Overlaps)
	}
	other := quick()
	other.Parameters.Neighbors, other.Layer = 5, "late"
	if s := run1(t, db, other); len(s.Projections) != 0 {
		t.Errorf("kept: %+v", s)
	}
	other.Keep = false
	if s := run1(t, db, other); len(s.Projections) != 1 || s.Projections[0].Why != "its map has other parameters" {
		t.Errorf("other parameters: %+v", s)
	}
	p, err := db.ProjectionOf(t.Context(), 3, store.UMAP)
	if err != nil || !strings.Contains(string(p.Parameters), `"n_neighbors":5`) || !strings.Contains(string(p.Parameters), `"metric":"cosine"`) || p.Seed != 1 {
		t.Errorf("projection %s (%v)", p.Parameters, err)
	}
	if s := run1(t, db, other); len(s.Projections) != 0 {
		t.Errorf("the same parameters again: %+v", s)
	}
	other.Seed = 2
	if s := run1(t, db, other); len(s.Projections) != 1 {
		t.Errorf("another seed: %+v", s)
	}
}

func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// Maps that are fitted together hold an image nearer to its place on the next than maps that are only turned.
func TestAligned(t *testing.T) {
	db := storetest.New(t, spec(60, "a"), spec(60, "b"))
	opt := quick()
	opt.Parameters.Epochs = 200
	run1(t, db, opt)
	alone := shift(onMap(t, db, 1, store.UMAP), onMap(t, db, 2, store.UMAP))
	opt.Align, opt.Keep = Layers, false
	s := run1(t, db, opt)
	numbers := []int64{}
	for _, p := range s.Projections {
		numbers = append(numbers, p.Alignment)
	}
	if !slices.Equal(numbers, []int64{1, 1, 1, 2, 2, 2}) {
		t.Errorf("alignments by layers: %v", numbers)
	}
	if together := shift(onMap(t, db, 1, store.UMAP), onMap(t, db, 2, store.UMAP)); together >= alone {
		t.Errorf("an image moves by %.3f of the map aligned, by %.3f turned", together, alone)
	}
	opt.Align = Networks
	s = run1(t, db, opt)
	if len(s.Projections) != 6 || s.Projections[0].Alignment != 3 || s.Projections[5].Alignment != 3 || len(s.Projections[0].Overlaps) != 5 {
		t.Errorf("aligned by networks: %+v", s)
	}
	opt.Layer = "late" // of two models: fitted together, the others stay
	opt.Refit = true
	if s = run1(t, db, opt); len(s.Projections) != 2 || s.Projections[0].Alignment != 4 || s.Projections[1].Alignment != 4 {
		t.Errorf("one layer of each network: %+v", s)
	}
}

// shift is how far images move from map to map, against the spread of the second.
func shift(a, b store.ProjectionPoints) float64 {
	var moved, spread, mx, my float64
	n := float64(len(b.X))
	for i := range b.X {
		mx, my = mx+float64(b.X[i])/n, my+float64(b.Y[i])/n
	}
	for i := range b.X {
		moved += sq(a.X[i]-b.X[i]) + sq(a.Y[i]-b.Y[i])
		spread += math.Pow(float64(b.X[i])-mx, 2) + math.Pow(float64(b.Y[i])-my, 2)
	}
	return math.Sqrt(moved / spread)
}

func sq(x float32) float64 { return float64(x) * float64(x) }

// From no image to as many as there are neighbors, every number of images has maps.
func TestFewImages(t *testing.T) {
	for n := range 18 {
		for _, method := range []string{store.UMAP, store.PCA} {
			db := storetest.New(t, spec(n, "a"))
			opt := quick()
			opt.Method, opt.Align = method, Layers
			s := run1(t, db, opt)
			if want := 3; n == 0 && len(s.Projections) != 0 || n > 0 && len(s.Projections) != want {
				t.Errorf("%d images, %s: %d maps", n, method, len(s.Projections))
			}
			for _, p := range s.Projections {
				if p.Points != n || p.Trustworthiness != nil {
					t.Errorf("%d images, %s: %+v", n, method, p)
				}
			}
		}
	}
}

func TestSelection(t *testing.T) {
	db := storetest.New(t, spec(20, "a"), storetest.Spec{Dataset: "two", Images: storetest.Images(4), Layers: []string{}})
	opt := quick()
	opt.Dataset = "two"
	if s := run1(t, db, opt); len(s.Projections) != 0 {
		t.Errorf("images only: %+v", s)
	}
	opt = quick()
	opt.MaxBytes = 20*16*4 - 1
	if s := run1(t, db, opt); len(s.Projections) != 0 || len(s.LeftOut) != 3 || s.LeftOut[0] != "pets · a · early: 20 vectors × 16" {
		t.Errorf("too large: %+v", s)
	}
	for words, spoil := range map[string]func(o *Options){
		"no dataset":      func(o *Options) { o.Dataset = "none" },
		"no vectors of":   func(o *Options) { o.Layer = "none" },
		"method":          func(o *Options) { o.Method = "tsne" },
		"metric":          func(o *Options) { o.Parameters.Metric = "hamming" },
		"n_neighbors":     func(o *Options) { o.Parameters.Neighbors = 1 },
		"min_dist":        func(o *Options) { o.Parameters.MinDist = math.NaN() },
		"aligned by":      func(o *Options) { o.Align = "stars" },
		"opened read-onl": nil,
	} {
		db, opt := db, quick()
		if spoil != nil {
			spoil(&opt)
		} else {
			var err error
			if db, err = store.Open(t.Context(), storetest.File(t, spec(20, "a")), store.ReadOnly); err != nil {
				t.Fatal(err)
			}
			defer db.Close()
		}
		if _, err := Run(t.Context(), db, opt); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}

// A snapshot has the maps of its source.
func TestSnapshotKeepsMaps(t *testing.T) {
	db := storetest.New(t, spec(20, "a"))
	run1(t, db, quick())
	path := filepath.Join(t.TempDir(), "shipped.db")
	if _, err := store.Snapshot(t.Context(), db, path, store.SnapshotOptions{}); err != nil {
		t.Fatal(err)
	}
	shipped, err := store.Open(t.Context(), path, store.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer shipped.Close()
	if got, want := onMap(t, shipped, 3, store.UMAP), onMap(t, db, 3, store.UMAP); !slices.Equal(got.X, want.X) || !slices.Equal(got.Y, want.Y) {
		t.Error("the snapshot's map is another")
	}
}
