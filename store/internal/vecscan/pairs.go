package vecscan

/*
#include "vecscan.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sync/errgroup"
)

// blockPanels is how many panels of rows are compared with all others at once: enough for the passing rows to be used
// often, little enough that a block's values for 10,000 rows stay in a few megabytes.
const blockPanels = 4

// Pairs holds rows that are all to be compared with each other. Its memory is C's: Close gives it back.
type Pairs struct {
	c      *C.struct_pairs
	n, dim int
}

// NewPairs makes room for n rows of dim numbers.
func NewPairs(n, dim int) (*Pairs, error) {
	c := C.vecscan_pairs_new(C.int(n), C.int(dim))
	if c == nil {
		return nil, fmt.Errorf("no memory to compare %d vectors of %d numbers with each other", n, dim)
	}
	return &Pairs{c, n, dim}, nil
}

// Set copies a row in.
func (p *Pairs) Set(i int, v []float32) {
	copy(unsafe.Slice((*float32)(C.vecscan_pairs_row(p.c, C.int(i))), p.dim), v)
}

// Close frees the rows.
func (p *Pairs) Close() {
	C.vecscan_pairs_free(p.c)
	p.c = nil
}

// Measure is a metric with its exponent, for Minkowski.
type Measure struct {
	Metric Metric
	P      float64
}

// kind is what a pass over all pairs computes for the measure. General powers are measured pair by pair, whatever it is.
func (m Measure) kind() C.enum_kind {
	if m.Metric == Minkowski {
		switch m.P {
		case 1:
			return C.SUM1
		case 3:
			return C.SUM3
		case 4:
			return C.SUM4
		}
	}
	return C.PRODUCTS
}

// Order calls visit for every measure and row with all other rows, nearest first. The first depth places are those of the
// exact distances, ties by row; places further down are ordered by 32-bit sums. Visit is called from several goroutines
// and must not keep the order. Measures that can share a pass over all pairs do.
func (p *Pairs) Order(ctx context.Context, measures []Measure, depth int, visit func(measure, row int, order []int32)) error {
	if C.vecscan_pairs_measure(p.c) == 0 {
		return errors.New("a vector holds a number that is not finite")
	}
	passes := map[C.enum_kind][]int{}
	for m, measure := range measures {
		passes[measure.kind()] = append(passes[measure.kind()], m)
	}
	for kind, members := range passes {
		if err := p.prepare(ctx, kind); err != nil {
			return err
		}
		err := p.blocks(ctx, func(w *C.struct_work, i int, order []int32) {
			for _, m := range members {
				C.vecscan_work_order(p.c, w, uint32(measures[m].Metric), C.double(measures[m].P), C.int(i), C.int(depth), (*C.int32_t)(unsafe.SliceData(order)))
				visit(m, i, order)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Pairs) panels() int { return (p.n + C.PANEL - 1) / C.PANEL }

func (p *Pairs) prepare(ctx context.Context, kind C.enum_kind) error {
	if C.vecscan_pairs_prepare(p.c, kind) == 0 {
		return fmt.Errorf("no memory to pack %d vectors of %d numbers", p.n, p.dim)
	}
	return inParallel(ctx, p.panels(), func(take func() (int, bool)) error {
		for panel, ok := take(); ok; panel, ok = take() {
			C.vecscan_pairs_pack(p.c, C.int(panel))
		}
		return nil
	})
}

// blocks compares all rows with each other, block by block, and calls fn for every row of each.
func (p *Pairs) blocks(ctx context.Context, fn func(w *C.struct_work, i int, order []int32)) error {
	at := min(blockPanels, p.panels())
	return inParallel(ctx, (p.panels()+blockPanels-1)/blockPanels, func(take func() (int, bool)) error {
		w := C.vecscan_work_new(p.c, C.int(at))
		if w == nil {
			return fmt.Errorf("no memory to order %d vectors", p.n)
		}
		defer C.vecscan_work_free(w)
		order := make([]int32, max(0, p.n-1), max(1, p.n))
		for b, ok := take(); ok; b, ok = take() {
			first := b * blockPanels
			C.vecscan_work_block(p.c, w, C.int(first), C.int(min(blockPanels, p.panels()-first)))
			for i := first * C.PANEL; i < min((first+blockPanels)*C.PANEL, p.n); i++ {
				fn(w, i, order)
			}
		}
		return nil
	})
}

// inParallel lets workers take the numbers 0 to n−1, each once, until all are taken or ctx is done.
func inParallel(ctx context.Context, n int, work func(take func() (int, bool)) error) error {
	var next atomic.Int64
	take := func() (int, bool) {
		i := int(next.Add(1)) - 1
		return i, i < n && ctx.Err() == nil
	}
	var g errgroup.Group
	for range min(n, runtime.GOMAXPROCS(0)) {
		g.Go(func() error { return work(take) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// Distance is the distance of two vectors of the same length, in 64-bit arithmetic: the one that searches report.
func Distance(m Measure, x, q []float32) float64 {
	return float64(C.vecscan_exact(uint32(m.Metric), C.double(m.P), (*C.char)(unsafe.Pointer(unsafe.SliceData(x))), (*C.float)(unsafe.SliceData(q)), C.int(len(x))))
}
