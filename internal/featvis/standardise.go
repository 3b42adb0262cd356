package featvis

import "math"

// standardised brings numbers to a mean of 0 and a deviation of 1.
type standardised struct {
	values    []float32 // the standardised ones
	deviation float64   // of the numbers that were taken
}

// leastDeviation is added to the deviation, so that equal numbers can be standardised too.
const leastDeviation = 1e-5

func newStandardised(n int) standardised { return standardised{values: make([]float32, n)} }

// take standardises numbers.
func (s *standardised) take(x []float32) {
	sum, square := 0.0, 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean := sum / float64(len(x))
	for _, v := range x {
		square += (float64(v) - mean) * (float64(v) - mean)
	}
	s.deviation = math.Sqrt(square / float64(len(x)))
	for i, v := range x {
		s.values[i] = float32((float64(v) - mean) / (s.deviation + leastDeviation))
	}
}

// back makes the derivative by the numbers of that by the standardised ones.
func (s *standardised) back(gradient, to []float32) {
	sum, along := 0.0, 0.0
	for i, g := range gradient {
		sum += float64(g)
		along += float64(g) * float64(s.values[i])
	}
	n, whole := float64(len(gradient)), s.deviation+leastDeviation
	for i, g := range gradient {
		to[i] = float32((float64(g)-sum/n)/whole - float64(s.values[i])*along/n/max(s.deviation, leastDeviation))
	}
}
