package search

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// filter narrows the rows down to those that can be among the nearest, by a float32 matrix product with a bound on
// its error: |a − b|² = |a|² + |b|² − 2 a·b. What it lets through is then measured exactly, so the answer is exact and
// nearly all of the work is the product. Cosine is the same with rows of length 1: |a − b|² = 2 (1 − cos).
//
// The rows are moved to have mean zero first. Distances do not change by that, but the norms, and with them the
// rounding errors, shrink: the vectors of an early layer differ from each other far less than they are long.
type filter struct {
	rows    blas32.General // n×d, centred
	norm    []float64      // |row|
	longest float64        // max of norm
	offset  float64        // the longest row before centring
	zero    []bool         // cosine only: rows without a direction
}

// newFilter takes the rows' norms for cosine and nil for euclidean distances.
func newFilter(v vectors, unit []float64) *filter {
	f := &filter{
		rows: blas32.General{Rows: v.n, Cols: v.d, Stride: max(1, v.d), Data: make([]float32, len(v.data))},
		norm: make([]float64, v.n),
		zero: make([]bool, v.n),
	}
	scale := func(i int) float64 { return 1 }
	if unit != nil {
		scale = func(i int) float64 { return 1 / unit[i] }
		for i := range unit {
			f.zero[i] = unit[i] == 0
		}
	}
	mean := meanRow(v, scale, f.zero)
	for i := range v.n {
		f.centre(v, i, scale(i), mean)
	}
	return f
}

func meanRow(v vectors, scale func(int) float64, skip []bool) []float64 {
	mean := make([]float64, v.d)
	counted := 0.0
	for i := range v.n {
		if skip[i] {
			continue
		}
		counted++
		for k, x := range v.row(i) {
			mean[k] += float64(x) * scale(i)
		}
	}
	for k := range mean {
		mean[k] /= max(1, counted)
	}
	return mean
}

func (f *filter) centre(v vectors, i int, scale float64, mean []float64) {
	if f.zero[i] {
		return
	}
	var before, after float64
	to := f.rows.Data[i*v.d:]
	for k, x := range v.row(i) {
		scaled := float64(x) * scale
		to[k] = float32(scaled - mean[k])
		before += scaled * scaled
		after += float64(to[k]) * float64(to[k])
	}
	f.norm[i] = math.Sqrt(after)
	f.longest = max(f.longest, f.norm[i])
	f.offset = max(f.offset, math.Sqrt(before))
}

// block multiplies the rows from..to with all rows and returns how to get the candidates of the k-th of them.
// That may be called from several goroutines.
func (f *filter) block(from, to int) func(k int) []int {
	queries := f.rows
	queries.Rows, queries.Data = to-from, f.rows.Data[from*f.rows.Stride:]
	product := blas32.General{Rows: to - from, Cols: f.rows.Rows, Stride: f.rows.Rows, Data: make([]float32, (to-from)*f.rows.Rows)}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, queries, f.rows, 0, product)
	return func(k int) []int {
		return f.candidates(from+k, product.Data[k*product.Stride:(k+1)*product.Stride])
	}
}

// candidates are all rows that are not certainly farther from row i than scoreDepth others, in ascending order.
func (f *filter) candidates(i int, dots []float32) []int {
	if f.zero[i] {
		return allBut(i, len(dots)) // ties everywhere: let the exact distance sort it out
	}
	squared := make([]float64, len(dots))
	for j, dot := range dots {
		squared[j] = f.norm[i]*f.norm[i] + f.norm[j]*f.norm[j] - 2*float64(dot)
		if f.zero[j] {
			squared[j] = 2 // cosine distance 1
		}
	}
	squared[i] = math.Inf(1) // not its own neighbor
	limit := kthSmallest(squared, scoreDepth) + 2*f.errorBound(i)
	list := make([]int, 0, 2*scoreDepth)
	for j, d := range squared {
		if d <= limit && j != i {
			list = append(list, j)
		}
	}
	return list
}

// errorBound is how far a squared distance from row i can be off. A dot product of d terms in float32 is good to
// d·u·|a||b| in whatever order it is summed, and rounding a centred row moves it by u times its length. What float64
// loses, u² in size, matters only where rows differ less than that: in vectors that are all but equal.
func (f *filter) errorBound(i int) float64 {
	const u = 1.0 / (1 << 24)
	d, reach := float64(f.rows.Cols), f.norm[i]+f.longest
	single := u * (2*d*f.norm[i]*f.longest + 4*reach*reach)
	double := u * u * (d + 8) * (reach + f.offset) * (reach + f.offset)
	return single + double
}

func allBut(i, n int) []int {
	list := make([]int, 0, n)
	for j := range n {
		if j != i {
			list = append(list, j)
		}
	}
	return list
}

// kthSmallest is the k-th smallest value, or the largest when there are fewer.
func kthSmallest(values []float64, k int) float64 {
	smallest := make([]float64, 0, k+1)
	for _, x := range values {
		if len(smallest) == k && x >= smallest[k-1] {
			continue
		}
		at, _ := slices.BinarySearch(smallest, x)
		smallest = slices.Insert(smallest, at, x)
		smallest = smallest[:min(len(smallest), k)]
	}
	return smallest[len(smallest)-1]
}
