package featvis

import (
	"math"
	"math/rand/v2"
)

// param is what a picture is made of: variables that an optimiser moves.
type param interface {
	// variables is how many there are.
	variables() int
	// render makes the colours of the pictures, before they are squashed into 0..1.
	render(variables, colours []float32)
	// adjoint turns the derivative by the colours into that by the variables.
	adjoint(colours, variables []float32)
}

// params are the kinds there are.
var params = map[string]func(Options) param{
	"fourier": func(o Options) param { return newFourier(o.Count*o.Channels, o.Size, o.Size) },
	"pixel":   func(o Options) param { return pixels(o.Count * o.Channels * o.Size * o.Size) },
}

// spread is the deviation of the variables that an optimisation begins with.
const spread = 0.01

func start(p param, r *rand.Rand) []float32 {
	variables := make([]float32, p.variables())
	for i := range variables {
		variables[i] = float32(r.NormFloat64() * spread)
	}
	return variables
}

// pixels are their own variables.
type pixels int

func (p pixels) variables() int                       { return int(p) }
func (p pixels) render(variables, colours []float32)  { copy(colours, variables) }
func (p pixels) adjoint(colours, variables []float32) { copy(variables, colours) }

// correlated are the directions in which the colours of natural pictures vary, as far as they do, from Lucid
// (lucid/optvis/param/color.py): the square root of their covariance, divided by its longest column.
var correlated = func() [9]float32 {
	m := [3][3]float64{{0.26, 0.09, 0.02}, {0.27, 0.00, -0.05}, {0.27, -0.09, 0.03}}
	longest := 0.0
	for c := range 3 {
		longest = max(longest, math.Sqrt(m[0][c]*m[0][c]+m[1][c]*m[1][c]+m[2][c]*m[2][c]))
	}
	var n [9]float32
	for i := range n {
		n[i] = float32(m[i/3][i%3] / longest)
	}
	return n
}()
