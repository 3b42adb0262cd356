package search

import "math"

// The exact distances, in float64 over float32 vectors. The store has the same metrics for one query against many
// rows of the file; these judge the few pairs that a matrix product cannot tell apart.

func squaredDistance(a, b []float32) float64 {
	var sum float64
	for i, x := range a {
		d := float64(x) - float64(b[i])
		sum += d * d
	}
	return sum
}

// cosineDistance is 1 − cos of the angle. A vector of zeros has no direction: it is at distance 1 of everything else
// and at 0 of another one.
func cosineDistance(a, b []float32, normA, normB float64) float64 {
	if normA == 0 || normB == 0 {
		if normA == normB {
			return 0
		}
		return 1
	}
	var dot float64
	for i, x := range a {
		dot += float64(x) * float64(b[i])
	}
	return max(0, 1-dot/(normA*normB))
}

func rowNorms(v vectors) []float64 {
	norms := make([]float64, v.n)
	for i := range norms {
		var sum float64
		for _, x := range v.row(i) {
			sum += float64(x) * float64(x)
		}
		norms[i] = math.Sqrt(sum)
	}
	return norms
}

// abandonEvery is how many terms of a sum are added between two looks at the limit.
const abandonEvery = 128

// powerOf is the sum of |difference|^p: minkowski without its root, which does not change the order. The sum only
// grows, so once it is beyond the limit, its exact value does not matter any more and any value beyond will do.
func powerOf(p float64) func(a, b []float32, limit float64) float64 {
	part := partialPower(p)
	return func(a, b []float32, limit float64) float64 {
		var sum float64
		for from := 0; from < len(a) && sum <= limit; from += abandonEvery {
			to := min(from+abandonEvery, len(a))
			sum += part(a[from:to], b[from:to])
		}
		return sum
	}
}

func partialPower(p float64) func(a, b []float32) float64 {
	if p == defaultP {
		return cubedDistance
	}
	return func(a, b []float32) float64 {
		var sum float64
		for i, x := range a {
			sum += math.Pow(math.Abs(float64(x)-float64(b[i])), p)
		}
		return sum
	}
}

func cubedDistance(a, b []float32) float64 {
	var sum float64
	for i, x := range a {
		d := math.Abs(float64(x) - float64(b[i]))
		sum += d * d * d
	}
	return sum
}
