package onnx

// Routes of operators that pick units by lists of indices.

// gather is the route of a Gather, which has the axes of its indices in the place of the one it gathers along.
func (s *step) gather(a axis) axis {
	along, err := axisOf(intAttribute(s.NodeProto, "axis", 0), len(s.in[0].dims))
	if err != nil || s.from != 0 {
		return a.collapsed()
	}
	if along == a.at {
		return s.gatherUnits(a)
	}
	if a.at > along {
		a.at += len(s.in[1].dims) - 1
	}
	return a
}

// gatherUnits is a Gather along the axis itself.
func (s *step) gatherUnits(a axis) axis {
	which, size := s.in[1], int64(len(a.seen))
	if len(which.dims) > 1 || len(which.ints) == 0 {
		return a.collapsed()
	}
	unit := func(y int64) int64 {
		if i := which.ints[y]; i >= 0 {
			return i
		}
		return which.ints[y] + size
	}
	l := lens{place: float64(unit(0)), stride: 1}
	a = a.through(int64(len(which.ints)), l, func(y int64) taps { return one(unit(y)) })
	if len(which.dims) == 0 {
		a.at = gone
	}
	return a
}

// gatherElements is the route of a GatherElements: along other axes than its own a unit reads the one in its place.
func (s *step) gatherElements(a axis) axis {
	along, err := axisOf(intAttribute(s.NodeProto, "axis", 0), len(s.dims))
	switch {
	case s.from == 1:
		return a // the indices decide, each for one unit
	case err != nil || s.from != 0:
		return a.collapsed()
	case along == a.at:
		return a.collapsed()
	}
	return a.through(s.dims[a.at], lens{stride: 1}, one)
}
