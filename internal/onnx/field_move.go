package onnx

import "math"

// Routes of operators that move, cut, join and drop axes.

// one is the tap on a single unit.
func one(unit int64) taps { return taps{unit, 1, 1} }

// pad is the route of a Pad, which repeats units of the map in the modes other than constant.
func (s *step) pad(a axis) axis {
	pads, _, err := padsOf(&s.node)
	if err != nil || s.from != 0 {
		return a.collapsed()
	}
	before, size := pads[a.at], int64(len(a.seen))
	fold := func(i int64) int64 { return i }
	switch stringAttribute(s.NodeProto, "mode", "constant") {
	case "constant":
	case "edge":
		fold = func(i int64) int64 { return min(max(i, 0), size-1) }
	case "reflect":
		fold = func(i int64) int64 { return size - 1 - max(size-1-max(i, -i), max(i, -i)-size+1) }
	case "wrap":
		fold = func(i int64) int64 { return i - floorDiv(i, max(size, 1))*size }
	default:
		return a.collapsed()
	}
	l := lens{place: -float64(before), stride: 1}
	return a.through(s.dims[a.at], l, func(y int64) taps { return one(fold(y - before)) })
}

// slice is the route of a Slice.
func (s *step) slice(a axis) axis {
	cuts, err := cutsOf(&s.node)
	if err != nil {
		return a.collapsed()
	}
	for _, c := range cuts {
		if at, err := axisOf(c.axis, len(s.dims)); err != nil || at != a.at {
			continue
		}
		start, count := c.over(int64(len(a.seen)))
		l := lens{place: float64(start), stride: math.Abs(float64(c.step))}
		a = a.through(count, l, func(y int64) taps { return one(start + y*c.step) })
	}
	return a
}

// split is the route into one of a Split's outputs.
func (s *step) split(a axis) axis {
	along, err := axisOf(intAttribute(s.NodeProto, "axis", 0), len(s.dims))
	if err != nil || along != a.at {
		return a
	}
	start, err := chunkStart(&s.node, int64(len(a.seen)), s.output)
	if err != nil {
		return a.collapsed()
	}
	return a.through(s.dims[a.at], lens{place: float64(start), stride: 1}, func(y int64) taps { return one(start + y) })
}

// tile is the route of a Tile, which has the map again behind its last unit.
func (s *step) tile(a axis) axis {
	size := int64(len(a.seen))
	return a.through(s.dims[a.at], lens{stride: 1}, func(y int64) taps { return one(y % size) })
}

// transpose is the route of a Transpose.
func (s *step) transpose(a axis) axis {
	perm, ok := intsAttribute(s.NodeProto, "perm")
	if !ok {
		a.at = len(s.dims) - 1 - a.at
		return a
	}
	for i, from := range perm {
		if from == int64(a.at) {
			a.at = i
			break
		}
	}
	return a
}

// reshape finds an axis again among the dimensions of a reshaped value: as long as before, and as many elements from
// one unit to the next. Where there is none it was cut up or joined with others.
func (s *step) reshape(a axis) axis {
	x := s.in[s.from].dims
	behind := times(x[a.at+1:]...)
	for i, d := range s.dims {
		if d == x[a.at] && d > 1 && times(s.dims[i+1:]...) == behind {
			a.at = i
			return a
		}
	}
	a = a.collapsed()
	a.at = gone
	return a
}
