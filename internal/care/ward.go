package care

import (
	"cmp"
	"context"
	"slices"
)

// merge is two clusters that become one: each is named by its smallest point.
type merge struct {
	a, b   int
	height float64
}

// ward merges n points until one cluster is left, from their squared distances (n × n, overwritten), by nearest-neighbor
// chains (Murtagh, "A survey of recent advances in hierarchical clustering algorithms", 1983) and the update of distances
// by Lance and Williams (1967). Merges come in ascending order of height.
func ward(ctx context.Context, squares []float32, n int) ([]merge, error) {
	size := make([]float64, n)
	for i := range size {
		size[i] = 1
	}
	var merges []merge
	var chain []int
	for len(merges) < n-1 {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(chain) == 0 {
			chain = append(chain, slices.IndexFunc(size, func(s float64) bool { return s > 0 }))
		}
		top := chain[len(chain)-1]
		before := -1
		if len(chain) > 1 {
			before = chain[len(chain)-2]
		}
		next := nearestTo(squares, size, top, before)
		if next != before {
			chain = append(chain, next)
			continue
		}
		chain = chain[:len(chain)-2]
		a, b := min(top, next), max(top, next)
		merges = append(merges, merge{a, b, float64(squares[a*n+b])})
		join(squares, size, a, b)
	}
	slices.SortStableFunc(merges, func(a, b merge) int { return cmp.Compare(a.height, b.height) })
	return merges, nil
}

// nearestTo is the cluster nearest to another; where it is equally near, the one before it in the chain.
func nearestTo(squares []float32, size []float64, i, before int) int {
	row := squares[i*len(size) : (i+1)*len(size)]
	best := before
	for j, d := range row {
		if j != i && size[j] > 0 && (best < 0 || d < row[best]) {
			best = j
		}
	}
	return best
}

// join makes cluster a of a and b, and says how far it is from all others.
func join(squares []float32, size []float64, a, b int) {
	n := len(size)
	between := float64(squares[a*n+b])
	for k := range size {
		if k == a || k == b || size[k] == 0 {
			continue
		}
		d := ((size[a]+size[k])*float64(squares[k*n+a]) + (size[b]+size[k])*float64(squares[k*n+b]) - size[k]*between) / (size[a] + size[b] + size[k])
		squares[k*n+a], squares[a*n+k] = float32(d), float32(d)
	}
	size[a], size[b] = size[a]+size[b], 0
}

// cutTree undoes the last merges until there are as many clusters as asked for, and returns every point's cluster and which
// clusters merge from there on, until one is left.
func cutTree(merges []merge, points, clusters int) (labels []int, tree [][2]int) {
	joined := newForest(points)
	kept := points - clusters
	for _, m := range merges[:kept] {
		joined.join(m.a, m.b)
	}
	number := map[int]int{}
	labels = make([]int, points)
	for i := range labels {
		root := joined.root(i)
		if _, known := number[root]; !known {
			number[root] = len(number)
		}
		labels[i] = number[root]
	}
	for _, m := range merges[kept:] {
		a, b := joined.root(m.a), joined.root(m.b)
		tree = append(tree, [2]int{number[min(a, b)], number[max(a, b)]})
		joined.join(a, b)
	}
	return labels, tree
}
