package search

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
)

// slowNearest is the definition: measure all, sort by distance and row.
func slowNearest(r *ranker, i int) []int {
	distances := make([]float64, r.v.n)
	for j := range distances {
		distances[j] = r.measure(i, j, math.Inf(1))
	}
	all := allBut(i, r.v.n)
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(distances[a], distances[b]) })
	return all[:min(len(all), scoreDepth)]
}

func randomVectors(n, d int, fill func(rng *rand.Rand) float32) vectors {
	rng := rand.New(rand.NewPCG(7, uint64(n*d)))
	v := vectors{n: n, d: d, data: make([]float32, n*d)}
	for i := range v.data {
		v.data[i] = fill(rng)
	}
	return v
}

func TestRankerIsExact(t *testing.T) {
	positive := func(rng *rand.Rand) float32 { return rng.Float32() }
	sets := map[string]vectors{
		"one row":                    randomVectors(1, 3, positive),
		"two rows":                   randomVectors(2, 3, positive),
		"fewer rows than ranks":      randomVectors(9, 5, positive),
		"spread":                     randomVectors(130, 64, func(rng *rand.Rand) float32 { return float32(rng.NormFloat64()) }),
		"huge and tiny":              randomVectors(130, 40, func(rng *rand.Rand) float32 { return float32(rng.NormFloat64() * 1e15) }),
		"far from the origin":        randomVectors(130, 150, func(rng *rand.Rand) float32 { return 1000 + float32(rng.NormFloat64())*1e-3 }),
		"few values, so many ties":   randomVectors(130, 4, func(rng *rand.Rand) float32 { return float32(rng.IntN(2)) }),
		"all alike":                  randomVectors(70, 8, func(*rand.Rand) float32 { return 0.3 }),
		"all zero":                   randomVectors(70, 8, func(*rand.Rand) float32 { return 0 }),
		"sparse, some rows all zero": randomVectors(130, 6, func(rng *rand.Rand) float32 { return max(0, rng.Float32()-0.7) }),
	}
	metrics := []struct {
		metric store.Metric
		p      float64
	}{{store.Cosine, 0}, {store.Euclidean, 0}, {store.SqEuclidean, 0}, {store.Minkowski, 3}, {store.Minkowski, 1.5}, {store.Minkowski, 1}}
	for name, v := range sets {
		for _, m := range metrics {
			t.Run(name+"/"+MetricKey(m.metric, m.p), func(t *testing.T) {
				r := newRanker(v, m.metric, m.p)
				rows := 0
				err := r.each(t.Context(), func(i int, nearest []int) {
					rows++
					if want := slowNearest(r, i); !slices.Equal(nearest, want) {
						t.Errorf("row %d: got %v, want %v", i, nearest, want)
					}
				})
				if err != nil || rows != v.n {
					t.Fatalf("visited %d of %d rows, error %v", rows, v.n, err)
				}
			})
		}
	}
}

// The filter must be what makes it fast: on vectors like those of a network it lets through a few rows, not all.
func TestFilterNarrows(t *testing.T) {
	v := randomVectors(600, 512, func(rng *rand.Rand) float32 { return float32(max(0, rng.NormFloat64())) })
	f := newFilter(v, rowNorms(v))
	candidates := f.block(0, 1)
	if got := len(candidates(0)); got < scoreDepth || got > 3*scoreDepth {
		t.Errorf("%d candidates for %d places", got, scoreDepth)
	}
}

func TestKthSmallest(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		k      int
		want   float64
	}{
		{[]float64{5}, 3, 5},
		{[]float64{5, 1, 4, 1}, 2, 1},
		{[]float64{5, 1, 4, 1}, 3, 4},
		{[]float64{9, 8, 7, 6}, 1, 6},
	} {
		if got := kthSmallest(tt.values, tt.k); got != tt.want {
			t.Errorf("kthSmallest(%v, %d) = %v, want %v", tt.values, tt.k, got, tt.want)
		}
	}
}

func BenchmarkEvaluateRanks(b *testing.B) {
	v := randomVectors(2000, 2048, func(rng *rand.Rand) float32 { return float32(max(0, rng.NormFloat64())) })
	for _, metric := range []store.Metric{store.Cosine, store.Euclidean, store.Minkowski} {
		b.Run(string(metric), func(b *testing.B) {
			for b.Loop() {
				if err := newRanker(v, metric, 3).each(b.Context(), func(int, []int) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
