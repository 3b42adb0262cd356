package onnx

import (
	"math"
	"slices"
)

// maxTraced bounds the maps that are traced unit by unit. Beyond it every unit is taken to see everything.
const maxTraced = 1 << 14

// gone stands in for the place of an axis that a value no longer has. The value is one unit along it.
const gone = -1

// axis is one axis of the picture on its way through the graph.
type axis struct {
	at   int    // which of the value's axes it has become, or gone
	seen []span // by unit
	// What a unit sees far from any border: stride and centre as in Extent, reach pixels between the first and the last.
	reach, stride, centre float64
	whole                 bool
}

// collapsed is an axis whose units are all used together.
func (a axis) collapsed() axis {
	a.whole = a.whole || len(a.seen) > 1
	a.seen = []span{hull(a.seen)}
	return a
}

// spread gives one unit's field to many.
func (a axis) spread(units int64) axis {
	if len(a.seen) == 1 && units <= maxTraced {
		a.seen = slices.Repeat(a.seen, int(units))
	}
	return a
}

// mixed is an axis along which every unit sees what any has seen.
func (a axis) mixed() axis {
	units := len(a.seen)
	return a.collapsed().spread(int64(units))
}

// merge joins what two axes see, unit by unit; one unit meets all units of the other.
func (a axis) merge(b axis) axis {
	if len(b.seen) == 1 {
		a, b = b, a
	}
	switch {
	case len(a.seen) == 1:
		a.at, a.stride = b.at, b.stride
		a = a.spread(int64(len(b.seen)))
	case a.at != b.at || len(a.seen) != len(b.seen):
		a, b = a.collapsed(), b.collapsed()
		a.at = gone
	}
	first := min(a.centre-a.reach/2, b.centre-b.reach/2)
	last := max(a.centre+a.reach/2, b.centre+b.reach/2)
	joined := axis{at: a.at, whole: a.whole || b.whole}
	joined.reach, joined.centre, joined.stride = last-first, (first+last)/2, max(a.stride, b.stride)
	for i := range a.seen {
		joined.seen = append(joined.seen, a.seen[i].join(b.seen[i]))
	}
	return joined
}

func (a axis) extent() Extent {
	if a.whole {
		return Extent{Whole: true, seen: a.seen}
	}
	const rounding = 1e-6 // of strides that are no binary fractions
	return Extent{Size: int(math.Ceil(a.reach + 1 - rounding)), Stride: a.stride, Start: a.centre, seen: a.seen}
}

// trace is what is known of a value's receptive field: nil for one that does not depend on the picture.
type trace struct {
	rows, columns axis
	gated         bool
}

// newTrace is that of the picture itself, N × C × height × width.
func newTrace(shape []int64) *trace {
	return &trace{rows: pixels(2, shape[2]), columns: pixels(3, shape[3])}
}

func pixels(at int, count int64) axis {
	a := axis{at: at, stride: 1}
	for i := range count {
		a.seen = append(a.seen, span{i, i + 1})
	}
	return a
}

func (t *trace) field() Field {
	if t == nil {
		return Field{}
	}
	return Field{Rows: t.rows.extent(), Columns: t.columns.extent(), Gated: t.gated}
}

// isGate reports whether a value is one number per channel, taken from the whole picture.
func (t *trace) isGate() bool {
	return t.rows.whole && t.columns.whole && len(t.rows.seen) == 1 && len(t.columns.seen) == 1
}
