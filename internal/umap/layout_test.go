package umap

import (
	"math"
	"testing"
)

// Two points with an edge and nothing that pushes: computed by hand, pull after pull, with powers instead of tables. The
// edge is in the graph from either point, so it draws twice an epoch; the second time it finds both where they have gone.
func TestLayoutOfOneEdge(t *testing.T) {
	o := DefaultOptions()
	o.Epochs, o.NegativeSampleRate = 4, 0
	l := newLayout(o)
	l.add(Graph{Start: []int{0, 1, 2}, Col: []int32{1, 0}, Weight: []float32{0.5, 0.5}}, []float32{0, 0, 3, 4})
	a, b := fitCurve(o.Spread, o.MinDist)
	at := []float64{0, 0, 3, 4}
	for epoch := 1; epoch < 4; epoch++ {
		alpha := 1 - float64(epoch-1)/4
		for range 2 {
			dx, dy := at[2]-at[0], at[3]-at[1]
			d := dx*dx + dy*dy
			pull := -2 * a * b * math.Pow(d, b-1) / (1 + a*math.Pow(d, b))
			x, y := alpha*min(max(pull*dx, -4), 4), alpha*min(max(pull*dy, -4), 4)
			at[0], at[1], at[2], at[3] = at[0]-x, at[1]-y, at[2]+x, at[3]+y
		}
	}
	if err := l.run(ctx, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	near(t, "coordinates", l.maps[0].place, at, 1e-3)
}

// An edge of a share of the heaviest's weight draws in that share of the epochs.
func TestLayoutDue(t *testing.T) {
	for _, rate := range []float32{1, 0.5, 0.3, 0.01} {
		o := DefaultOptions()
		o.Epochs, o.NegativeSampleRate, o.LearningRate = 201, 0, 1e-6
		l := newLayout(o)
		m := &chart{edges: edges{[]int32{0}, []int32{0}, []float32{rate}}, place: []float32{0, 0}, other: []float32{1e3, 0}}
		draws, last := 0, float32(0)
		for epoch := 1; epoch <= 200; epoch++ {
			l.move(m, epoch, 0)
			if now := m.place[0]; now != last {
				draws, last = draws+1, now
			}
		}
		if want := int(200 * rate); draws < want-1 || draws > want {
			t.Errorf("an edge of rate %v draws %d times in 200 epochs", rate, draws)
		}
	}
}
