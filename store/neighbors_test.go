package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// vec0's own MATCH, which any SQLite client with sqlite-vec can use, finds the same neighbors.
func TestNeighborsAgreeWithVec0(t *testing.T) {
	const k = 25
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(300, "a", "b", "c"), Dimension: 48})
	query := must[[]float32](t)(db.Vector(t.Context(), 2, 5))
	got := must[store.Result](t)(db.Neighbors(t.Context(), 2, store.Query{Vector: query, Metric: store.Euclidean, K: k}))
	text, err := json.Marshal(query)
	if err != nil {
		t.Fatal(err)
	}
	raw := must[*sql.DB](t)(sql.Open("sqlite3", "file:"+db.Path()+"?mode=ro"))
	defer raw.Close()
	rows := must[*sql.Rows](t)(raw.Query(`SELECT rowid, distance FROM vec_2 WHERE embedding MATCH ? AND k = ? ORDER BY distance`, string(text), k))
	defer rows.Close()
	rank := 0
	for ; rows.Next(); rank++ {
		var id int64
		var distance float64
		if err := rows.Scan(&id, &distance); err != nil {
			t.Fatal(err)
		}
		if n := got.Neighbors[rank]; n.ImageID != id || math.Abs(n.Distance-distance) > 1e-5 {
			t.Errorf("rank %d: %+v, vec0 has image %d at %g", rank, n, id, distance)
		}
	}
	if rank != k || got.Compared != 300 {
		t.Errorf("%d ranks, %d compared", rank, got.Compared)
	}
}

// After deletions vec0 keeps the old bytes in its chunks; they must not be found.
func TestNeighborsAfterDeletions(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(40, "a")})
	update(t, db, func(tx *store.Tx) error {
		for id := int64(1); id <= 40; id += 3 {
			if err := tx.DeleteImage(id); err != nil {
				return err
			}
		}
		return nil
	})
	query := must[[]float32](t)(db.Vector(t.Context(), 1, 2))
	r := must[store.Result](t)(db.Neighbors(t.Context(), 1, store.Query{Vector: query, Metric: store.Cosine, K: 100, Exclude: []int64{2}}))
	if r.Compared != 25 || len(r.Neighbors) != 25 {
		t.Errorf("%d compared, %d found", r.Compared, len(r.Neighbors))
	}
	for _, n := range r.Neighbors {
		if n.ImageID%3 == 1 || n.ImageID == 2 {
			t.Errorf("found image %d", n.ImageID)
		}
	}
}

func TestNeighborsFarthest(t *testing.T) {
	points := [][]float32{{0, 0}, {3, 4}, {6, 8}, {0, 1}}
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(4), Dimension: 2, Channels: 2, Vector: func(i, _ int) []float32 { return points[i] }})
	tests := []struct {
		query store.Query
		want  store.Result
	}{
		{store.Query{Metric: store.Euclidean, K: 2}, store.Result{Neighbors: []store.Neighbor{{ImageID: 1}, {ImageID: 4, Distance: 1}}, Farthest: 10, Compared: 4}},
		{store.Query{Metric: store.SqEuclidean, K: 1, Exclude: []int64{1}}, store.Result{Neighbors: []store.Neighbor{{ImageID: 4, Distance: 1}}, Farthest: 100, Compared: 3}},
		{store.Query{Metric: store.Minkowski, P: 1, K: 1, Exclude: []int64{1}}, store.Result{Neighbors: []store.Neighbor{{ImageID: 4, Distance: 1}}, Farthest: 14, Compared: 3}},
		{store.Query{Metric: store.Minkowski, K: 1, Exclude: []int64{1}}, store.Result{Neighbors: []store.Neighbor{{ImageID: 4, Distance: 1}}, Farthest: math.Cbrt(728), Compared: 3}},
		{store.Query{Metric: store.Cosine, K: 1, Exclude: []int64{1}}, store.Result{Neighbors: []store.Neighbor{{ImageID: 2, Distance: 1}}, Farthest: 1, Compared: 3}},
	}
	for _, test := range tests {
		test.query.Vector = []float32{0, 0}
		got := must[store.Result](t)(db.Neighbors(t.Context(), 1, test.query))
		if !slices.Equal(got.Neighbors, test.want.Neighbors) || math.Abs(got.Farthest-test.want.Farthest) > 1e-12 || got.Compared != test.want.Compared {
			t.Errorf("%+v: %+v, want %+v", test.query, got, test.want)
		}
	}
}

func TestNeighborsRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	good := store.Query{Vector: make([]float32, 8), Metric: store.Cosine, K: 1}
	for name, spoil := range map[string]func(q *store.Query){
		"metric":   func(q *store.Query) { q.Metric = "taxicab" },
		"k":        func(q *store.Query) { q.K = 0 },
		"large k":  func(q *store.Query) { q.K = store.MaxK + 1 },
		"p":        func(q *store.Query) { q.Metric, q.P = store.Minkowski, 0.5 },
		"NaN p":    func(q *store.Query) { q.Metric, q.P = store.Minkowski, math.NaN() },
		"length":   func(q *store.Query) { q.Vector = make([]float32, 7) },
		"no query": func(q *store.Query) { q.Vector = nil },
		"NaN":      func(q *store.Query) { q.Vector = []float32{0, 0, 0, 0, 0, 0, 0, float32(math.NaN())} },
	} {
		bad := good
		spoil(&bad)
		if _, err := db.Neighbors(t.Context(), 1, bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := db.Neighbors(t.Context(), 77, good); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no embedding: %v", err)
	}
	raw(t, db.Path(), `UPDATE vec_1_vector_chunks00 SET vectors = zeroblob(100)`)
	if _, err := db.Neighbors(t.Context(), 1, good); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("damaged chunk: %v", err)
	}
}

func TestParseMetric(t *testing.T) {
	for _, m := range store.Metrics() {
		if got, err := store.ParseMetric(string(m)); got != m || err != nil {
			t.Errorf("ParseMetric(%q) = %q, %v", m, got, err)
		}
	}
	if _, err := store.ParseMetric("Cosine"); !errors.Is(err, store.ErrInvalid) {
		t.Error("names are exact")
	}
}

func ExampleParseMetric() {
	_, err := store.ParseMetric("manhattan")
	fmt.Println(err)
	// Output: there is no metric "manhattan": use cosine, euclidean, sqeuclidean or minkowski
}
