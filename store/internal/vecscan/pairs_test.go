package vecscan

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// orders runs Order and returns, for every measure, every row's order.
func orders(t testing.TB, rows [][]float32, measures []Measure, depth int) [][][]int32 {
	t.Helper()
	p, err := NewPairs(len(rows), len(rows[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, v := range rows {
		p.Set(i, v)
	}
	all := make([][][]int32, len(measures))
	for m := range all {
		all[m] = make([][]int32, len(rows))
	}
	var once sync.Mutex
	err = p.Order(t.Context(), measures, depth, func(m, i int, order []int32) {
		once.Lock()
		defer once.Unlock()
		if all[m][i] != nil {
			t.Errorf("row %d was visited twice", i)
		}
		all[m][i] = slices.Clone(order)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wantOrder is the definition: measure all in 64 bits with the function that searches use, sort by distance and row.
func wantOrder(m Measure, rows [][]float32, i int) []int32 {
	distances := make([]float64, len(rows))
	all := []int32{}
	for j := range rows {
		distances[j] = Distance(m, rows[j], rows[i])
		if j != i {
			all = append(all, int32(j))
		}
	}
	slices.SortStableFunc(all, func(a, b int32) int { return cmp.Compare(distances[a], distances[b]) })
	return all
}

var orderMeasures = []Measure{{Cosine, 0}, {Euclidean, 0}, {SqEuclidean, 0}, {Minkowski, 1}, {Minkowski, 2}, {Minkowski, 3}, {Minkowski, 4}, {Minkowski, 1.5}}

func TestOrderIsExact(t *testing.T) {
	normal := func(r *rand.Rand) float32 { return float32(r.NormFloat64()) }
	sets := map[string]struct {
		n, dim int
		draw   func(*rand.Rand) float32
	}{
		"one row":                    {1, 3, normal},
		"two rows":                   {2, 3, normal},
		"spread":                     {130, 64, normal},
		"long":                       {50, 700, normal},
		"huge":                       {97, 40, func(r *rand.Rand) float32 { return float32(1e38 * (2*r.Float64() - 1)) }},
		"tiny":                       {97, 40, func(r *rand.Rand) float32 { return float32(1e-38 * (2*r.Float64() - 1)) }},
		"wide":                       {97, 40, func(r *rand.Rand) float32 { return float32(r.NormFloat64() * math.Pow(10, 60*r.Float64()-30)) }},
		"far from the origin":        {97, 150, func(r *rand.Rand) float32 { return 1000 + float32(r.NormFloat64())*1e-3 }},
		"few values, so many ties":   {130, 4, func(r *rand.Rand) float32 { return float32(r.IntN(2)) }},
		"all alike":                  {70, 8, func(*rand.Rand) float32 { return 0.3 }},
		"all zero":                   {70, 8, func(*rand.Rand) float32 { return 0 }},
		"sparse, some rows all zero": {130, 6, func(r *rand.Rand) float32 { return max(0, r.Float32()-0.7) }},
	}
	for name, set := range sets {
		rng := rand.New(rand.NewPCG(3, uint64(set.n*set.dim)))
		rows := make([][]float32, set.n)
		for i := range rows {
			rows[i] = make([]float32, set.dim)
			for k := range rows[i] {
				rows[i][k] = set.draw(rng)
			}
		}
		for _, kernel := range kernels(t) {
			for _, depth := range []int{20, 1000} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, kernel, depth), func(t *testing.T) {
					Use(kernel)
					checkOrders(t, rows, depth)
				})
			}
		}
	}
}

func checkOrders(t *testing.T, rows [][]float32, depth int) {
	for m, got := range orders(t, rows, orderMeasures, depth) {
		for i := range rows {
			want, places := wantOrder(orderMeasures[m], rows, i), min(depth, len(rows)-1)
			if len(got[i]) != len(want) || !slices.Equal(got[i][:places], want[:places]) {
				t.Fatalf("%v, row %d: got %v, want %v", orderMeasures[m], i, got[i], want)
			}
			if sorted := slices.Sorted(slices.Values(got[i])); !slices.Equal(sorted, slices.Sorted(slices.Values(want))) {
				t.Fatalf("%v, row %d: some row is missing or there twice: %v", orderMeasures[m], i, sorted)
			}
		}
	}
}

// Beyond the exact places rows that are equal still tie by row, and the order is that of the distances up to rounding.
func TestOrderBeyondDepth(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	rows := make([][]float32, 300)
	for i := range rows {
		rows[i] = make([]float32, 200)
		for k := range rows[i] {
			rows[i][k] = rows[i/100*100+i%50][k] // in each hundred, the second fifty repeat the first
			if i%100 < 50 {
				rows[i][k] = float32(max(0, rng.NormFloat64()))
			}
		}
	}
	for m, got := range orders(t, rows, orderMeasures, 5) {
		for i, order := range got {
			for r := 1; r < len(order); r++ {
				a, b := Distance(orderMeasures[m], rows[order[r-1]], rows[i]), Distance(orderMeasures[m], rows[order[r]], rows[i])
				if a > b+1e-5*b || a == b && order[r-1] > order[r] {
					t.Fatalf("%v, row %d: rows %d at %v and %d at %v are the wrong way round", orderMeasures[m], i, order[r-1], a, order[r], b)
				}
			}
		}
	}
}

func TestOrderStops(t *testing.T) {
	p, err := NewPairs(1000, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i := range 1000 {
		p.Set(i, []float32{float32(i), 1, 2, 3})
	}
	ctx, cancel := context.WithCancel(t.Context())
	visited := 0
	var once sync.Mutex
	err = p.Order(ctx, orderMeasures, 5, func(int, int, []int32) {
		once.Lock()
		defer once.Unlock()
		visited++
		cancel()
	})
	if err == nil || visited > 4*blockPanels*48*len(orderMeasures) {
		t.Errorf("error %v after %d visits", err, visited)
	}
	nan := float32(math.NaN())
	p.Set(3, []float32{nan, 0, 0, 0})
	if err := p.Order(t.Context(), orderMeasures[:1], 5, func(int, int, []int32) {}); err == nil {
		t.Error("a row that is not finite was ordered")
	}
}
