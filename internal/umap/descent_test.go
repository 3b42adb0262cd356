package umap

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// recall is the share of the true neighbors of every step-th point that are found, the points themselves left out.
func recall(t testing.TB, s *space, found Neighbors, step int) float64 {
	t.Helper()
	right, all := 0, 0
	for lo := 0; lo < s.rows; lo += step {
		value, id := make([]float32, found.K+8), make([]int32, found.K+8)
		room := rooms.Get().(*[]float32)
		s.candidates(s, lo, lo+1, len(id), value, id, *room)
		rooms.Put(room)
		truth := Neighbors{K: found.K, Index: make([]int32, found.K*(lo+1)), Distance: make([]float32, found.K*(lo+1))}
		truth.choose(s, lo, s, id)
		for _, j := range truth.Index[lo*found.K+1:] {
			all++
			if slices.Contains(found.Index[lo*found.K:(lo+1)*found.K], j) {
				right++
			}
		}
	}
	return float64(right) / float64(all)
}

// Descent is tried on fewer points than it is used for, where it has less to gain and all the same to lose.
func TestDescent(t *testing.T) {
	blob := points(3000, 12, noise)
	mix, _ := mixture{6000, 64, 20, 12, 1, 31}.make()
	for name, x := range map[string]Matrix{"mixture": mix, "one blob": blob} {
		for _, metric := range []Metric{Euclidean, {"cosine", 0}, {"minkowski", 3}} {
			s := must(newSpace(ctx, x, metric))(t)
			n := must(s.descend(ctx, 15, func(int, int) {}))(t)
			if r := recall(t, s, n, 7); r < 0.97 {
				t.Errorf("%s, %s: %.4f of the neighbors are found", name, metric.Name, r)
			}
			if err := n.validate(); err != nil {
				t.Errorf("%s, %s: %v", name, metric.Name, err)
			}
		}
	}
}

func TestDescentDeterminism(t *testing.T) {
	x, _ := mixture{2500, 16, 10, 8, 1, 33}.make()
	s := must(newSpace(ctx, x, Euclidean))(t)
	var first Neighbors
	for _, procs := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(procs)
		n, err := s.descend(ctx, 15, func(int, int) {})
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if first.Index == nil {
			first = n
		}
		if !slices.Equal(n.Index, first.Index) || !slices.Equal(n.Distance, first.Distance) {
			t.Errorf("%d processors find other neighbors than one", procs)
		}
	}
}

// Points that are all the same, or in few places, have neighbors too.
func TestDescentDuplicates(t *testing.T) {
	for _, places := range []int{1, 3, 200} {
		x := points(1000, 4, func(i, j int) float64 { return noise(i%places, j) })
		s := must(newSpace(ctx, x, Euclidean))(t)
		n := must(s.descend(ctx, 15, func(int, int) {}))(t)
		for i := range x.Rows {
			if d := n.Distance[i*15+4]; d != 0 {
				t.Fatalf("%d places: point %d has a neighbor at distance %v", places, i, d)
			}
		}
	}
	for _, rows := range []int{2, 3, 16} {
		s := must(newSpace(ctx, points(rows, 4, noise), Euclidean))(t)
		n := must(s.descend(ctx, rows, func(int, int) {}))(t)
		if slices.Contains(n.Index, -1) {
			t.Errorf("%d points: %s", rows, fmt.Sprint(n.Index))
		}
	}
}
