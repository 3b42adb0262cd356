package featvis

import "math"

// adam is the optimiser of Kingma and Ba (Adam, 2015), upwards.
type adam struct {
	rate          float64
	step          int
	first, second []float32 // moments
}

const (
	beta1, beta2 = 0.9, 0.999 // kernel.c has them too
	epsilon      = 1e-8
)

func newAdam(variables int, rate float64) *adam {
	return &adam{rate: rate, first: make([]float32, variables), second: make([]float32, variables)}
}

// climb moves the variables uphill.
func (a *adam) climb(variables, gradient []float32) {
	a.step++
	correction := math.Sqrt(1 - math.Pow(beta2, float64(a.step)))
	climb(a, variables, gradient, a.rate*correction/(1-math.Pow(beta1, float64(a.step))), epsilon*correction)
}
