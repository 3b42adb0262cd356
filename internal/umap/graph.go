package umap

import (
	"cmp"
	"context"
	"slices"
)

// Graph is a weighted graph of points in compressed rows: point i is connected with Col[Start[i]:Start[i+1]], in
// ascending order. The fuzzy graph of a map is symmetric, and its weights are more than 0 and at most 1.
type Graph struct {
	Start  []int
	Col    []int32
	Weight []float32
}

// Rows is the number of points.
func (g Graph) Rows() int { return len(g.Start) - 1 }

// row is what a point is connected with.
func (g Graph) row(i int) ([]int32, []float32) {
	lo, hi := g.Start[i], g.Start[i+1]
	return g.Col[lo:hi], g.Weight[lo:hi]
}

// directed is the graph of a table of neighbors with the weights of its entries; zeros are left out.
func directed(n Neighbors, weights []float32) Graph {
	g := Graph{Start: make([]int, n.Rows+1)}
	type edge struct {
		col    int32
		weight float32
	}
	row := make([]edge, 0, n.K)
	for i := range n.Rows {
		row = row[:0]
		for at := i * n.K; at < (i+1)*n.K; at++ {
			if weights[at] > 0 {
				row = append(row, edge{n.Index[at], weights[at]})
			}
		}
		slices.SortFunc(row, func(a, b edge) int { return cmp.Compare(a.col, b.col) })
		for c, e := range row {
			if c > 0 && e.col == row[c-1].col {
				continue // a table made elsewhere may name a neighbor twice
			}
			g.Col, g.Weight = append(g.Col, e.col), append(g.Weight, e.weight)
		}
		g.Start[i+1] = len(g.Col)
	}
	return g
}

// transposed is the graph with all edges turned round.
func (g Graph) transposed() Graph {
	n := g.Rows()
	t := Graph{Start: make([]int, n+1), Col: make([]int32, len(g.Col)), Weight: make([]float32, len(g.Col))}
	for _, j := range g.Col {
		t.Start[j+1]++
	}
	for i := range n {
		t.Start[i+1] += t.Start[i]
	}
	free := slices.Clone(t.Start[:n])
	for i := range n {
		cols, weights := g.row(i)
		for c, j := range cols {
			t.Col[free[j]], t.Weight[free[j]] = int32(i), weights[c]
			free[j]++
		}
	}
	return t
}

// union joins what two points say about each other: a probabilistic or, mixed with a probabilistic and (mix 0).
func (g Graph) union(ctx context.Context, mix float64) (Graph, error) {
	t, n := g.transposed(), g.Rows()
	u := Graph{Start: make([]int, n+1)}
	err := each(ctx, n, 1024, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			merge(g, t, i, func(int32, float32, float32) { u.Start[i+1]++ })
		}
	})
	if err != nil {
		return u, err
	}
	for i := range n {
		u.Start[i+1] += u.Start[i]
	}
	u.Col, u.Weight = make([]int32, u.Start[n]), make([]float32, u.Start[n])
	err = each(ctx, n, 1024, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			at := u.Start[i]
			merge(g, t, i, func(j int32, a, b float32) {
				both := float64(a) * float64(b)
				u.Col[at], u.Weight[at] = j, float32(mix*(float64(a)+float64(b)-both)+(1-mix)*both)
				at++
			})
		}
	})
	return u.without(func(w float32) bool { return w <= 0 }), err
}

// merge walks through row i of two graphs at once.
func merge(g, t Graph, i int, do func(j int32, a, b float32)) {
	ga, wa := g.row(i)
	gb, wb := t.row(i)
	for len(ga) > 0 || len(gb) > 0 {
		switch {
		case len(gb) == 0 || len(ga) > 0 && ga[0] < gb[0]:
			do(ga[0], wa[0], 0)
			ga, wa = ga[1:], wa[1:]
		case len(ga) == 0 || gb[0] < ga[0]:
			do(gb[0], 0, wb[0])
			gb, wb = gb[1:], wb[1:]
		default:
			do(ga[0], wa[0], wb[0])
			ga, wa, gb, wb = ga[1:], wa[1:], gb[1:], wb[1:]
		}
	}
}

// without is the graph without the edges whose weights are dropped.
func (g Graph) without(drop func(w float32) bool) Graph {
	if !slices.ContainsFunc(g.Weight, drop) {
		return g
	}
	u := Graph{Start: make([]int, len(g.Start))}
	for i := range g.Rows() {
		cols, weights := g.row(i)
		for c, w := range weights {
			if !drop(w) {
				u.Col, u.Weight = append(u.Col, cols[c]), append(u.Weight, w)
			}
		}
		u.Start[i+1] = len(u.Col)
	}
	return u
}

// pruned is the graph without edges that would not be sampled once in so many epochs.
func (g Graph) pruned(n, epochs int) Graph {
	if epochs <= 10 {
		epochs = defaultEpochs(n)
	}
	least := g.heaviest() / float32(epochs)
	return g.without(func(w float32) bool { return w < least })
}

func (g Graph) heaviest() float32 {
	if len(g.Weight) == 0 {
		return 0
	}
	return slices.Max(g.Weight)
}

// components numbers the connected components of a symmetric graph, in the order of their first points.
func (g Graph) components() (of []int32, count int) {
	of = make([]int32, g.Rows())
	for i := range of {
		of[i] = -1
	}
	var open []int32
	for i := range of {
		if of[i] >= 0 {
			continue
		}
		of[i], open = int32(count), append(open, int32(i))
		for len(open) > 0 {
			last := open[len(open)-1]
			open = open[:len(open)-1]
			cols, _ := g.row(int(last))
			for _, j := range cols {
				if of[j] < 0 {
					of[j], open = int32(count), append(open, j)
				}
			}
		}
		count++
	}
	return of, count
}

// part is the graph of some points, which keep their order.
func (g Graph) part(points []int32) Graph {
	number := make(map[int32]int32, len(points))
	for at, i := range points {
		number[i] = int32(at)
	}
	p := Graph{Start: make([]int, len(points)+1)}
	for at, i := range points {
		cols, weights := g.row(int(i))
		for c, j := range cols {
			if to, ok := number[j]; ok {
				p.Col, p.Weight = append(p.Col, to), append(p.Weight, weights[c])
			}
		}
		p.Start[at+1] = len(p.Col)
	}
	return p
}
