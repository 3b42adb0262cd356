package search

import (
	"context"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/store"
)

// blockRows is how many queries are answered at once: enough for the matrix product to pay, little enough that a
// block's distances to 10,000 images stay in a few megabytes.
const blockRows = 64

// measure is the exact distance of two rows; beyond the limit any value that is beyond, too, will do.
type measure func(i, j int, limit float64) float64

// ranker finds for every row of vectors the scoreDepth nearest other rows, exactly.
type ranker struct {
	v       vectors
	measure measure
	filter  *filter // nil: every pair is measured exactly
}

func newRanker(v vectors, metric store.Metric, p float64) *ranker {
	r := &ranker{v: v}
	switch metric {
	case store.Cosine:
		norms := rowNorms(v)
		r.measure = func(i, j int, _ float64) float64 { return cosineDistance(v.row(i), v.row(j), norms[i], norms[j]) }
		r.filter = newFilter(v, norms)
	case store.Minkowski:
		power := powerOf(p)
		r.measure = func(i, j int, limit float64) float64 { return power(v.row(i), v.row(j), limit) }
	default: // the square root does not change the order
		r.measure = func(i, j int, _ float64) float64 { return squaredDistance(v.row(i), v.row(j)) }
		r.filter = newFilter(v, nil)
	}
	return r
}

// each calls found for every row, in order, with its nearest rows, the nearest first, ties by row.
func (r *ranker) each(ctx context.Context, found func(i int, nearest []int)) error {
	for from := 0; from < r.v.n; from += blockRows {
		block, err := r.block(ctx, from, min(from+blockRows, r.v.n))
		if err != nil {
			return err
		}
		for k, nearest := range block {
			found(from+k, nearest)
		}
	}
	return nil
}

func (r *ranker) block(ctx context.Context, from, to int) ([][]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	candidates := func(int) []int { return nil }
	if r.filter != nil {
		candidates = r.filter.block(from, to)
	}
	block := make([][]int, to-from)
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for k := range block {
		g.Go(func() error {
			block[k] = r.nearest(from+k, candidates(k))
			return nil
		})
	}
	return block, g.Wait()
}

// nearest measures the candidates, or all rows when there is no list of them, and keeps the best.
func (r *ranker) nearest(i int, candidates []int) []int {
	var best ranking
	if r.filter == nil {
		for j := range r.v.n {
			best.offer(i, j, r.measure)
		}
		return best.rows()
	}
	for _, j := range candidates {
		best.offer(i, j, r.measure)
	}
	return best.rows()
}

// ranking keeps the scoreDepth smallest distances, sorted; rows offered in ascending order tie in that order.
type ranking struct {
	row      [scoreDepth]int
	distance [scoreDepth]float64
	n        int
}

func (b *ranking) offer(i, j int, measure measure) {
	if i == j {
		return
	}
	limit := math.Inf(1)
	if b.n == scoreDepth {
		limit = b.distance[b.n-1]
	}
	d := measure(i, j, limit)
	if b.n == scoreDepth && d >= limit {
		return
	}
	if b.n < scoreDepth {
		b.n++
	}
	at := b.n - 1
	for ; at > 0 && d < b.distance[at-1]; at-- {
		b.row[at], b.distance[at] = b.row[at-1], b.distance[at-1]
	}
	b.row[at], b.distance[at] = j, d
}

func (b *ranking) rows() []int { return append([]int(nil), b.row[:b.n]...) }
