package umap

/*
#include "move.h"
*/
import "C"

import "math"

// force is a function of the squared distance of two points on the map, as a table: the pull of an edge or the push of
// another point, by which their difference is multiplied. Powers are what a layout would spend its time on. Between the
// table's values, 64 for every doubling from 2^-40 to 2^24, it is interpolated, within 2e-4 of the function.
type force [C.UMAP_FORCE_COUNT]struct{ value, slope float32 }

func newForce(f func(d float64) float64) *force {
	at := func(i int) float64 {
		return f(float64(math.Float32frombits(uint32(i+C.UMAP_FORCE_FIRST) << C.UMAP_FORCE_REST)))
	}
	t := new(force)
	for i := range t {
		t[i].value, t[i].slope = float32(at(i)), float32((at(i+1)-at(i))/(1<<C.UMAP_FORCE_REST))
	}
	return t
}

// pull and push are the gradients of the cross entropy with respect to an edge and to a pair that is none (umap-learn's
// attractive and repulsive forces).
func pull(a, b float64) *force {
	return newForce(func(d float64) float64 { return -2 * a * b * math.Pow(d, b-1) / (1 + a*math.Pow(d, b)) })
}

func push(a, b, strength float64) *force {
	return newForce(func(d float64) float64 { return 2 * strength * b / ((0.001 + d) * (1 + a*math.Pow(d, b))) })
}

// at is the force at a squared distance.
func (f *force) at(d float32) float32 { return float32(C.umap_force_at(f.table(), C.float(d))) }
