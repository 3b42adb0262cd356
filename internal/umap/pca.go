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
	p, err := eigen{n: s.dim, want: found, apply: s.covariance, tolerance: 1e-6, seed: 1}.solve(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]float32, x.Rows*components)
	err = each(ctx, x.Rows, 256, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for c, v := range p.vectors {
				if p.values[c] > 1e-12*p.values[0] {
					out[i*components+c] = float32(mixedDot(s.row(i), v) / s.scale)
				}
			}
		}
	})
	for c := range found {
		orient(out, components, c)
	}
	return out, err
}

// covariance applies the points' scatter matrix, which is never formed, to v.
func (s *space) covariance(ctx context.Context, v, out []float64) {
	part := max(64, (s.rows+63)/64)
	parts := make([][]float64, (s.rows+part-1)/part)
	_ = each(ctx, s.rows, part, func(lo, hi int) {
		total := make([]float64, s.dim)
		for i := lo; i < hi; i++ {
			score := mixedDot(s.row(i), v)
			for j, x := range s.row(i) {
				total[j] += score * float64(x)
			}
		}
		parts[lo/part] = total
	})
	clear(out)
	for _, total := range parts {
		for j, t := range total {
			out[j] += t
		}
	}
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
