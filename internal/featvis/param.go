package featvis

import (
	"math"
	"math/rand/v2"
)

// param is what a picture is made of: variables that an optimiser moves.
type param interface {
	// variables is how many there are.
	variables() int
	// start draws the variables that an optimisation begins with: a picture that is nearly gray.
	start(r *rand.Rand) []float32
	// tint gives gray pictures a colour, in decorrelated colours.
	tint(variables, colour []float32)
	// render makes the colours of the pictures, before they are squashed into 0..1.
	render(variables, colours []float32)
	// adjoint turns the derivative by the colours into that by the variables, where they were rendered last.
	adjoint(colours, variables []float32)
}

// params are the kinds there are.
var params = map[string]func(Options) param{
	"fourier": func(o Options) param { return newFourier(o.Count*o.Channels, o.Size, o.Size) },
	"pixel":   func(o Options) param { return pixels{o.Count * o.Channels, o.Size * o.Size} },
	"maco":    func(o Options) param { return newMaco(o) },
}

// spread is the deviation of most variables in the beginning.
const spread = 0.01

func drawn(r *rand.Rand, n int, deviation float64) []float32 {
	variables := make([]float32, n)
	for i := range variables {
		variables[i] = float32(r.NormFloat64() * deviation)
	}
	return variables
}

// pixels are their own variables.
type pixels struct{ planes, area int }

func (p pixels) variables() int                       { return p.planes * p.area }
func (p pixels) start(r *rand.Rand) []float32         { return drawn(r, p.variables(), spread) }
func (p pixels) render(variables, colours []float32)  { copy(colours, variables) }
func (p pixels) adjoint(colours, variables []float32) { copy(variables, colours) }

func (p pixels) tint(variables, colour []float32) {
	for i := range variables {
		variables[i] += colour[i/p.area%len(colour)]
	}
}

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

// unmixed are the decorrelated colours of red, green and blue before they are squashed: correlated's inverse, by Cramer's
// rule.
func unmixed(rgb [3]float64) (colour [3]float64) {
	var m [3][3]float64
	for i, v := range correlated {
		m[i/3][i%3] = float64(v)
	}
	whole := determinant(m)
	for c := range colour {
		replaced := m
		for row := range replaced {
			replaced[row][c] = rgb[row]
		}
		colour[c] = determinant(replaced) / whole
	}
	return colour
}

func determinant(m [3][3]float64) float64 {
	sum := 0.0
	for c := range 3 {
		a, b := (c+1)%3, (c+2)%3
		sum += m[0][c] * (m[1][a]*m[2][b] - m[1][b]*m[2][a])
	}
	return sum
}
