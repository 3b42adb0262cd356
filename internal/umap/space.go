package umap

/*
#cgo CFLAGS: -std=gnu11 -O3 -Wno-psabi
#cgo LDFLAGS: -lm
#include "kernel.h"
*/
import "C"

import (
	"context"
	"math"
	"sync"
	"unsafe"
)

// space holds points as they are compared. Euclidean and Minkowski distances do not change when all points are moved, and
// change in proportion when they are scaled, so points are centered and scaled into the range of ±1, where squares
// neither overflow nor drown in what all points have in common. For the cosine, points have length 1; one more dimension
// is 1 for points of no length, which so are at distance 1 from all others and at none from each other.
type space struct {
	metric    Metric
	rows, dim int
	x         []float32
	squares   []float32 // each row's squared length
	center    []float64
	scale     float64 // a power of two, so that nothing is rounded by it
}

func newSpace(ctx context.Context, m Matrix, metric Metric) (*space, error) {
	s := &space{metric: metric, center: m.means(), scale: 1}
	if extent := m.extent(s.center); extent > 0 {
		_, exponent := math.Frexp(extent)
		s.scale = math.Ldexp(1, -exponent)
	}
	return s.with(ctx, m)
}

// with prepares other points for comparison with those of s.
func (s *space) with(ctx context.Context, m Matrix) (*space, error) {
	t := *s
	t.rows, t.dim = m.Rows, m.Cols
	if s.metric.Name == "cosine" {
		t.dim++
	}
	t.x, t.squares = make([]float32, t.rows*t.dim), make([]float32, t.rows)
	err := each(ctx, t.rows, 256, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			t.prepare(m.Row(i), t.row(i))
			t.squares[i] = float32(squares(t.row(i)))
		}
	})
	return &t, err
}

func (s *space) row(i int) []float32 { return s.x[i*s.dim : (i+1)*s.dim] }

func (s *space) prepare(from, to []float32) {
	if s.metric.Name != "cosine" {
		for j, v := range from {
			to[j] = float32((float64(v) - s.center[j]) * s.scale)
		}
		return
	}
	length := math.Sqrt(squares(from))
	if length == 0 {
		to[len(from)] = 1
		return
	}
	for j, v := range from {
		to[j] = float32(float64(v) / length)
	}
}

func squares(x []float32) float64 {
	total := 0.0
	for _, v := range x {
		total += float64(v) * float64(v)
	}
	return total
}

// power is what the kernel compares: 0 stands for squared euclidean distances.
func (s *space) power() float64 {
	if s.metric.Name == "minkowski" && s.metric.P != 2 {
		return s.metric.P
	}
	return 0
}

// distance is the distance of point i from point j of t, in 64-bit arithmetic: of equal points it is 0.
func (s *space) distance(i int, t *space, j int) float64 {
	a, b := s.row(i), t.row(j)
	switch p := s.power(); {
	case s.metric.Name == "cosine":
		return squaredDifference(a, b) / 2
	case p == 0:
		return math.Sqrt(squaredDifference(a, b)) / s.scale
	case p == 1:
		return powers(a, b, func(d float64) float64 { return d }) / s.scale
	case p == 3:
		return math.Cbrt(powers(a, b, func(d float64) float64 { return d * d * d })) / s.scale
	default:
		return math.Pow(powers(a, b, func(d float64) float64 { return math.Pow(d, p) }), 1/p) / s.scale
	}
}

// squaredDifference is Σ(a-b)², in four sums that can be computed side by side.
func squaredDifference(a, b []float32) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	for ; len(a) >= 4; a, b = a[4:], b[4:] {
		d0, d1 := float64(a[0])-float64(b[0]), float64(a[1])-float64(b[1])
		d2, d3 := float64(a[2])-float64(b[2]), float64(a[3])-float64(b[3])
		s0, s1, s2, s3 = s0+d0*d0, s1+d1*d1, s2+d2*d2, s3+d3*d3
	}
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		s0 += d * d
	}
	return (s0 + s1) + (s2 + s3)
}

func powers(a, b []float32, power func(float64) float64) float64 {
	total := 0.0
	for i := range a {
		total += power(math.Abs(float64(a[i]) - float64(b[i])))
	}
	return total
}

// blockSize is how many rows the kernel compares at once.
const blockSize = C.UMAP_BLOCK

// rooms is the kernel's memory, for one block each.
var rooms = sync.Pool{New: func() any { room := make([]float32, C.UMAP_ROOM); return &room }}

// candidates finds the k points of t that the kernel takes for the nearest to points lo to hi, at most blockSize of them.
// Its sums are floats, so the last of them may not be the nearest.
func (s *space) candidates(t *space, lo, hi, k int, value []float32, id []int32, room []float32) {
	C.umap_nearest(floats(s.x), floats(s.squares), C.int(lo), C.int(hi-lo), floats(t.x), floats(t.squares), C.int(t.rows),
		C.int(s.dim), C.double(s.power()), floats(value), ints(id), C.int(k), floats(room))
}

// values compares some points with all.
func (s *space) values(points []int32, values, room []float32) {
	C.umap_values(floats(s.x), floats(s.squares), ints(points), C.int(len(points)), floats(s.x), floats(s.squares), C.int(s.rows),
		C.int(s.dim), C.double(s.power()), floats(values), floats(room))
}

func floats(x []float32) *C.float { return (*C.float)(unsafe.Pointer(unsafe.SliceData(x))) }

func ints(x []int32) *C.int32_t { return (*C.int32_t)(unsafe.Pointer(unsafe.SliceData(x))) }

// Kernel names the instructions in use: avx512, avx2 or portable.
func Kernel() string { return C.GoString(C.umap_kernel_name()) }
