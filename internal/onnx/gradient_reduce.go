package onnx

// Derivatives of sums, means and the like, and of what is divided by them.

// reduced are the axes that a node reduces, and the shape of its output with these axes kept as 1.
func (s *backward) reduced() (axes []bool, small []int64) {
	size := s.in[0].dims
	axes, some, err := axesOf(&s.node, len(size))
	if err != nil {
		s.fail(err)
		return make([]bool, len(size)), size
	}
	if !some && intAttribute(s.NodeProto, "noop_with_empty_axes", 0) == 0 {
		for i := range axes {
			axes[i] = true
		}
	}
	return axes, kept(size, axes)
}

// repeated is a value of the output's shape, perhaps with axes dropped, brought to the input's.
func (s *backward) repeated(x string) string {
	_, small := s.reduced()
	return s.Expand("", s.Reshape("", x, small...), s.in[0].dims...)
}

func (s *backward) reduceSum() []string { return []string{s.repeated(s.dy())} }

func (s *backward) reduceMean() []string {
	_, small := s.reduced()
	share := float64(times(small...)) / float64(max(times(s.in[0].dims...), 1))
	return []string{s.repeated(s.times(s.dy(), float32(share)))}
}

func (s *backward) reduceSumSquare() []string {
	return []string{s.Mul("", s.repeated(s.times(s.dy(), 2)), s.x(0))}
}

func (s *backward) reduceL2() []string {
	return []string{s.Mul("", s.repeated(s.Div("", s.dy(), s.y())), s.x(0))}
}

// reduceMax shares among all that are the largest.
func (s *backward) reduceMax() []string {
	marked, small := s.reduced()
	var axes []int64
	for i, m := range marked {
		if m {
			axes = append(axes, int64(i))
		}
	}
	largest := s.Node("Cast", "", []string{s.op("Equal", s.x(0), s.Reshape("", s.y(), small...))}, Int("to", 1))
	if len(axes) == 0 {
		return s.same()
	}
	share := s.Div("", s.Reshape("", s.dy(), small...), s.ReduceSum("", largest, axes...))
	return []string{s.Mul("", share, largest)}
}

// softmax: y·(dy − Σ y·dy).
func (s *backward) softmax() []string {
	axis := intAttribute(s.NodeProto, "axis", -1)
	mean := s.ReduceSum("", s.Mul("", s.dy(), s.y()), axis)
	return []string{s.Mul("", s.y(), s.Sub("", s.dy(), mean))}
}

// logSoftmax: dy − e^y·Σ dy.
func (s *backward) logSoftmax() []string {
	axis := intAttribute(s.NodeProto, "axis", -1)
	return []string{s.Sub("", s.dy(), s.Mul("", s.op("Exp", s.y()), s.ReduceSum("", s.dy(), axis)))}
}
