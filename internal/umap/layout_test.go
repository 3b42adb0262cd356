package umap

import (
	"math"
	"slices"
	"testing"
)

// Two points with an edge and nothing that pushes: computed by hand, pull after pull, with powers instead of tables.
func TestLayoutOfOneEdge(t *testing.T) {
	o := DefaultOptions()
	o.Epochs, o.NegativeSampleRate = 4, 0
	l := newLayout(o)
	l.add(Graph{Start: []int{0, 1, 2}, Col: []int32{1, 0}, Weight: []float32{0.5, 0.5}}, []float32{0, 0, 3, 4}, 1)
	a, b := fitCurve(o.Spread, o.MinDist)
	at, seen := [][2]float64{{0, 0}, {3, 4}}, [][2]float64{{0, 0}, {3, 4}}
	for epoch := 1; epoch < 4; epoch++ {
		alpha := 1 - float64(epoch-1)/4
		for _, group := range l.groups {
			var points []int
			for _, turn := range group {
				for _, i := range turn.points {
					points = append(points, int(i))
				}
			}
			for _, i := range points {
				for range 2 {
					dx, dy := at[i][0]-seen[1-i][0], at[i][1]-seen[1-i][1]
					d := dx*dx + dy*dy
					pull := -2 * a * b * math.Pow(d, b-1) / (1 + a*math.Pow(d, b))
					at[i][0] += alpha * min(max(pull*dx, -4), 4)
					at[i][1] += alpha * min(max(pull*dy, -4), 4)
				}
			}
			for _, i := range points {
				seen[i] = at[i]
			}
		}
	}
	if err := l.run(ctx, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	near(t, "coordinates", l.maps[0].seen, slices.Concat(seen[0][:], seen[1][:]), 1e-3)
}

// An edge of a share of the heaviest's weight draws in that share of the epochs.
func TestLayoutDue(t *testing.T) {
	for _, rate := range []float32{1, 0.5, 0.3, 0.01} {
		o := DefaultOptions()
		o.Epochs, o.NegativeSampleRate, o.LearningRate = 201, 0, 1e-6
		l := newLayout(o)
		l.pulls = 1
		l.add(Graph{Start: []int{0, 1, 1}, Col: []int32{1}, Weight: []float32{rate}}, []float32{0, 0, 1e3, 0}, 1)
		l.maps[0].rates[0] = rate
		draws, last := 0, float32(0)
		for epoch := 1; epoch <= 200; epoch++ {
			for _, group := range l.groups {
				for _, turn := range group {
					l.move(turn, epoch)
				}
			}
			if now := l.maps[0].place[0]; now != last {
				draws, last = draws+1, now
			}
		}
		if want := int(200 * rate); draws < want-1 || draws > want {
			t.Errorf("an edge of rate %v draws %d times in 200 epochs", rate, draws)
		}
	}
}

// Groups hold every point once.
func TestDivide(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 1000} {
		var all []int32
		for _, group := range divide(n, layoutGroups, 5) {
			all = append(all, group...)
		}
		slices.Sort(all)
		for i, v := range all {
			if int(v) != i || len(all) != n {
				t.Fatalf("%d points are divided into %v", n, all)
			}
		}
	}
}
