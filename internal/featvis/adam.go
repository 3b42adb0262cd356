package featvis

import "math"

// adam is the optimiser of Kingma and Ba (Adam, 2015), upwards.
type adam struct {
	rate          float64
	step          int
	first, second []float32 // moments
}

const (
	beta1, beta2 = 0.9, 0.999
	epsilon      = 1e-8
)

func newAdam(variables int, rate float64) *adam {
	return &adam{rate: rate, first: make([]float32, variables), second: make([]float32, variables)}
}

// climb moves the variables uphill.
func (a *adam) climb(variables, gradient []float32) {
	a.step++
	rate := float32(a.rate * math.Sqrt(1-math.Pow(beta2, float64(a.step))) / (1 - math.Pow(beta1, float64(a.step))))
	tiny := float32(epsilon * math.Sqrt(1-math.Pow(beta2, float64(a.step))))
	for i, g := range gradient {
		m := beta1*a.first[i] + (1-beta1)*g
		v := beta2*a.second[i] + (1-beta2)*g*g
		a.first[i], a.second[i] = m, v
		variables[i] += rate * m / (float32(math.Sqrt(float64(v))) + tiny)
	}
}
