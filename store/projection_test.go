package store_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// mapOf is a projection of the six images of a storetest.Spec.
func mapOf(embedding int64) store.NewProjection {
	trust := 0.875
	return store.NewProjection{EmbeddingID: embedding, Method: store.UMAP, Parameters: []byte(`{"n_neighbors": 15}`), Seed: 42, Trustworthiness: &trust,
		Overlaps: []store.ProjectionOverlap{{Model: "tiny", Layer: "late", Pooling: "avg/1x1", Overlap: 0.5}},
		ImageIDs: []int64{1, 2, 3, 4, 5, 6}, X: []float32{0, 1, 2, 3, 4, 5}, Y: []float32{9, -1.5, 7, 6, 5, 1e-20}}
}

func put(t *testing.T, db *store.DB, n store.NewProjection) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error { return tx.PutProjection(n) })
}

func TestProjection(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two", Images: storetest.Images(3)})
	n := mapOf(1)
	put(t, db, n)
	pca := mapOf(2)
	pca.Method, pca.Trustworthiness, pca.Overlaps, pca.Alignment = store.PCA, nil, nil, 3
	put(t, db, pca)
	p := must[store.Projection](t)(db.ProjectionOf(t.Context(), 1, store.UMAP))
	if p.DatasetID != 1 || p.Model != "tiny" || p.Layer != "early" || p.Pooling != "avg/1x1" || p.Method != "umap" || string(p.Parameters) != `{"n_neighbors": 15}` ||
		p.Seed != 42 || p.Alignment != 0 || *p.Trustworthiness != 0.875 || p.Fitted != 6 || p.Extended != 0 || p.Points() != 6 || p.CreatedAt == "" {
		t.Errorf("projection = %+v", p)
	}
	points := must[store.ProjectionPoints](t)(db.ProjectionPoints(t.Context(), 1, store.UMAP))
	if !slices.Equal(points.ImageIDs, n.ImageIDs) || !slices.Equal(points.X, n.X) || !slices.Equal(points.Y, n.Y) || slices.Contains(points.Placed, true) {
		t.Errorf("points = %+v", points)
	}
	if got := must[[]store.ProjectionOverlap](t)(db.ProjectionOverlaps(t.Context(), 1, store.UMAP)); !slices.Equal(got, n.Overlaps) {
		t.Errorf("overlaps = %+v", got)
	}
	all := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{DatasetID: 1}))
	if len(all) != 2 || all[1].Layer != "late" || all[1].Method != "pca" || all[1].Alignment != 3 || all[1].Trustworthiness != nil {
		t.Errorf("projections = %+v", all)
	}
	for name, f := range map[string]store.ProjectionFilter{"dataset": {DatasetID: 2}, "model": {Model: "x"}, "pooling": {Pooling: "max/1x1"}} {
		if got := must[[]store.Projection](t)(db.Projections(t.Context(), f)); len(got) != 0 {
			t.Errorf("by %s: %+v", name, got)
		}
	}
	if got := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{Layer: "late", Method: "pca"})); len(got) != 1 {
		t.Errorf("by layer and method: %+v", got)
	}
	for _, err := range []error{second(db.ProjectionOf(t.Context(), 1, store.PCA)), second(db.ProjectionPoints(t.Context(), 1, store.PCA)),
		second(db.ProjectionOverlaps(t.Context(), 9, store.UMAP))} {
		if !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "convnet project") {
			t.Errorf("a projection that is not there: %v", err)
		}
	}
	if info := must[store.Info](t)(db.Info(t.Context())); info.Projections != 2 || info.ProjectionBytes != 2*6*16 {
		t.Errorf("info = %+v", info)
	}
	sound(t, db)
}

func TestPutProjectionRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two", Images: storetest.Images(1)})
	tests := []struct {
		name   string
		change func(n *store.NewProjection)
		kind   error
		words  string
	}{
		{"NaN", func(n *store.NewProjection) { n.X[3] = float32(math.NaN()) }, store.ErrInvalid, "not finite"},
		{"infinite", func(n *store.NewProjection) { n.Y[3] = float32(math.Inf(1)) }, store.ErrInvalid, "not finite"},
		{"too few", func(n *store.NewProjection) { n.Y = n.Y[:5] }, store.ErrInvalid, "5 coordinates for 6 images"},
		{"order", func(n *store.NewProjection) { n.ImageIDs[0] = 2 }, store.ErrInvalid, "order"},
		{"an image of another dataset", func(n *store.NewProjection) { n.ImageIDs[5] = 7 }, store.ErrNotFound, "image 7"},
		{"parameters", func(n *store.NewProjection) { n.Parameters = []byte("{") }, store.ErrInvalid, "not JSON"},
		{"overlap", func(n *store.NewProjection) { n.Overlaps[0].Overlap = math.NaN() }, store.ErrInvalid, "not a share"},
		{"embedding", func(n *store.NewProjection) { n.EmbeddingID = 77 }, store.ErrNotFound, "no embedding 77"},
		{"method", func(n *store.NewProjection) { n.Method = "tsne" }, nil, "CHECK constraint"},
		{"trustworthiness", func(n *store.NewProjection) { *n.Trustworthiness = 1.5 }, nil, "CHECK constraint"},
	}
	for _, test := range tests {
		n := mapOf(1)
		test.change(&n)
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.PutProjection(n) })
		if err == nil || test.kind != nil && !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	sound(t, db)
}

// A map that is drawn anew replaces the one before.
func TestProjectionReplaced(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	put(t, db, mapOf(1))
	update(t, db, func(tx *store.Tx) error {
		number, err := tx.NewAlignment()
		again := mapOf(1)
		again.Alignment, again.Seed, again.Overlaps = number, 7, nil
		return errors.Join(err, tx.PutProjection(again))
	})
	all := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{}))
	if len(all) != 1 || all[0].Seed != 7 || all[0].Alignment != 1 {
		t.Errorf("projections = %+v", all)
	}
	update(t, db, func(tx *store.Tx) error {
		if number, err := tx.NewAlignment(); err != nil || number != 2 {
			t.Errorf("the next alignment is %d (%v)", number, err)
		}
		return nil
	})
	sound(t, db)
}

// Points that are placed later change no bit of those that are there.
func TestExtendProjection(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	n := mapOf(1)
	n.ImageIDs, n.X, n.Y = []int64{1, 2, 4, 6}, n.X[:4], n.Y[:4]
	put(t, db, n)
	state := func(want store.ProjectionState, wantPlaceless ...int64) {
		t.Helper()
		got, placeless, err := db.ProjectionState(t.Context(), 1, store.UMAP)
		if err != nil || got != want || !slices.Equal(placeless, wantPlaceless) {
			t.Errorf("state = %s %v (%v), want %s %v", got, placeless, err, want, wantPlaceless)
		}
	}
	state(store.ProjectionIncomplete, 3, 5)
	trust := 0.75
	update(t, db, func(tx *store.Tx) error {
		return tx.ExtendProjection(store.Extension{EmbeddingID: 1, Method: store.UMAP, ImageIDs: []int64{3, 5}, X: []float32{30, 50}, Y: []float32{31, 51}, Trustworthiness: &trust})
	})
	state(store.ProjectionEqual)
	got := must[store.ProjectionPoints](t)(db.ProjectionPoints(t.Context(), 1, store.UMAP))
	if !slices.Equal(got.ImageIDs, []int64{1, 2, 3, 4, 5, 6}) || !slices.Equal(got.X, []float32{n.X[0], n.X[1], 30, n.X[2], 50, n.X[3]}) ||
		!slices.Equal(got.Y, []float32{n.Y[0], n.Y[1], 31, n.Y[2], 51, n.Y[3]}) || !slices.Equal(got.Placed, []bool{false, false, true, false, true, false}) {
		t.Errorf("points = %+v", got)
	}
	if p := must[store.Projection](t)(db.ProjectionOf(t.Context(), 1, store.UMAP)); p.Fitted != 4 || p.Extended != 2 || *p.Trustworthiness != 0.75 {
		t.Errorf("projection = %+v", p)
	}
	for _, x := range []store.Extension{
		{EmbeddingID: 1, Method: store.UMAP, ImageIDs: []int64{3}, X: []float32{1}, Y: []float32{1}},
		{EmbeddingID: 1, Method: store.PCA, ImageIDs: []int64{3}, X: []float32{1}, Y: []float32{1}},
		{EmbeddingID: 1, Method: store.UMAP, ImageIDs: []int64{9}, X: []float32{1}, Y: []float32{1}},
	} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.ExtendProjection(x) }); err == nil {
			t.Errorf("%+v was taken", x)
		}
	}
	sound(t, db)
}

