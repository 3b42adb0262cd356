package search

import "math"

// blend makes one vector of several, as Rocchio's feedback does: what is liked is added, what is not is taken away.
// Rocchio, J. J.: Relevance feedback in information retrieval. In: The SMART Retrieval System, 1971.
//
// Every vector is divided by its length first, so that each counts for its weight and none for its size. The sum says the
// direction; its length is the weighted mean of the lengths of those that are liked, since euclidean distances from a
// vector that is much shorter than the stored ones would all be nearly the same. One vector alone stays what it is.
type blend struct {
	sum            []float64
	length, weight float64 // sums over the liked ones
	only           []float32
	count          int
}

// add counts a vector in; a vector of zeros has no direction, only a length.
func (b *blend) add(v []float32, weight float64) {
	if b.sum == nil {
		b.sum = make([]float64, len(v))
	}
	long := length(v)
	if weight > 0 {
		b.length += weight * long
		b.weight += weight
	}
	b.count++
	b.only = v
	if long == 0 {
		return
	}
	for i, x := range v {
		b.sum[i] += weight / long * float64(x)
	}
}

// vector is what came of it; ok is false where nothing is liked, or what is liked and what is not cancel out.
func (b *blend) vector() (v []float32, ok bool) {
	if b.weight == 0 {
		return nil, false
	}
	if b.count == 1 {
		return b.only, true
	}
	norm := 0.0
	for _, x := range b.sum {
		norm += x * x
	}
	norm = math.Sqrt(norm)
	if norm < 1e-6*b.weight { // what rounding leaves of nothing
		return nil, false
	}
	v = make([]float32, len(b.sum))
	for i, x := range b.sum {
		v[i] = float32(x / norm * b.length / b.weight)
	}
	return v, true
}
