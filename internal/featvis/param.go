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
var correlated = func() [3][3]float32 {
	m := [3][3]float64{{0.26, 0.09, 0.02}, {0.27, 0.00, -0.05}, {0.27, -0.09, 0.03}}
	longest := 0.0
	for c := range 3 {
		longest = max(longest, math.Sqrt(m[0][c]*m[0][c]+m[1][c]*m[1][c]+m[2][c]*m[2][c]))
	}
	var n [3][3]float32
	for r := range 3 {
		for c := range 3 {
			n[r][c] = float32(m[r][c] / longest)
		}
	}
	return n
}()

// colour makes pictures of planes of decorrelated colours, in place: mixed to red, green and blue, and squashed into 0..1.
// One plane is gray and only squashed.
func colour(planes []float32, channels, area int) {
	if channels == 3 {
		for at := 0; at < len(planes); at += 3 * area {
			a, b, c := planes[at:][:area], planes[at+area:][:area], planes[at+2*area:][:area]
			for i := range a {
				x, y, z := a[i], b[i], c[i]
				a[i] = correlated[0][0]*x + correlated[0][1]*y + correlated[0][2]*z
				b[i] = correlated[1][0]*x + correlated[1][1]*y + correlated[1][2]*z
				c[i] = correlated[2][0]*x + correlated[2][1]*y + correlated[2][2]*z
			}
		}
	}
	for i, v := range planes {
		planes[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

// uncolour turns the derivative by pictures into that by planes of decorrelated colours, in place.
func uncolour(pictures, gradient []float32, channels, area int) {
	for i, p := range pictures {
		gradient[i] *= p * (1 - p)
	}
	if channels != 3 {
		return
	}
	for at := 0; at < len(gradient); at += 3 * area {
		a, b, c := gradient[at:][:area], gradient[at+area:][:area], gradient[at+2*area:][:area]
		for i := range a {
			x, y, z := a[i], b[i], c[i]
			a[i] = correlated[0][0]*x + correlated[1][0]*y + correlated[2][0]*z
			b[i] = correlated[0][1]*x + correlated[1][1]*y + correlated[2][1]*z
			c[i] = correlated[0][2]*x + correlated[1][2]*y + correlated[2][2]*z
		}
	}
}
