package umap

import (
	"context"
	"math"
)

// spectral is a layout of a connected graph by the eigenvectors of its normalised Laplacian 1 - D^-½ W D^-½ with the
// smallest eigenvalues, without the first, which is the square root of the degrees. They are those of D^-½ W D^-½ with
// the largest, for which nothing has to be solved or factored.
func spectral(ctx context.Context, g Graph, dims int, seed uint64) (eigenpairs, error) {
	n := g.Rows()
	degree, first := make([]float64, n), make([]float64, n)
	total := 0.0
	for i := range n {
		_, weights := g.row(i)
		for _, w := range weights {
			degree[i] += float64(w)
		}
		total += degree[i]
	}
	inverse := make([]float64, n)
	for i, d := range degree {
		first[i], inverse[i] = math.Sqrt(d/total), 1/math.Sqrt(d)
	}
	scaled := make([]float64, n)
	apply := func(ctx context.Context, x, y []float64) {
		for i, v := range x {
			scaled[i] = v * inverse[i]
		}
		_ = each(ctx, n, 2048, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				y[i] = inverse[i] * g.pull(i, scaled)
			}
		})
	}
	return eigen{n: n, want: dims, apply: apply, known: [][]float64{first}, tolerance: 1e-4, seed: seed}.solve(ctx)
}

// pull is the weighted sum of what a point is connected with.
func (g Graph) pull(i int, x []float64) float64 {
	total := 0.0
	cols, weights := g.row(i)
	for c, j := range cols {
		total += float64(weights[c]) * x[j]
	}
	return total
}
