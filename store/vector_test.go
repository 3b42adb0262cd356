package store_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/migrations"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestEmbeddings(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two", Model: "other", Layers: []string{"only"}})
	all := must[[]store.Embedding](t)(db.Embeddings(t.Context(), store.EmbeddingFilter{}))
	want := store.Embedding{ID: 2, DatasetID: 1, ModelID: 1, LayerID: 2, Model: "tiny", Layer: "late", LayerType: "Conv2D", LayerPosition: 1,
		Channels: 4, Pooling: "avg/1x1", Dimension: 8, Runtime: "onnxruntime 1.30.0", Vectors: 6}
	if len(all) != 3 || all[1] != want {
		t.Fatalf("embeddings = %+v", all)
	}
	for name, test := range map[string]struct {
		filter store.EmbeddingFilter
		want   int
	}{
		"dataset": {store.EmbeddingFilter{DatasetID: 1}, 2}, "model": {store.EmbeddingFilter{Model: "other"}, 1},
		"layer": {store.EmbeddingFilter{DatasetID: 1, Layer: "early"}, 1}, "pooling": {store.EmbeddingFilter{Pooling: "max/1x1"}, 0},
		"all four": {store.EmbeddingFilter{DatasetID: 1, Model: "tiny", Layer: "late", Pooling: "avg/1x1"}, 1},
	} {
		if got := must[[]store.Embedding](t)(db.Embeddings(t.Context(), test.filter)); len(got) != test.want {
			t.Errorf("%s: %d embeddings, want %d", name, len(got), test.want)
		}
	}
}

func TestEnsureEmbedding(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	n := store.NewEmbedding{DatasetID: 1, ModelID: 1, Layer: "late", Pooling: "avg/1x1", Dimension: 8, Runtime: "onnxruntime 9"}
	update(t, db, func(tx *store.Tx) error {
		e, err := tx.EnsureEmbedding(n)
		if e.ID != 2 || e.Runtime != "onnxruntime 1.30.0" {
			t.Errorf("an existing embedding must come back as it is: %+v", e)
		}
		return err
	})
	for name, spoil := range map[string]func(n *store.NewEmbedding){
		"no such layer":   func(n *store.NewEmbedding) { n.Layer = "none" },
		"no such dataset": func(n *store.NewEmbedding) { n.DatasetID = 9 },
		"other dimension": func(n *store.NewEmbedding) { n.Dimension = 9 },
		"no dimension":    func(n *store.NewEmbedding) { n.Pooling, n.Dimension = "new", 0 },
		"too many":        func(n *store.NewEmbedding) { n.Pooling, n.Dimension = "new", 8193 },
	} {
		bad := n
		spoil(&bad)
		if err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.EnsureEmbedding(bad); return err }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteEmbedding(2) })
	if got := rawValue(t, db.Path(), `SELECT count(*) FROM sqlite_schema WHERE name LIKE 'vec_2%'`); got != "0" {
		t.Errorf("%s tables left of a deleted embedding", got)
	}
	sound(t, db)
}

func TestVectors(t *testing.T) {
	spec := storetest.Spec{Vector: func(image, layer int) []float32 {
		return []float32{float32(image), float32(layer), -1.5, 3e38, 1e-45, 0, 7, 8}
	}}
	db := storetest.New(t, spec)
	for image := range 6 {
		want := spec.Vector(image, 1)
		if got := must[[]float32](t)(db.Vector(t.Context(), 2, int64(image+1))); !slices.Equal(got, want) {
			t.Errorf("vector of image %d = %v, want %v", image+1, got, want)
		}
		mean, maximum, err := db.ChannelStats(t.Context(), 2, int64(image+1))
		if err != nil || !slices.Equal(mean, want[:4]) || !slices.Equal(maximum, want[:4]) {
			t.Errorf("channels of image %d = %v, %v, %v", image+1, mean, maximum, err)
		}
	}
	var order []int64
	err := db.Vectors(t.Context(), 2, func(id int64, v []float32) error {
		order = append(order, id)
		if !slices.Equal(v, spec.Vector(int(id-1), 1)) {
			t.Errorf("vector of image %d = %v", id, v)
		}
		return nil
	})
	if err != nil || !slices.Equal(order, []int64{1, 2, 3, 4, 5, 6}) {
		t.Errorf("order %v, %v", order, err)
	}
	stop := errors.New("stop")
	if err := db.Vectors(t.Context(), 2, func(int64, []float32) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	for name, err := range map[string]error{
		"no image":     second(db.Vector(t.Context(), 2, 99)),
		"no embedding": second(db.Vector(t.Context(), 99, 1)),
		"none to walk": db.Vectors(t.Context(), 99, nil),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// The order of Vectors is that of image ids, however the rows lie in their chunks.
func TestVectorsOrderAfterReplacing(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(30, "a")})
	v := store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, 4), Max: make([]float32, 4)}
	update(t, db, func(tx *store.Tx) error {
		for _, id := range []int64{3, 17, 1, 30, 12} {
			v.Embedding[0] = float32(id)
			if err := tx.PutVector(1, id, v); err != nil {
				return err
			}
		}
		return nil
	})
	last := int64(0)
	err := db.Vectors(t.Context(), 1, func(id int64, got []float32) error {
		if id != last+1 {
			t.Errorf("image %d after %d", id, last)
		}
		if slices.Contains([]int64{3, 17, 1, 30, 12}, id) && got[0] != float32(id) {
			t.Errorf("image %d was not replaced: %v", id, got)
		}
		last = id
		return nil
	})
	if err != nil || last != 30 {
		t.Errorf("last %d, %v", last, err)
	}
	sound(t, db)
}

func TestPutVectorRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two"})
	good := store.Vector{Embedding: make([]float32, 8), Mean: make([]float32, 4), Max: make([]float32, 4)}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name             string
		embedding, image int64
		v                store.Vector
		kind             error
	}{
		{"short", 1, 1, store.Vector{Embedding: good.Embedding[:7], Mean: good.Mean, Max: good.Max}, store.ErrInvalid},
		{"NaN", 1, 1, store.Vector{Embedding: []float32{0, 0, 0, nan, 0, 0, 0, 0}, Mean: good.Mean, Max: good.Max}, store.ErrInvalid},
		{"infinite", 1, 1, store.Vector{Embedding: []float32{0, 0, 0, 0, 0, 0, 0, inf}, Mean: good.Mean, Max: good.Max}, store.ErrInvalid},
		{"NaN mean", 1, 1, store.Vector{Embedding: good.Embedding, Mean: []float32{0, nan, 0, 0}, Max: good.Max}, store.ErrInvalid},
		{"few channels", 1, 1, store.Vector{Embedding: good.Embedding, Mean: good.Mean, Max: good.Max[:3]}, store.ErrInvalid},
		{"no embedding", 77, 1, good, store.ErrNotFound},
		{"no image", 1, 77, good, store.ErrNotFound},
		{"image of another dataset", 1, 8, good, store.ErrNotFound},
	}
	for _, test := range tests {
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.PutVector(test.embedding, test.image, test.v) })
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), "insert the vector") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	sound(t, db)
}

func TestMissingImages(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two"})
	if got := must[[]int64](t)(db.MissingImages(t.Context(), []int64{1, 2}, 1)); len(got) != 0 {
		t.Errorf("missing %v of none", got)
	}
	raw(t, db.Path(), `DELETE FROM vec_1 WHERE rowid IN (2, 5)`, `DELETE FROM vec_2 WHERE rowid IN (5, 6)`)
	for _, test := range []struct{ embeddings, want []int64 }{
		{[]int64{1}, []int64{2, 5}}, {[]int64{1, 2}, []int64{2, 5, 6}}, {nil, []int64{}},
	} {
		if got := must[[]int64](t)(db.MissingImages(t.Context(), test.embeddings, 1)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("missing in %v = %v, want %v", test.embeddings, got, test.want)
		}
	}
}

// Chunks are chosen so that little of the file is empty, which real files confirm.
func TestChunkSizeWastesLittle(t *testing.T) {
	tests := []struct {
		dimension, rows, expected int
		most                      float64
	}{
		{512, 200, 200, 1.05}, {128, 200, 200, 1.05}, {8192, 200, 200, 1.05}, {2048, 1000, 1000, 1.05}, {512, 3000, 3000, 1.05}, {1024, 700, 0, 1.10},
		{3000, 333, 333, 1.06},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d×%d", test.rows, test.dimension), func(t *testing.T) {
			v := make([]float32, test.dimension)
			path := filepath.Join(t.TempDir(), "chunks.db")
			db := openFile(t, path, store.Create)
			empty := int64(0)
			update(t, db, func(tx *store.Tx) error {
				_, e, err := putMany(tx, store.NewEmbedding{Dimension: test.dimension, ExpectedRows: test.expected}, test.rows)
				for id := int64(1); err == nil && id <= int64(test.rows); id++ {
					v[0]++
					err = tx.PutVector(e.ID, id, store.Vector{Embedding: v, Mean: []float32{0}, Max: []float32{0}})
				}
				return err
			})
			db.Close()
			must[int](t)(fmt.Sscan(rawValue(t, path, `SELECT sum(length(vectors)) FROM vec_1_vector_chunks00`), &empty))
			before := must[os.FileInfo](t)(os.Stat(path)).Size()
			raw(t, path, `DROP TABLE vec_1`, `VACUUM`)
			used := before - must[os.FileInfo](t)(os.Stat(path)).Size()
			// Each of the seven B-trees of a vec0 table begins with a page of its own.
			need := int64(test.rows * (4*test.dimension + 8 + 20)) // the row in its chunk, in the map of rows, and its statistics
			if got := float64(used) / float64(need+7*65536); got > test.most {
				t.Errorf("%d bytes for %d: %.3f (chunks hold %d)", used, need, got, empty)
			}
		})
	}
}

