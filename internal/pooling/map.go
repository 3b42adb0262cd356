package pooling

/*
#cgo CFLAGS: -std=gnu11 -O3 -Wno-psabi
#cgo LDFLAGS: -lm
#include "kernel.h"
*/
import "C"

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"unsafe"
)

// Map is one image's feature map: Channels planes of Height × Width.
type Map struct {
	Channels, Height, Width int
	Data                    []float32
	Scale, Shift            []float32 // per channel: the map is Data·Scale + Shift; nil where it is Data itself
}

// Features are what a map is summarised to.
type Features struct {
	Embedding []float32 // Dimension numbers: channel after channel, each with its cells row by row
	Mean      []float32 // of each channel
	Max       []float32 // of each channel
}

// Of pools a map. It panics where lengths contradict each other or the grid is finer than the map: Fit the pooling first.
//
// Cells overlap by one row or column where the grid does not divide the map, as in PyTorch's adaptive pooling, so that
// all of them are of nearly one size.
func (p Pooling) Of(m Map) Features {
	area := m.Height * m.Width
	if area < 1 || m.Channels < 1 || len(m.Data) != m.Channels*area || p.Grid > min(m.Height, m.Width) || p.Validate() != nil ||
		len(m.Scale) != len(m.Shift) || m.Scale != nil && len(m.Scale) != m.Channels {
		panic(fmt.Sprintf("pooling: %v of %d values as %d×%d×%d", p, len(m.Data), m.Channels, m.Height, m.Width))
	}
	n := p.Dimension(m.Channels)
	all := make([]float32, n+2*m.Channels)
	f := Features{Embedding: all[:n:n], Mean: all[n : n+m.Channels : n+m.Channels], Max: all[n+m.Channels:]}
	room := scratch.Get().(*[]float32)
	defer scratch.Put(room)
	*room = slices.Grow((*room)[:0], n+area+2*m.Width+C.POOL_SLACK)[:n+area+2*m.Width+C.POOL_SLACK]
	rows, columns := cells(m.Height, p.Grid), cells(m.Width, p.Grid)
	var pin runtime.Pinner
	defer pin.Unpin()
	spec := C.pool_spec{
		values: pinned[C.float](&pin, m.Data), scale: pinned[C.float](&pin, m.Scale), shift: pinned[C.float](&pin, m.Shift),
		channels: C.int(m.Channels), height: C.int(m.Height), width: C.int(m.Width),
		kind: C.POOL_POWER, p: C.float(p.exponent()), grid: C.int(p.Grid),
		rows: pinned[C.int](&pin, rows), columns: pinned[C.int](&pin, columns),
	}
	if p.Kind == Max {
		spec.kind = C.POOL_MAX
	}
	C.pool_map(&spec, first(f.Embedding), first(f.Mean), first(f.Max), first(*room))
	return f
}

// scratch keeps memory between maps.
var scratch = sync.Pool{New: func() any { return new([]float32) }}

// exponent is the power that values are raised to; 1 for a plain mean.
func (p Pooling) exponent() float64 {
	if p.Kind == GeM {
		return p.P
	}
	return 1
}

// cells says where each row, or column, of cells begins and ends.
func cells(size, grid int) []int32 {
	all := make([]int32, 0, 2*grid)
	for i := range grid {
		all = append(all, int32(i*size/grid), int32(((i+1)*size+grid-1)/grid))
	}
	return all
}

func first(s []float32) *C.float { return (*C.float)(unsafe.Pointer(&s[0])) }

// pinned is a pointer that may lie in a struct which is handed to C.
func pinned[T C.float | C.int, E float32 | int32](pin *runtime.Pinner, s []E) *T {
	if len(s) == 0 {
		return nil
	}
	pin.Pin(&s[0])
	return (*T)(unsafe.Pointer(&s[0]))
}