// An image takes its points with it, fitted or placed, and the map stays true to its vectors.
func TestDeleteImageDeletesPoints(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	n := mapOf(1)
	n.ImageIDs, n.X, n.Y = n.ImageIDs[:5], n.X[:5], n.Y[:5]
	put(t, db, n)
	put(t, db, mapOf(2))
	update(t, db, func(tx *store.Tx) error {
		return tx.ExtendProjection(store.Extension{EmbeddingID: 1, Method: store.UMAP, ImageIDs: []int64{6}, X: []float32{8}, Y: []float32{8}})
	})
	update(t, db, func(tx *store.Tx) error { return errors.Join(tx.DeleteImage(2), tx.DeleteImage(6)) })
	for embedding, extended := range map[int64]int{1: 0, 2: 0} {
		p := must[store.Projection](t)(db.ProjectionOf(t.Context(), embedding, store.UMAP))
		points := must[store.ProjectionPoints](t)(db.ProjectionPoints(t.Context(), embedding, store.UMAP))
		if p.Fitted != 4 || p.Extended != extended || !slices.Equal(points.ImageIDs, []int64{1, 3, 4, 5}) || !slices.Equal(points.X, []float32{0, 2, 3, 4}) {
			t.Errorf("embedding %d: %+v, %+v", embedding, p, points)
		}
		if state, _, err := db.ProjectionState(t.Context(), embedding, store.UMAP); state != store.ProjectionEqual || err != nil {
			t.Errorf("embedding %d is %s (%v)", embedding, state, err)
		}
	}
	sound(t, db)
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteImage(1), tx.DeleteImage(3), tx.DeleteImage(4), tx.DeleteImage(5))
	})
	if all := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{})); len(all) != 0 {
		t.Errorf("maps without a point: %+v", all)
	}
	sound(t, db)
}

// An id that is given to another image does not lend it the place of the one before.
func TestReusedImageIDHasNoPlace(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	put(t, db, mapOf(1))
	update(t, db, func(tx *store.Tx) error {
		if err := tx.DeleteImage(6); err != nil {
			return err
		}
		id, err := tx.PutImage(newImage(1, "new", storetest.PNG(20, 20, 99)))
		if id != 6 {
			t.Errorf("the new image is %d", id)
		}
		v := store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, 4), Max: make([]float32, 4)}
		return errors.Join(err, tx.PutVector(1, id, v), tx.PutVector(2, id, v))
	})
	state, placeless, err := db.ProjectionState(t.Context(), 1, store.UMAP)
	if state != store.ProjectionIncomplete || !slices.Equal(placeless, []int64{6}) || err != nil {
		t.Errorf("state %s %v (%v)", state, placeless, err)
	}
}

func TestProjectionState(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	db := openFile(t, path, store.ReadWrite)
	state := func() store.ProjectionState {
		t.Helper()
		got, _, err := db.ProjectionState(t.Context(), 1, store.UMAP)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := state(); got != store.ProjectionMissing {
		t.Errorf("before: %s", got)
	}
	for name, change := range map[string]string{
		"runtime": `UPDATE embedding SET runtime = 'another'`,
		"pooling": `UPDATE embedding SET pooling = 'max/1x1' WHERE id = 1`,
		"model":   `UPDATE model SET sha256 = zeroblob(32)`,
	} {
		put(t, db, mapOf(1))
		if got := state(); got != store.ProjectionEqual {
			t.Errorf("%s: %s before", name, got)
		}
		raw(t, path, change)
		if got := state(); got != store.ProjectionStale {
			t.Errorf("%s: %s after", name, got)
		}
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteEmbedding(1) })
	if all := must[[]store.Projection](t)(db.Projections(t.Context(), store.ProjectionFilter{})); len(all) != 0 {
		t.Errorf("maps of vectors that are gone: %+v", all)
	}
}