// putMany stores images of a few bytes and an embedding for them.
func putMany(tx *store.Tx, n store.NewEmbedding, images int) (dataset int64, e store.Embedding, err error) {
	spec := storetest.Spec{Layers: []string{"only"}, Channels: 1}
	if dataset, err = tx.EnsureDataset("many"); err != nil {
		return 0, e, err
	}
	model, err := tx.EnsureModel(spec.NewModel())
	for i := 0; err == nil && i < images; i++ {
		_, err = tx.PutImage(newImage(dataset, "x", binary.LittleEndian.AppendUint64(nil, uint64(i))))
	}
	if err != nil {
		return 0, e, err
	}
	n.DatasetID, n.ModelID, n.Layer, n.Pooling = dataset, model, "only", "avg/1x1"
	e, err = tx.EnsureEmbedding(n)
	return dataset, e, err
}

func TestChunkSizeIsAllowed(t *testing.T) {
	for _, dimension := range []int{1, 3, 8, 500, 512, 4096, 8191, 8192} {
		for _, rows := range []int{-1, 0, 1, 8, 199, 200, 4097, 100_000} {
			if size := store.ChunkSize(dimension, rows); size < 8 || size%8 != 0 || size > 4096 || 4*size*dimension > 2<<20 {
				t.Errorf("dimension %d, %d rows: chunks of %d", dimension, rows, size)
			}
		}
	}
}

func TestScores(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two"})
	scores := []store.Score{
		{EmbeddingID: 1, Metric: "cosine", Category: "", Weighted: 61.25, Queries: 6},
		{EmbeddingID: 1, Metric: "cosine", Category: "cat", Weighted: 50, Queries: 3},
		{EmbeddingID: 2, Metric: "minkowski:3", Category: "", Weighted: 70, Queries: 6},
	}
	old := slices.Clone(scores)
	old[0].Weighted = 1
	for _, s := range [][]store.Score{old, scores, {{EmbeddingID: 3, Metric: "cosine"}}} {
		if err := db.PutScores(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if got := must[[]store.Score](t)(db.Scores(t.Context(), 1)); !reflect.DeepEqual(got, scores) {
		t.Errorf("scores = %+v", got)
	}
	update(t, db, func(tx *store.Tx) error { return tx.DeleteScores(1) })
	if got := must[[]store.Score](t)(db.Scores(t.Context(), 1)); len(got) != 0 {
		t.Errorf("deleted scores = %+v", got)
	}
	if got := must[[]store.Score](t)(db.Scores(t.Context(), 2)); len(got) != 1 {
		t.Errorf("scores of the other dataset = %+v", got)
	}
	if err := db.PutScores(t.Context(), []store.Score{{EmbeddingID: 77}}); err == nil {
		t.Error("a score of no embedding")
	}
}

func TestRunsAndInfo(t *testing.T) {
	images := storetest.Images(3, "a")
	images[0].Thumbnail = storetest.PNG(4, 4, 1)
	db := storetest.New(t, storetest.Spec{Images: images})
	update(t, db, func(tx *store.Tx) error {
		id, err := tx.StartRun(1, "ingest", map[string]string{"layers": "all"})
		if err != nil {
			return err
		}
		if _, err := tx.StartRun(1, "evaluate", nil); err != nil {
			return err
		}
		return tx.FinishRun(id, store.RunDone, struct{ Added int }{3})
	})
	info := must[store.Info](t)(db.Info(t.Context()))
	if len(info.Runs) != 2 || info.Runs[0].Status != store.RunRunning || info.Runs[1].Status != store.RunDone ||
		string(info.Runs[1].Summary) != `{"Added":3}` || string(info.Runs[1].Options) != `{"layers":"all"}` || info.Runs[1].FinishedAt == "" {
		t.Errorf("runs = %+v", info.Runs)
	}
	originals := int64(0)
	for _, i := range images {
		originals += int64(len(i.Data))
	}
	if info.OriginalBytes != originals || info.ThumbnailBytes != int64(len(images[0].Thumbnail)) || info.ModelBytes != int64(len("graph of tiny")) ||
		info.VectorBytes != 2*3*4*(8+2*4) || info.PageSize != 65536 || info.SchemaVersion != len(must[[]migrations.Migration](t)(migrations.All())) || info.Snapshot != nil {
		t.Errorf("info = %+v", info)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.FinishRun(1, "perhaps", nil) }); err == nil {
		t.Error("an unknown status was stored")
	}
}
