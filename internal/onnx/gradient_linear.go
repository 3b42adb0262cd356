package onnx

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Derivatives of operators that are linear along one axis after the other: each is a matrix, and the way back its
// transpose. The matrix is what the operator makes of unit vectors. The runtime computes it when it loads the graph, so
// it has every rule of the operator in it.

// along multiplies the axis of x by a matrix, from the left.
func (s *backward) along(axis int, matrix, x string) string {
	dims := s.Dims(x)
	if s.err != nil {
		return x
	}
	product := s.MatMul("", matrix, s.Reshape("", x, times(dims[:axis]...), dims[axis], times(dims[axis+1:]...)))
	changed := slices.Clone(dims)
	changed[axis] = s.Dims(matrix)[0]
	return s.Reshape("", product, changed...)
}

// units are the unit vectors along an axis: a value of as many axes as the input, with the vectors side by side in
// another one.
func (s *backward) units(axis int) (units string, beside int) {
	length := s.in[0].dims[axis]
	if beside = 0; axis == 0 {
		beside = 1
	}
	eye := make([]float32, length*length)
	for i := range length {
		eye[i*length+i] = 1
	}
	dims := slices.Repeat([]int64{1}, max(len(s.in[0].dims), 2))
	dims[axis], dims[beside] = length, length
	return s.Floats(s.unused("units"), dims, eye), beside
}

// through makes the way back through an operator along an axis. apply makes the operator's node on unit vectors.
func (s *backward) through(dy string, axis int, apply func(units string) string) string {
	units, _ := s.units(axis)
	length, out := s.in[0].dims[axis], s.Dims(s.y())[axis]
	matrix := apply(units)
	if axis == 0 {
		matrix = s.Transpose("", s.Reshape("", matrix, out, length), 1, 0)
	} else {
		matrix = s.Reshape("", matrix, length, out)
	}
	return s.along(axis, matrix, dy)
}

// again is the node with other inputs.
func (s *backward) again(inputs []string, drop ...string) string {
	n := proto.Clone(s.NodeProto).(*onnxpb.NodeProto)
	n.Attribute = slices.DeleteFunc(n.Attribute, func(a *onnxpb.AttributeProto) bool { return slices.Contains(drop, a.GetName()) })
	return s.Node(n.OpType, "", inputs, n.Attribute...)
}

func (s *backward) resize() []string {
	asked, err := scalingOf(&s.node)
	if err != nil {
		s.fail(err)
		return nil
	}
	size, out := s.in[0].dims, s.Dims(s.y())
	dx := s.dy()
	for axis := range size {
		if out[axis] == size[axis] && (asked.scales == nil || asked.scales[axis] == 1) {
			continue
		}
		dx = s.through(dx, axis, func(units string) string {
			dims := s.Dims(units)
			if s.err != nil {
				return units
			}
			if asked.scales == nil {
				sizes := slices.Clone(dims)
				sizes[axis] = out[axis]
				return s.again([]string{units, "", "", s.Int64s(s.unused("sizes"), sizes...)}, "axes")
			}
			scales := slices.Repeat([]float32{1}, len(dims))
			scales[axis] = asked.scales[axis]
			return s.again([]string{units, "", s.Floats(s.unused("scales"), []int64{int64(len(dims))}, scales)}, "axes")
		})
	}
	return []string{dx}
}

func (s *backward) gather() []string {
	axis, err := axisOf(intAttribute(s.NodeProto, "axis", 0), len(s.in[0].dims))
	if err != nil {
		s.fail(err)
		return nil
	}
	size := s.in[0].dims
	taken := times(s.in[1].dims...)
	units, _ := s.units(axis)
	matrix := s.again([]string{units, s.Reshape("", s.x(1), -1)})
	if axis == 0 {
		matrix = s.Transpose("", s.Reshape("", matrix, taken, size[0]), 1, 0)
	} else {
		matrix = s.Reshape("", matrix, size[axis], taken)
	}
	flat := slices.Concat(size[:axis], []int64{taken}, size[axis+1:])
	return []string{s.along(axis, matrix, s.Reshape("", s.dy(), flat...))}
}

// slice puts zeros where nothing was taken.
func (s *backward) slice() []string {
	cuts, err := cutsOf(&s.node)
	if err != nil {
		s.fail(err)
		return nil
	}
	size := s.in[0].dims
	dx := s.dy()
	pads := make([]int64, 2*len(size))
	for _, c := range cuts {
		axis, err := axisOf(c.axis, len(size))
		if err != nil {
			s.fail(err)
			return nil
		}
		start, count := c.over(size[axis])
		if c.step == 1 {
			pads[axis], pads[axis+len(size)] = start, size[axis]-start-count
			continue
		}
		dx = s.through(dx, axis, func(units string) string {
			bound := func(v int64) string { return s.Int64s(s.unused("cut"), v) }
			return s.op("Slice", units, bound(c.start), bound(c.end), bound(int64(axis)), bound(c.step))
		})
	}
	if slices.ContainsFunc(pads, func(p int64) bool { return p != 0 }) {
		dx = s.op("Pad", dx, s.Int64s(s.unused("pads"), pads...))
	}
	return []string{dx}
}

// pad drops what was put around, or adds up what was repeated.
func (s *backward) pad() []string {
	before, after, err := padsOf(&s.node)
	if err != nil {
		s.fail(err)
		return nil
	}
	dx := s.dy()
	if stringAttribute(s.NodeProto, "mode", "constant") == "constant" {
		back := slices.Concat(before, after)
		for i := range back {
			back[i] = -back[i]
		}
		return []string{s.op("Pad", dx, s.Int64s(s.unused("pads"), back...))}
	}
	for axis := range before {
		if before[axis] == 0 && after[axis] == 0 {
			continue
		}
		dx = s.through(dx, axis, func(units string) string {
			rank := len(s.Dims(units))
			if s.err != nil {
				return units
			}
			pads := make([]int64, 2*rank)
			pads[axis], pads[axis+rank] = before[axis], after[axis]
			return s.again([]string{units, s.Int64s(s.unused("pads"), pads...)})
		})
	}
	return []string{dx}
}
