package onnx

import "slices"

// Derivatives of operators that join values number by number. Where one of them was repeated along an axis, its
// derivative is summed over the axis.

// shrunk sums over the axes along which an input was repeated to get the output's shape.
func (s *backward) shrunk(dx string, i int) string {
	dims, full := s.in[i].dims, s.Dims(dx)
	lead := len(full) - len(dims)
	var axes []int64
	for a, d := range full {
		if a < lead || dims[a-lead] != d {
			axes = append(axes, int64(a))
		}
	}
	if len(axes) > 0 {
		dx = s.ReduceSum("", dx, axes...)
	}
	if !slices.Equal(s.Dims(dx), dims) {
		dx = s.Reshape("", dx, dims...)
	}
	return dx
}

// each makes the derivative by every input that hangs on the picture.
func (s *backward) each(derivative func(i int) string) []string {
	dxs := make([]string, len(s.NodeProto.Input))
	for i := range dxs {
		if s.moves(i) {
			dxs[i] = s.shrunk(s.broadened(derivative(i)), i)
		}
	}
	return dxs
}

// broadened repeats a derivative to the output's shape, if it has not got it.
func (s *backward) broadened(dx string) string {
	if full := s.Dims(s.y()); !slices.Equal(s.Dims(dx), full) {
		return s.Expand("", dx, full...)
	}
	return dx
}

func (s *backward) add() []string { return s.addAll() }

func (s *backward) addAll() []string { return s.each(func(int) string { return s.dy() }) }

func (s *backward) mean() []string {
	share := s.times(s.dy(), 1/float32(len(s.NodeProto.Input)))
	return s.each(func(int) string { return share })
}

func (s *backward) sub() []string {
	return s.each(func(i int) string {
		if i == 0 {
			return s.dy()
		}
		return s.op("Neg", s.dy())
	})
}

func (s *backward) mul() []string {
	return s.each(func(i int) string { return s.Mul("", s.dy(), s.x(1-i)) })
}

func (s *backward) div() []string {
	return s.each(func(i int) string {
		share := s.Div("", s.dy(), s.x(1))
		if i == 0 {
			return share
		}
		return s.op("Neg", s.Mul("", share, s.y()))
	})
}

func (s *backward) larger() []string  { return s.winner(1) }
func (s *backward) smaller() []string { return s.winner(-1) }

// winner gives the derivative to the larger of two numbers, or the smaller, and half of it to each of equals.
func (s *backward) winner(sign float32) []string {
	if len(s.NodeProto.Input) == 1 {
		return s.same()
	}
	first := s.Add("", s.times(s.op("Sign", s.Sub("", s.x(0), s.x(1))), sign/2), s.number(0.5))
	return s.each(func(i int) string {
		if i == 0 {
			return s.Mul("", s.dy(), first)
		}
		return s.Mul("", s.dy(), s.Sub("", s.number(1), first))
	})
}

// pow: the exponent is constant.
func (s *backward) pow() []string {
	p := s.x(1)
	slope := s.Mul("", p, s.op("Pow", s.x(0), s.Sub("", p, s.number(1))))
	return s.each(func(int) string { return s.Mul("", s.dy(), slope) })
}

func (s *backward) prelu() []string {
	slope := s.choose(s.op("Greater", s.x(0), s.number(0)), s.number(1), s.x(1))
	return []string{s.Mul("", s.dy(), slope)}
}

func (s *backward) where() []string {
	return s.each(func(i int) string {
		if i == 1 {
			return s.choose(s.x(0), s.dy(), s.number(0))
		}
		return s.choose(s.x(0), s.number(0), s.dy())
	})
}
