package onnx

import "math"

// Routes of operators that move, cut, join and drop axes.

// one is the tap on a single unit.
func one(unit int64) taps { return taps{unit, 1, 1} }

// pad is the route of a Pad, which repeats units of the map in the modes other than constant.
func (s *step) pad(a axis) axis {
	pads, _ := intsAttribute(s.NodeProto, "pads")
	if v := s.input(1); !v.absent {
		pads = v.ints
	}
	if a.at >= len(pads) {
		return a.collapsed()
	}
	before, last := pads[a.at], int64(len(a.seen))-1
	fold := func(i int64) int64 { return i }
	switch stringAttribute(s.NodeProto, "mode", "constant") {
	case "constant":
	case "edge":
		fold = func(i int64) int64 { return min(max(i, 0), last) }
	case "reflect":
		fold = func(i int64) int64 { return last - max(last-max(i, -i), max(i, -i)-last) }
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
	if err == nil && along != a.at {
		return a
	}
	return a.collapsed()
}

// gather is the route of a Gather, which has the axes of its indices in the place of the one it gathers along.
func (s *step) gather(a axis) axis {
	along, err := axisOf(intAttribute(s.NodeProto, "axis", 0), len(s.in[0].dims))
	if err != nil || s.from != 0 || along == a.at {
		return a.collapsed()
	}
	if a.at > along {
		a.at += len(s.in[1].dims) - 1
	}
	return a
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

// reduce is the route of a sum, mean or the like over some axes.
func (s *step) reduce(a axis) axis {
	rank := len(s.in[0].dims)
	drop, some, err := axesOf(&s.node, rank)
	if err != nil || s.from != 0 {
		return a.collapsed()
	}
	all := !some && intAttribute(s.NodeProto, "noop_with_empty_axes", 0) == 0
	kept := len(s.dims) == rank
	if all || drop[a.at] {
		a = a.collapsed()
		if !kept {
			a.at = gone
		}
		return a
	}
	if !kept {
		for _, dropped := range drop[:a.at] {
			if dropped {
				a.at--
			}
		}
	}
	return a
}

// matMul is the route of a matrix product, which keeps the rows of its left side and the columns of its right side.
func (s *step) matMul(a axis) axis {
	rank := len(s.in[s.from].dims)
	used := rank - 1
	if s.from == 1 {
		used = rank - 2
	}
	if s.GetOpType() == "Gemm" || a.at == used {
		a = a.collapsed()
		a.at = gone
		return a
	}
	return a.shifted(len(s.dims) - rank)
}

// mix is the route of an operator that works along one axis.
func (s *step) mix(a axis) axis { return a.mixed() }

// normalize is the route of an operator that divides by a sum along one axis; before opset 13, Softmax and its kin
// took all axes from that one on together.
func (s *step) normalize(a axis) axis {
	from, fallback := -1, int64(-1)
	if s.opset < 13 && s.GetOpType() != "LpNormalization" {
		fallback = 1
	}
	along, err := axisOf(intAttribute(s.NodeProto, "axis", fallback), len(s.dims))
	if fallback == 1 {
		from = along
	}
	if err != nil || along == a.at || (from >= 0 && a.at >= from) {
		return a.mixed()
	}
	return a
}
