package search

import (
	"math"

	"github.com/convnet-playground/convnet/store"
)

// distanceFrom is the metric's own number between a vector and others, as the store's kernel has it: in 64 bits. The store
// ranks the nearest few thousand only; here every image is asked for.
func distanceFrom(q []float32, metric store.Metric, p float64) func(row []float32) float64 {
	if metric == store.Cosine {
		length := math.Sqrt(dot(q, q))
		return func(row []float32) float64 { return cosineBetween(dot(q, row), length, math.Sqrt(dot(row, row))) }
	}
	power := 2.0
	if metric == store.Minkowski {
		power = p
	}
	return func(row []float32) float64 {
		sum := powerSum(q, row, power)
		if metric == store.SqEuclidean {
			return sum
		}
		return math.Pow(sum, 1/power)
	}
}

func dot(a, b []float32) float64 {
	var sum float64
	for i, x := range a {
		sum += float64(x) * float64(b[i])
	}
	return sum
}

// cosineBetween is 1 − cos of the angle. A vector of zeros has no direction: it is at distance 1 of everything else and at
// 0 of another one.
func cosineBetween(product, a, b float64) float64 {
	switch {
	case a == 0 && b == 0:
		return 0
	case a == 0 || b == 0:
		return 1
	}
	return max(0, 1-product/(a*b))
}

func powerSum(a, b []float32, power float64) float64 {
	var sum float64
	for i, x := range a {
		d := math.Abs(float64(x) - float64(b[i]))
		if power == 2 {
			sum += d * d
		} else {
			sum += math.Pow(d, power)
		}
	}
	return sum
}
