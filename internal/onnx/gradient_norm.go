package onnx

import "slices"

// Derivatives of normalisations.

// channelled gives a value per channel the shape that goes with a map: 1 × C × 1 × 1.
func (s *backward) channelled(x string) string {
	dims := slices.Repeat([]int64{1}, len(s.in[0].dims))
	dims[1] = s.in[0].dims[1]
	return s.Reshape("", x, dims...)
}

// batchNorm multiplies each channel by a constant.
func (s *backward) batchNorm() []string {
	epsilon := s.number(float64(floatAttribute(s.NodeProto, "epsilon", 1e-5)))
	factor := s.Div("", s.x(1), s.Sqrt("", s.Add("", s.x(4), epsilon)))
	return []string{s.Mul("", s.dy(), s.channelled(factor))}
}

func (s *backward) instanceNorm() []string {
	var axes []int64
	for i := range s.in[0].dims[2:] {
		axes = append(axes, int64(i+2))
	}
	return []string{s.normalized(s.Mul("", s.dy(), s.channelled(s.x(1))), axes)}
}

func (s *backward) layerNorm() []string {
	rank := len(s.in[0].dims)
	first, err := axisOf(intAttribute(s.NodeProto, "axis", -1), rank)
	if err != nil {
		s.fail(err)
		return nil
	}
	var axes []int64
	for i := first; i < rank; i++ {
		axes = append(axes, int64(i))
	}
	return []string{s.normalized(s.Mul("", s.dy(), s.x(1)), axes)}
}

// normalized is the way back through (x − mean) / √(variance + ε) with both taken over some axes: with x̂ for the result
// and g for the derivative by it, (g − mean(g) − x̂·mean(g·x̂)) / √(variance + ε).
func (s *backward) normalized(g string, axes []int64) string {
	epsilon := s.number(float64(floatAttribute(s.NodeProto, "epsilon", 1e-5)))
	count := int64(1)
	for _, a := range axes {
		count *= s.in[0].dims[a]
	}
	mean := func(x string) string { return s.times(s.ReduceSum("", x, axes...), 1/float32(count)) }
	centred := s.Sub("", s.x(0), mean(s.x(0)))
	deviation := s.Sqrt("", s.Add("", mean(s.Mul("", centred, centred)), epsilon))
	hat := s.Div("", centred, deviation)
	rest := s.Sub("", s.Sub("", g, mean(g)), s.Mul("", hat, mean(s.Mul("", g, hat))))
	return s.Div("", rest, deviation)
}

// lrn is x / n^β with n = bias + α/size·Σ x² over the channels beside each one. The way back is dy / n^β less
// 2αβ/size · x · Σ dy·y/n over the channels that each one is beside.
func (s *backward) lrn() []string {
	alpha, beta := floatAttribute(s.NodeProto, "alpha", 1e-4), floatAttribute(s.NodeProto, "beta", 0.75)
	bias, size := floatAttribute(s.NodeProto, "bias", 1), intAttribute(s.NodeProto, "size", 1)
	below, above := (size-1)/2, size/2
	n := s.Add("", s.number(float64(bias)), s.times(s.neighbours(s.Mul("", s.x(0), s.x(0)), size, below, above), alpha/float32(size)))
	direct := s.Div("", s.dy(), s.Pow("", n, beta))
	others := s.neighbours(s.Div("", s.Mul("", s.dy(), s.y()), n), size, above, below)
	return []string{s.Sub("", direct, s.times(s.Mul("", s.x(0), others), 2*alpha*beta/float32(size)))}
}

// neighbours sums over channels: as many below and above each one as said.
func (s *backward) neighbours(x string, size, below, above int64) string {
	dims := s.in[0].dims
	flat := s.Reshape("", x, dims[0], 1, dims[1], times(dims[2:]...))
	sum := s.Node("AveragePool", "", []string{flat}, Ints("kernel_shape", size, 1), Ints("strides", 1, 1),
		Ints("pads", below, 0, above, 0), Int("count_include_pad", 1))
	return s.Reshape("", s.times(sum, float32(size)), dims...)
}
