package umap

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Neighbors are the K nearest neighbors of every point, nearest first. A point's first neighbor is the point itself, at
// distance 0. Index has Rows × K numbers of points, -1 where there are fewer, and Distance what lies between.
type Neighbors struct {
	Rows, K  int
	Index    []int32
	Distance []float32
}

// exactRows is how many points are compared each with each; of more, neighbors are found by descent.
const exactRows = 20_000

// NearestNeighbors finds the k nearest neighbors of every point, itself included. Up to 20,000 points are compared each
// with each. Of more, a few in a hundred neighbors may not be the nearest, but the next.
func NearestNeighbors(ctx context.Context, x Matrix, k int, metric Metric) (Neighbors, error) {
	if err := x.validate(); err != nil {
		return Neighbors{}, err
	}
	if err := metric.Validate(); err != nil {
		return Neighbors{}, err
	}
	if k < 1 || k > x.Rows {
		return Neighbors{}, fmt.Errorf("%d neighbors of each of %d points: a point has between 1 and %d, itself included", k, x.Rows, x.Rows)
	}
	s, err := newSpace(ctx, x, metric)
	if err != nil {
		return Neighbors{}, err
	}
	return s.neighbors(ctx, k, func(int, int) {})
}

// neighbors finds the k nearest neighbors of every point.
func (s *space) neighbors(ctx context.Context, k int, tell func(done, total int)) (Neighbors, error) {
	if s.rows <= exactRows {
		return s.exact(ctx, s, k, tell)
	}
	return s.descend(ctx, k, tell)
}

// exact finds the k nearest among the points of t. Where t is s, each point comes first among its own.
func (s *space) exact(ctx context.Context, t *space, k int, tell func(done, total int)) (Neighbors, error) {
	n := Neighbors{Rows: s.rows, K: k, Index: make([]int32, s.rows*k), Distance: make([]float32, s.rows*k)}
	more := min(t.rows, k+k/2+8) // the kernel's sums are floats: some more, so that the nearest are among them
	part := min(blockSize, max(64, s.rows/32))
	done := newCounter(s.rows, tell)
	err := each(ctx, s.rows, part, func(lo, hi int) {
		value, id := make([]float32, (hi-lo)*more), make([]int32, (hi-lo)*more)
		block := rooms.Get().(*[]float32)
		defer rooms.Put(block)
		s.candidates(t, lo, hi, more, value, id, *block)
		for i := lo; i < hi; i++ {
			n.choose(s, i, t, id[(i-lo)*more:(i-lo+1)*more])
		}
		done.add(hi - lo)
	})
	return n, err
}

// choose sorts point i's candidates by their exact distances and keeps the first K; -1 is no candidate.
func (n Neighbors) choose(s *space, i int, t *space, candidates []int32) {
	type near struct {
		id       int32
		distance float64
	}
	all := make([]near, 0, len(candidates)+1)
	if s == t {
		all = append(all, near{int32(i), -1})
	}
	for _, j := range candidates {
		if j >= 0 && (s != t || j != int32(i)) {
			all = append(all, near{j, s.distance(i, t, int(j))})
		}
	}
	slices.SortFunc(all, func(a, b near) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.id, b.id)) })
	for c := range n.K {
		at := i*n.K + c
		if c >= len(all) {
			n.Index[at], n.Distance[at] = -1, float32(math.Inf(1))
			continue
		}
		n.Index[at], n.Distance[at] = all[c].id, float32(max(all[c].distance, 0))
	}
}

// validate refuses what cannot be a table of neighbors.
func (n Neighbors) validate() error {
	if n.Rows < 1 || n.K < 1 || len(n.Index) != n.Rows*n.K || len(n.Distance) != n.Rows*n.K {
		return fmt.Errorf("neighbors of %d points, %d each, have %d indexes and %d distances", n.Rows, n.K, len(n.Index), len(n.Distance))
	}
	for at, j := range n.Index {
		row, d := at/n.K, n.Distance[at]
		switch {
		case j < -1 || int(j) >= n.Rows:
			return fmt.Errorf("row %d has the neighbor %d; points are numbered from 0 to %d", row, j, n.Rows-1)
		case j >= 0 && !(d >= 0 && d < float32(math.Inf(1))):
			return fmt.Errorf("row %d has a neighbor at distance %v; distances are finite and not negative", row, d)
		case j >= 0 && at%n.K > 0 && d < n.Distance[at-1]:
			return fmt.Errorf("row %d: its neighbors are not sorted by distance", row)
		}
	}
	return nil
}
