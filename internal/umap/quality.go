package umap

import (
	"context"
	"fmt"
	"slices"
)

// Trust says how trustworthiness is measured.
type Trust struct {
	Neighbors int    // how many neighbors on the map are looked at; the point itself does not count
	Metric    Metric // between the points that the map was made of
	Every     int    // look at every such point only; 0 and 1: all
}

// Trustworthiness says how far neighbors on a map are neighbors in truth: 1 if all of them are, and less for each by how
// many truer neighbors it pushes aside (Venna and Kaski, 2001; the measure of the same name in scikit-learn).
func Trustworthiness(ctx context.Context, x, flat Matrix, t Trust) (float64, error) {
	if x.Rows != flat.Rows {
		return 0, fmt.Errorf("a map of %d points is compared with %d", flat.Rows, x.Rows)
	}
	if k := t.Neighbors; k < 1 || 2*k >= x.Rows {
		return 0, fmt.Errorf("trustworthiness of %d points by %d neighbors: there must be at least one, and fewer than half of the points", x.Rows, k)
	}
	n, err := NearestNeighbors(ctx, flat, t.Neighbors+1, Euclidean)
	if err != nil {
		return 0, fmt.Errorf("neighbors on the map: %w", err)
	}
	if err := x.validate(); err != nil {
		return 0, err
	}
	s, err := newSpace(ctx, x, t.Metric)
	if err != nil {
		return 0, err
	}
	var points []int32
	for i := 0; i < x.Rows; i += max(t.Every, 1) {
		points = append(points, int32(i))
	}
	excess := sum(ctx, len(points), trustPart, func(lo, hi int) float64 { return s.excess(points[lo:hi], n) })
	k, rows := float64(t.Neighbors), float64(x.Rows)
	return 1 - excess*2/(float64(len(points))*k*(2*rows-3*k-1)), ctx.Err()
}

// trustPart is how many points are compared with all others at a time.
const trustPart = 32

// excess adds by how much the ranks of some points' neighbors on the map exceed their number.
func (s *space) excess(points []int32, n Neighbors) float64 {
	values := make([]float32, len(points)*s.rows)
	block := rooms.Get().(*[]float32)
	defer rooms.Put(block)
	s.values(points, values, *block)
	total := 0
	for at, i := range points {
		neighbors := slices.Clone(n.Index[int(i)*n.K+1 : (int(i)+1)*n.K])
		for _, rank := range ranks(values[at*s.rows:(at+1)*s.rows], i, neighbors) {
			total += max(0, rank-(n.K-1))
		}
	}
	return float64(total)
}

// ranks are the places that some points have among all, the nearest to point i being the first.
func ranks(values []float32, i int32, neighbors []int32) []int {
	before := func(a, b int32) bool { return values[a] < values[b] || values[a] == values[b] && a < b }
	slices.SortFunc(neighbors, func(a, b int32) int {
		if before(a, b) {
			return -1
		}
		return 1
	})
	nearer := make([]int, len(neighbors)+1) // how many points lie before this neighbor and behind the last
	for j := range int32(len(values)) {
		at := len(neighbors)
		for at > 0 && before(j, neighbors[at-1]) {
			at--
		}
		if j != i {
			nearer[at]++
		}
	}
	rank, all := 0, make([]int, len(neighbors))
	for at := range neighbors {
		rank += nearer[at]
		all[at] = rank + 1
	}
	return all
}

// NeighborAccuracy is the share of points whose label most of their k nearest neighbors on the map have, the point itself
// left out. Of labels that equally many have, the smallest counts.
func NeighborAccuracy(ctx context.Context, flat Matrix, labels []int, k int) (float64, error) {
	if len(labels) != flat.Rows {
		return 0, fmt.Errorf("%d labels for %d points", len(labels), flat.Rows)
	}
	if k < 1 || k >= flat.Rows {
		return 0, fmt.Errorf("a vote of %d neighbors of %d points: there must be at least one, and fewer than there are points", k, flat.Rows)
	}
	n, err := NearestNeighbors(ctx, flat, k+1, Euclidean)
	if err != nil {
		return 0, fmt.Errorf("neighbors on the map: %w", err)
	}
	right := 0
	for i, label := range labels {
		votes := map[int]int{}
		winner := 0
		for c, j := range n.Index[i*n.K+1 : (i+1)*n.K] {
			l := labels[j]
			votes[l]++
			if c == 0 || votes[l] > votes[winner] || votes[l] == votes[winner] && l < winner {
				winner = l
			}
		}
		if winner == label {
			right++
		}
	}
	return float64(right) / float64(len(labels)), nil
}

// NeighborhoodOverlap is the share of neighbors that two tables of the same points have in common, the points themselves
// left out: 1 if both know the same neighborhoods. It compares a layer with another, or a map with what it was made of.
func NeighborhoodOverlap(a, b Neighbors) (float64, error) {
	if a.Rows != b.Rows || a.K != b.K || a.K < 2 {
		return 0, fmt.Errorf("neighborhoods of %d points with %d neighbors and of %d with %d cannot be compared", a.Rows, a.K-1, b.Rows, b.K-1)
	}
	common := 0
	for i := range a.Rows {
		others := b.Index[i*b.K+1 : (i+1)*b.K]
		for _, j := range a.Index[i*a.K+1 : (i+1)*a.K] {
			if j >= 0 && slices.Contains(others, j) {
				common++
			}
		}
	}
	return float64(common) / float64(a.Rows*(a.K-1)), nil
}
