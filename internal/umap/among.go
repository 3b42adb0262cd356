package umap

import (
	"context"
	"fmt"
)

// NearestAmong finds for every point of x the k nearest points of another matrix, each compared with each: no point is
// its own neighbor here. Neighbors.Index numbers the points of among.
func NearestAmong(ctx context.Context, x, among Matrix, k int, metric Metric) (Neighbors, error) {
	for _, m := range []Matrix{x, among} {
		if err := m.validate(); err != nil {
			return Neighbors{}, err
		}
	}
	if err := metric.Validate(); err != nil {
		return Neighbors{}, err
	}
	if x.Cols != among.Cols {
		return Neighbors{}, fmt.Errorf("points of %d numbers cannot be compared with points of %d", x.Cols, among.Cols)
	}
	if k < 1 || k > among.Rows {
		return Neighbors{}, fmt.Errorf("%d neighbors among %d points", k, among.Rows)
	}
	t, err := newSpace(ctx, among, metric)
	if err != nil {
		return Neighbors{}, err
	}
	s, err := t.with(ctx, x)
	if err != nil {
		return Neighbors{}, err
	}
	return s.exact(ctx, t, k, func(int, int) {})
}

// SquaredDistances compares all points with each other: Rows × Rows squared euclidean distances, sums of floats. Points
// compared by the cosine have length 1, so that theirs are twice the cosine distance.
func SquaredDistances(ctx context.Context, x Matrix, metric Metric) ([]float32, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	if metric.Name != "cosine" && metric.Name != "euclidean" {
		return nil, fmt.Errorf("there are no squared distances by %q", metric.Name)
	}
	s, err := newSpace(ctx, x, metric)
	if err != nil {
		return nil, err
	}
	all := make([]float32, s.rows*s.rows)
	unit := float32(1 / (s.scale * s.scale))
	err = each(ctx, s.rows, blockSize, func(lo, hi int) {
		points := make([]int32, hi-lo)
		for i := range points {
			points[i] = int32(lo + i)
		}
		room := rooms.Get().(*[]float32)
		defer rooms.Put(room)
		part := all[lo*s.rows : hi*s.rows]
		s.values(points, part, *room)
		for i := range part {
			part[i] = max(0, part[i]*unit)
		}
	})
	return all, err
}
