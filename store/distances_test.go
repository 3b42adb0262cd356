package store_test

import (
	"errors"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// What pairs are apart is what a search with one of them says of the other.
func TestPairDistances(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(30, "cat", "dog")})
	for _, m := range []store.Measure{{Metric: store.Cosine}, {Metric: store.Euclidean}, {Metric: store.SqEuclidean}, {Metric: store.Minkowski}, {Metric: store.Minkowski, P: 1.5}} {
		var pairs []store.Pair
		var want []float64
		for id := int64(1); id <= 30; id++ {
			v := must[[]float32](t)(db.Vector(t.Context(), 1, id))
			found := must[store.Result](t)(db.Neighbors(t.Context(), 1, store.Query{Vector: v, Metric: m.Metric, P: m.P, K: 30, Exclude: []int64{id}}))
			for _, n := range found.Neighbors {
				pairs, want = append(pairs, store.Pair{id, n.ImageID}), append(want, n.Distance)
			}
		}
		got := must[[]float64](t)(db.PairDistances(t.Context(), 1, m, pairs))
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%v: pair %v is %v apart, a search says %v", m, pairs[i], got[i], want[i])
			}
		}
	}
}

func TestPairDistancesRefuses(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	tests := map[string]struct {
		embedding int64
		measure   store.Measure
		pair      store.Pair
		want      error
	}{
		"an unknown image":     {1, store.Measure{Metric: store.Cosine}, store.Pair{1, 99}, store.ErrNotFound},
		"an unknown embedding": {9, store.Measure{Metric: store.Cosine}, store.Pair{1, 2}, store.ErrNotFound},
		"an unknown metric":    {1, store.Measure{Metric: "hamming"}, store.Pair{1, 2}, store.ErrInvalid},
		"a small p":            {1, store.Measure{Metric: store.Minkowski, P: 0.5}, store.Pair{1, 2}, store.ErrInvalid},
	}
	for name, tt := range tests {
		if _, err := db.PairDistances(t.Context(), tt.embedding, tt.measure, []store.Pair{tt.pair}); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if none, err := db.PairDistances(t.Context(), 1, store.Measure{Metric: store.Cosine}, nil); err != nil || len(none) != 0 {
		t.Errorf("no pairs: %v, %v", none, err)
	}
}
