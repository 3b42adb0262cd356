package featvis

/*
#cgo CFLAGS: -std=gnu11 -O3 -Wno-psabi
#cgo LDFLAGS: -lm
#include "kernel.h"
*/
import "C"

import (
	"math"
	"runtime"
	"unsafe"
)

func floats(x []float32) *C.float { return (*C.float)(unsafe.SliceData(x)) }

// plan is a Fourier transform of length n as a product of small ones.
type plan struct {
	radix           []int32
	twiddles, roots []float32
}

func newPlan(n int) plan {
	var p plan
	for left := n; left > 1; {
		r := smallest(left)
		p.radix = append(p.radix, int32(r))
		for place := range left / r {
			for j := 1; j < r; j++ {
				p.twiddles = turn(p.twiddles, place*j, left)
			}
		}
		for j := range r {
			for k := range r {
				p.roots = turn(p.roots, j*k, r)
			}
		}
		left /= r
	}
	return p
}

// smallest is 4, or the smallest prime that divides n.
func smallest(n int) int {
	if n%4 == 0 {
		return 4
	}
	for r := 2; r*r <= n; r++ {
		if n%r == 0 {
			return r
		}
	}
	return n
}

// turn adds exp(-2πi·k/n).
func turn(list []float32, k, n int) []float32 {
	sin, cos := math.Sincos(-2 * math.Pi * float64(k%n) / float64(n))
	return append(list, float32(cos), float32(sin))
}

// c is the plan in C's words. What it points to must be pinned.
func (p plan) c(n int) C.fv_plan {
	return C.fv_plan{n: C.int(n), passes: C.int(len(p.radix)), radix: (*C.int)(unsafe.SliceData(p.radix)),
		twiddles: floats(p.twiddles), roots: floats(p.roots)}
}

// call hands a spectrum to a function in C.
func (s *spectrum) call(f func(*C.fv_spectrum)) {
	var pin runtime.Pinner
	defer pin.Unpin()
	for _, table := range [][]float32{s.rows.twiddles, s.rows.roots, s.columns.twiddles, s.columns.roots, s.scale, s.room} {
		if len(table) > 0 {
			pin.Pin(unsafe.SliceData(table))
		}
	}
	for _, table := range [][]int32{s.rows.radix, s.columns.radix} {
		if len(table) > 0 {
			pin.Pin(unsafe.SliceData(table))
		}
	}
	f(&C.fv_spectrum{
		planes: C.int(s.planes), height: C.int(s.height), width: C.int(s.width), stride: C.int(s.stride),
		rows: s.rows.c(s.width), columns: s.columns.c(s.height), scale: floats(s.scale), room: floats(s.room),
	})
}

func (s *spectrum) render(variables, colours []float32) {
	s.call(func(c *C.fv_spectrum) { C.fv_render(c, floats(variables), floats(colours)) })
}

// adjoint is the forward transform: the inverse one's matrix, transposed. A column that stands for two of the full
// spectrum adds twice.
func (s *spectrum) adjoint(colours, variables []float32) {
	s.call(func(c *C.fv_spectrum) { C.fv_adjoint(c, floats(colours), floats(variables)) })
}

// colour makes pictures of planes of decorrelated colours, in place: mixed to red, green and blue, and squashed into 0..1
// by a sigmoid that reaches 2 % beyond and is cut off. Lucid's never gets to black and white, which are what a filter that
// looks for bright or dark likes best. One plane is gray and only squashed.
func colour(planes []float32, channels, area int) {
	C.fv_colour(floats(planes), C.int(len(planes)/area), C.int(area), mixing(channels))
}

// uncolour turns the derivative by pictures into that by planes of decorrelated colours, in place.
func uncolour(pictures, gradient []float32, channels, area int) {
	C.fv_uncolour(floats(pictures), floats(gradient), C.int(len(gradient)/area), C.int(area), mixing(channels))
}

func mixing(channels int) *C.float {
	if channels != 3 {
		return nil
	}
	return floats(correlated[:])
}

// aim works out where the pixels of the result come from.
func (s *sampler) aim(m affine) {
	rows := [6]float64{m.yy, m.yx, m.y, m.xy, m.xx, m.x}
	C.fv_aim((*C.double)(&rows[0]), C.int(s.size), (*C.int)(unsafe.SliceData(s.at)), floats(s.weight))
}

// sample fills a plane of the result from one of the picture.
func (s *sampler) sample(from, to []float32) {
	C.fv_move(floats(from), C.int(s.size), (*C.int)(unsafe.SliceData(s.at)), floats(s.weight), floats(to))
}

// spread adds every number of a plane to the pixels that it was made of.
func (s *sampler) spread(from, to []float32) {
	C.fv_back(floats(from), C.int(s.size), (*C.int)(unsafe.SliceData(s.at)), floats(s.weight), floats(to))
}

func climb(a *adam, variables, gradient []float32, rate, tiny float64) {
	C.fv_climb(floats(variables), floats(a.first), floats(a.second), floats(gradient), C.int(len(variables)), C.float(rate), C.float(tiny))
}
