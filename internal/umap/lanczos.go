package umap

import (
	"context"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// eigen asks for the largest eigenvalues of a symmetric operator on vectors of n numbers.
type eigen struct {
	n, want   int
	apply     func(ctx context.Context, x, y []float64) // y = operator · x
	known     [][]float64                               // orthonormal eigenvectors that are not wanted
	tolerance float64                                   // of |operator·v - value·v|, as a share of the largest value
	seed      uint64
}

// eigenpairs are values in descending order, and vectors of length 1.
type eigenpairs struct {
	values  []float64
	vectors [][]float64
}

const (
	krylov     = 48   // vectors from which eigenvectors are composed
	mostSteps  = 2000 // applications of the operator, after which what there is must do
	vectorPart = 4096 // numbers of a vector that are worked on at a time
)

// solve is Lanczos' method with full orthogonalisation and thick restarts (Wu and Simon, 2000): it composes the wanted
// vectors from a small space that grows by one application of the operator at a time, and, when it is full, begins
// again with the best that it holds.
func (e eigen) solve(ctx context.Context) (eigenpairs, error) {
	size := min(e.n-len(e.known), krylov+2*e.want)
	if e.want > size {
		return eigenpairs{}, errors.New("there are not so many eigenvectors")
	}
	s := &krylovSpace{eigen: e, size: size, random: newStream(e.seed, keyLanczos)}
	s.t = mat.NewSymDense(size, nil)
	s.push(s.fresh(ctx))
	for steps := 0; ; {
		for len(s.basis) <= size {
			s.grow(ctx)
			steps++
		}
		if err := ctx.Err(); err != nil {
			return eigenpairs{}, err
		}
		var decomposed mat.EigenSym
		if !decomposed.Factorize(s.t, true) {
			return eigenpairs{}, errors.New("the eigenvalues of a small matrix were not found")
		}
		if s.converged(&decomposed) || steps >= mostSteps || size == e.n-len(e.known) {
			return s.best(ctx, &decomposed, e.want), nil
		}
		s.restart(ctx, &decomposed)
	}
}

// krylovSpace is the space: an orthonormal basis, the operator as seen from it, and the next direction as its last vector.
type krylovSpace struct {
	eigen
	size    int
	basis   [][]float64
	t       *mat.SymDense
	beta    float64 // how much of the operator's last result lies outside
	largest float64 // number seen in what the operator does to the basis
	random  stream
}

func (s *krylovSpace) push(v []float64) { s.basis = append(s.basis, v) }

// fresh is a random direction outside of the space.
func (s *krylovSpace) fresh(ctx context.Context) []float64 {
	v := make([]float64, s.n)
	for i := range v {
		v[i] = s.random.normal()
	}
	s.orthogonalise(ctx, v)
	s.orthogonalise(ctx, v)
	scale(ctx, v, 1/norm(ctx, v))
	return v
}

// grow applies the operator to the last vector of the basis, and adds what is new about the result.
func (s *krylovSpace) grow(ctx context.Context) {
	last := len(s.basis) - 1
	w := make([]float64, s.n)
	s.apply(ctx, s.basis[last], w)
	coefficients := s.orthogonalise(ctx, w)
	for i, more := range s.orthogonalise(ctx, w) {
		s.t.SetSym(i, last, coefficients[i]+more)
		s.largest = max(s.largest, math.Abs(coefficients[i]))
	}
	s.beta = norm(ctx, w)
	s.largest = max(s.largest, s.beta)
	switch {
	case s.beta > 1e-12*s.largest && s.beta > 1e-300: // more than rounding: an operator may have few values that are not 0
		scale(ctx, w, 1/s.beta)
	case len(s.basis)+len(s.known) < s.n: // the operator leads nowhere new from here
		w, s.beta = s.fresh(ctx), 0
	default:
		s.beta = 0
	}
	s.push(w)
}

// orthogonalise takes out of w what the known vectors and the basis explain, and returns the basis' coefficients.
func (s *krylovSpace) orthogonalise(ctx context.Context, w []float64) []float64 {
	all := slices.Concat(s.known, s.basis)
	coefficients := products(ctx, all, w)
	_ = each(ctx, s.n, vectorPart, func(lo, hi int) {
		for i, v := range all {
			c := coefficients[i]
			for at, x := range v[lo:hi] {
				w[lo+at] -= c * x
			}
		}
	})
	return coefficients[len(s.known):]
}

// converged says whether the wanted vectors are as good as is asked for.
func (s *krylovSpace) converged(d *mat.EigenSym) bool {
	var vectors mat.Dense
	d.VectorsTo(&vectors)
	largest := d.Values(nil)[s.size-1]
	for i := s.size - s.want; i < s.size; i++ {
		if s.beta*math.Abs(vectors.At(s.size-1, i)) > s.tolerance*math.Abs(largest) {
			return false
		}
	}
	return true
}

// best composes the vectors of the count largest values.
func (s *krylovSpace) best(ctx context.Context, d *mat.EigenSym, count int) eigenpairs {
	var weights mat.Dense
	d.VectorsTo(&weights)
	values := d.Values(nil)
	p := eigenpairs{}
	for c := range count {
		p.values = append(p.values, values[s.size-1-c])
		p.vectors = append(p.vectors, make([]float64, s.n))
	}
	_ = each(ctx, s.n, vectorPart/4, func(lo, hi int) {
		for c, v := range p.vectors {
			for i, b := range s.basis[:s.size] {
				w := weights.At(i, s.size-1-c)
				for at, x := range b[lo:hi] {
					v[lo+at] += w * x
				}
			}
		}
	})
	return p
}

// restart keeps the best third of the space and the next direction.
func (s *krylovSpace) restart(ctx context.Context, d *mat.EigenSym) {
	next := s.basis[s.size]
	kept := s.best(ctx, d, s.want+s.size/3)
	s.basis = append(kept.vectors, next)
	s.t = mat.NewSymDense(s.size, nil)
	for i, v := range kept.values {
		s.t.SetSym(i, i, v)
	}
}

// products are the inner products of all vectors with w.
func products(ctx context.Context, all [][]float64, w []float64) []float64 {
	n := len(w)
	parts := make([][]float64, (n+vectorPart-1)/vectorPart)
	_ = each(ctx, n, vectorPart, func(lo, hi int) {
		part := make([]float64, len(all))
		for i, v := range all {
			part[i] = dot(v[lo:hi], w[lo:hi])
		}
		parts[lo/vectorPart] = part
	})
	total := make([]float64, len(all))
	for _, part := range parts {
		for i, v := range part {
			total[i] += v
		}
	}
	return total
}

func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		s0, s1, s2, s3 = s0+a[0]*b[0], s1+a[1]*b[1], s2+a[2]*b[2], s3+a[3]*b[3]
	}
	for i := range a {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func norm(ctx context.Context, v []float64) float64 {
	return math.Sqrt(products(ctx, [][]float64{v}, v)[0])
}

func scale(ctx context.Context, v []float64, by float64) {
	_ = each(ctx, len(v), vectorPart, func(lo, hi int) {
		for i := range v[lo:hi] {
			v[lo+i] *= by
		}
	})
}
