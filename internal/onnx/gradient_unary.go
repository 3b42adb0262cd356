package onnx

import "math"

// Derivatives of operators that work on each number by itself.

// unary is the rule of an operator whose derivative, by each number, the function makes.
func unary(derivative func(*backward) string) func(*backward) []string {
	return func(s *backward) []string { return []string{s.Mul("", s.dy(), derivative(s))} }
}

// number is a constant in a formula.
func (r *reverse) number(v float64) string { return r.scalar(float32(v)) }

func (r *reverse) op(name string, inputs ...string) string { return r.Node(name, "", inputs) }

// step is 1 where x is positive and 0 elsewhere.
func (r *reverse) step(x string) string { return r.op("Relu", r.op("Sign", x)) }

// choose is x where the condition holds, and otherwise y.
func (r *reverse) choose(condition, x, y string) string { return r.op("Where", condition, x, y) }

func (s *backward) same() []string { return []string{s.dy()} }

func (s *backward) neg() []string { return []string{s.op("Neg", s.dy())} }

// cast has no derivative where it makes whole numbers.
func (s *backward) cast() []string {
	if intAttribute(s.NodeProto, "to", 1) != 1 {
		return []string{""}
	}
	return s.same()
}

func (s *backward) relu() []string {
	dx := s.choose(s.op("Greater", s.y(), s.number(0)), s.dy(), s.number(0))
	if s.opt.RedirectReLU {
		dx = s.redirected(dx, s.op("Less", s.x(0), s.number(0)), "")
	}
	return []string{dx}
}

// clip lets pass what lies between the bounds, which themselves do not count. It looks at what comes out of the node: what
// goes in, runtimes would not keep, having merged the node with the convolution before it.
func (s *backward) clip() []string {
	low, high := s.bound(1), s.bound(2)
	inside := ""
	if low != "" {
		inside = s.op("Greater", s.y(), low)
	}
	if high != "" {
		within := s.op("Less", s.y(), high)
		if inside == "" {
			inside = within
		} else {
			inside = s.op("And", inside, within)
		}
	}
	if inside == "" {
		return s.same()
	}
	dx := s.choose(inside, s.dy(), s.number(0))
	if s.opt.RedirectReLU && low != "" {
		above := ""
		if high != "" {
			above = s.op("Greater", s.x(0), high)
		}
		dx = s.redirected(dx, s.op("Less", s.x(0), low), above)
	}
	return []string{dx}
}

// bound is a limit of a Clip, "" where it has none.
func (s *backward) bound(i int) string {
	if s.input(i).absent {
		return ""
	}
	return s.x(i)
}

// redirected is dx for pictures of which something gets through; for others it is dy, but for what pushes units below
// their range further down or units above it further up.
func (s *backward) redirected(dx, below, above string) string {
	axes := []int64{}
	for i := range s.Dims(dx)[1:] {
		axes = append(axes, int64(i+1))
	}
	passes := s.op("Greater", s.ReduceSum("", s.op("Abs", dx), axes...), s.number(0))
	away := s.op("And", below, s.op("Less", s.dy(), s.number(0)))
	if above != "" {
		away = s.op("Or", away, s.op("And", above, s.op("Greater", s.dy(), s.number(0))))
	}
	return s.choose(passes, dx, s.choose(away, s.number(0), s.dy()))
}

func derivativeOfAbs(s *backward) string { return s.op("Sign", s.x(0)) }

func derivativeOfCelu(s *backward) string {
	alpha := s.number(float64(floatAttribute(s.NodeProto, "alpha", 1)))
	return s.op("Min", s.op("Exp", s.Div("", s.x(0), alpha)), s.number(1))
}

func derivativeOfCos(s *backward) string { return s.op("Neg", s.op("Sin", s.x(0))) }

func derivativeOfElu(s *backward) string {
	alpha := s.number(float64(floatAttribute(s.NodeProto, "alpha", 1)))
	return s.choose(s.op("Greater", s.x(0), s.number(0)), s.number(1), s.Add("", s.y(), alpha))
}

func derivativeOfErf(s *backward) string {
	return s.Mul("", s.number(2/math.Sqrt(math.Pi)), s.op("Exp", s.op("Neg", s.Mul("", s.x(0), s.x(0)))))
}

func derivativeOfExp(s *backward) string { return s.y() }

func derivativeOfHardSigmoid(s *backward) string {
	slope := float64(floatAttribute(s.NodeProto, "alpha", 0.2))
	y := s.y()
	return s.times(s.step(s.Mul("", y, s.Sub("", s.number(1), y))), float32(slope))
}

// derivativeOfHardSwish: x·g(x) with g = min(max(x/6 + 1/2, 0), 1).
func derivativeOfHardSwish(s *backward) string {
	gate := s.Node("HardSigmoid", "", []string{s.x(0)}, Float("alpha", 1.0/6), Float("beta", 0.5))
	open := s.step(s.Mul("", gate, s.Sub("", s.number(1), gate)))
	return s.Add("", gate, s.Mul("", open, s.times(s.x(0), 1.0/6)))
}

func derivativeOfLeakyRelu(s *backward) string {
	slope := float64(floatAttribute(s.NodeProto, "alpha", 0.01))
	return s.choose(s.op("Greater", s.x(0), s.number(0)), s.number(1), s.number(slope))
}

func derivativeOfLog(s *backward) string { return s.op("Reciprocal", s.x(0)) }

func derivativeOfReciprocal(s *backward) string { return s.op("Neg", s.Mul("", s.y(), s.y())) }

func derivativeOfSelu(s *backward) string {
	gamma := float64(floatAttribute(s.NodeProto, "gamma", 1.05070102214813232421875))
	alpha := float64(floatAttribute(s.NodeProto, "alpha", 1.67326319217681884765625))
	return s.choose(s.op("Greater", s.x(0), s.number(0)), s.number(gamma), s.Add("", s.y(), s.number(gamma*alpha)))
}

func derivativeOfSigmoid(s *backward) string {
	return s.Mul("", s.y(), s.Sub("", s.number(1), s.y()))
}

func derivativeOfSin(s *backward) string { return s.op("Cos", s.x(0)) }

func derivativeOfSoftplus(s *backward) string { return s.Sigmoid("", s.x(0)) }

func derivativeOfSoftsign(s *backward) string {
	root := s.op("Reciprocal", s.Add("", s.number(1), s.op("Abs", s.x(0))))
	return s.Mul("", root, root)
}

func derivativeOfSqrt(s *backward) string { return s.Div("", s.number(0.5), s.y()) }

func derivativeOfTanh(s *backward) string {
	return s.Sub("", s.number(1), s.Mul("", s.y(), s.y()))
}

func derivativeOfThresholdedRelu(s *backward) string { return s.step(s.op("Abs", s.y())) }
