package onnx

// Routes of operators that use the units of an axis together.

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
// Products with a vector, which drop an axis, are not followed.
func (s *step) matMul(a axis) axis {
	rank := len(s.in[s.from].dims)
	used := rank - 1
	if s.from == 1 {
		used = rank - 2
	}
	vector := len(s.in[0].dims) == 1 || len(s.in[1].dims) == 1
	if s.GetOpType() == "Gemm" || vector || a.at == used {
		return s.anywhere(a)
	}
	return a.shifted(len(s.dims) - rank)
}

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

// search is the route of an operator that looks for numbers along one axis.
func (s *step) search(a axis) axis {
	rank, fallback := len(s.in[0].dims), int64(0)
	if s.GetOpType() == "TopK" {
		fallback = -1
	}
	along, err := axisOf(intAttribute(s.NodeProto, "axis", fallback), rank)
	kept := len(s.dims) == rank
	switch {
	case err != nil:
		return a.collapsed()
	case along == a.at:
		if a = a.collapsed(); !kept {
			a.at = gone
		}
	case along < a.at && !kept:
		a.at--
	}
	return a
}

// cumulate is the route of a CumSum: a unit reads all before it, or all behind it.
func (s *step) cumulate(a axis) axis {
	if len(s.in[1].ints) != 1 || s.from != 0 {
		return a.mixed()
	}
	along, err := axisOf(s.in[1].ints[0], len(s.dims))
	if err != nil {
		return a.mixed()
	}
	if along != a.at {
		return a
	}
	own := 1 - min(1, intAttribute(s.NodeProto, "exclusive", 0))
	backwards := intAttribute(s.NodeProto, "reverse", 0) != 0
	size := int64(len(a.seen))
	a.whole = a.whole || size > 1
	return a.through(size, lens{stride: 1}, func(y int64) taps {
		if backwards {
			return taps{y + 1 - own, 1, size - y - 1 + own}
		}
		return taps{0, 1, y + own}
	})
}

// quantize is the route of a DynamicQuantizeLinear, whose scale and zero point follow from all numbers.
func (s *step) quantize(a axis) axis {
	if s.output == 0 {
		return a
	}
	return s.anywhere(a)
}
