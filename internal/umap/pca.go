package umap

import (
	"context"
	"fmt"
	"math"
)

// PCA projects points on the directions in which they differ most: Rows × components numbers. Of each component, the
// largest coordinate is positive. Where the points have fewer dimensions, the others are 0.
func PCA(ctx context.Context, x Matrix, components int) ([]float32, error) {
	if err := x.validate(); err != nil {
		return nil, err
	}
	if components < 1 {
		return nil, fmt.Errorf("%d principal components: ask for at least 1", components)
	}
	s, err := newSpace(ctx, x, Euclidean)
	if err != nil {
		return nil, err
	}
	found := min(components, s.dim, s.rows)
	scores, err := s.principal(ctx, found)
	if err != nil {
		return nil, err
	}
	out := make([]float32, x.Rows*components)
	for c, score := range scores {
		for i := range x.Rows {
			out[i*components+c] = float32(score(i) / s.scale)
		}
		orient(out, components, c)
	}
	return out, ctx.Err()
}

// principal says, for each of the components that are not 0 for all points, what a point has of it. The eigenvectors of the
// points' scatter matrix and those of their Gram matrix say the same; those that have fewer numbers are looked for.
func (s *space) principal(ctx context.Context, components int) ([]func(i int) float64, error) {
	e := eigen{n: s.dim, want: components, apply: s.scatter, tolerance: 1e-6, seed: 1}
	if s.rows < s.dim {
		e.n, e.apply = s.rows, s.gram
	}
	p, err := e.solve(ctx)
	var scores []func(i int) float64
	for c, v := range p.vectors {
		switch value := p.values[c]; {
		case value <= 1e-12*p.values[0]:
		case s.rows < s.dim:
			scores = append(scores, func(i int) float64 { return v[i] * math.Sqrt(value) })
		default:
			scores = append(scores, func(i int) float64 { return mixedDot(s.row(i), v) })
		}
	}
	return scores, err
}

// scatter applies the points' scatter matrix, which is never formed, to v.
func (s *space) scatter(ctx context.Context, v, out []float64) {
	copy(out, s.sum(ctx, func(i int) float64 { return mixedDot(s.row(i), v) }))
}

// gram applies the matrix of the points' inner products, which is never formed, to v.
func (s *space) gram(ctx context.Context, v, out []float64) {
	total := s.sum(ctx, func(i int) float64 { return v[i] })
	_ = each(ctx, s.rows, 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = mixedDot(s.row(i), total)
		}
	})
}

// sum adds up the points, each times its weight.
func (s *space) sum(ctx context.Context, weight func(i int) float64) []float64 {
	part := max(64, (s.rows+63)/64)
	parts := make([][]float64, (s.rows+part-1)/part)
	_ = each(ctx, s.rows, part, func(lo, hi int) {
		total := make([]float64, s.dim)
		for i := lo; i < hi; i++ {
			w := weight(i)
			for j, x := range s.row(i) {
				total[j] += w * float64(x)
			}
		}
		parts[lo/part] = total
	})
	all := make([]float64, s.dim)
	for _, total := range parts {
		for j, t := range total {
			all[j] += t
		}
	}
	return all
}

func mixedDot(x []float32, v []float64) float64 {
	var s0, s1, s2, s3 float64
	v = v[:len(x)]
	for ; len(x) >= 4; x, v = x[4:], v[4:] {
		s0, s1 = s0+float64(x[0])*v[0], s1+float64(x[1])*v[1]
		s2, s3 = s2+float64(x[2])*v[2], s3+float64(x[3])*v[3]
	}
	for i := range x {
		s0 += float64(x[i]) * v[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// orient turns a column so that its largest number is positive.
func orient(x []float32, stride, column int) {
	largest := float32(0)
	for at := column; at < len(x); at += stride {
		if math.Abs(float64(x[at])) > math.Abs(float64(largest)) {
			largest = x[at]
		}
	}
	if largest < 0 {
		for at := column; at < len(x); at += stride {
			x[at] = -x[at]
		}
	}
}
