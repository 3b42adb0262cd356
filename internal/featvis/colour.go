package featvis

import (
	"context"
	"math"
)

// unsquashed are the decorrelated colours that make red, green and blue, or gray.
func unsquashed(colour []float32) []float32 {
	var rgb [3]float64
	for c, v := range colour {
		rgb[c] = math.Log((float64(v) + beyond) / (1 + beyond - float64(v))) // the inverse of the sigmoid in kernel.c
	}
	if len(colour) == 3 {
		rgb = unmixed(rgb)
	}
	var list []float32
	for c := range colour {
		list = append(list, float32(rgb[c]))
	}
	return list
}

// beyond is how far the sigmoid reaches beyond 0 and 1; kernel.c has it too.
const beyond = 0.02

// BestPlain finds which of the strongest colours, one everywhere, raises an objective most: black, white, and what lies
// between. The options say how large pictures are, and of how many channels.
func BestPlain(ctx context.Context, g Gradient, o Options) (colour []float32, objective float64, err error) {
	o = o.withDefaults()
	area := o.Size * o.Size
	objective = math.Inf(-1)
	pictures, gradient := make([]float32, o.Count*o.Channels*area), make([]float32, o.Count*o.Channels*area)
	for corner := range 1 << o.Channels {
		for i := range pictures {
			pictures[i] = float32(corner >> (i / area % o.Channels) & 1)
		}
		v, err := g(ctx, pictures, gradient)
		if err != nil {
			return nil, 0, err
		}
		if v > objective {
			colour, objective = nil, v
			for c := range o.Channels {
				colour = append(colour, float32(corner>>c&1))
			}
		}
	}
	return colour, objective, nil
}
