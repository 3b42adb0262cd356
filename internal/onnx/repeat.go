package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Shapes of operators that make numbers from nothing, or from a shape, and of those that repeat them.

func constantShape(n *node) ([]value, error) {
	if a := attribute(n.NodeProto, "value"); a.GetT() != nil {
		v, err := constant(a.GetT())
		return []value{v}, err
	}
	if a := attribute(n.NodeProto, "value_ints"); a != nil {
		v := append([]int64{}, a.GetInts()...)
		return []value{{dims: []int64{int64(len(v))}, ints: v}}, nil
	}
	if a := attribute(n.NodeProto, "value_floats"); a != nil {
		v := append([]float32{}, a.GetFloats()...)
		return []value{{dims: []int64{int64(len(v))}, floats: v}}, nil
	}
	if a := attribute(n.NodeProto, "value_int"); a != nil {
		return []value{{dims: []int64{}, ints: []int64{a.GetI()}}}, nil
	}
	if a := attribute(n.NodeProto, "value_float"); a != nil {
		return []value{{dims: []int64{}, floats: []float32{a.GetF()}}}, nil
	}
	return nil, errors.New("a constant of this kind is not supported")
}

func shapeShape(n *node) ([]value, error) {
	rank := int64(len(n.in[0].dims))
	start := clampIndex(intAttribute(n.NodeProto, "start", 0), rank)
	end := clampIndex(intAttribute(n.NodeProto, "end", rank), rank)
	dims := append([]int64{}, n.in[0].dims[start:max(start, end)]...)
	return []value{{dims: []int64{int64(len(dims))}, ints: dims}}, nil
}

func sizeShape(n *node) ([]value, error) {
	count, err := elements(n.in[0].dims)
	return []value{{dims: []int64{}, ints: []int64{count}}}, err
}

func constantOfShapeShape(n *node) ([]value, error) {
	dims := n.in[0].ints
	if dims == nil {
		return nil, errors.New("its shape is not known beforehand")
	}
	return []value{{dims: slices.Clone(dims)}}, nil
}

func expandShape(n *node) ([]value, error) {
	if n.in[1].ints == nil {
		return nil, errors.New("its shape is not known beforehand")
	}
	if _, err := elements(n.in[1].ints); err != nil {
		return nil, err
	}
	dims, err := broadcast(n.in[0].dims, n.in[1].ints)
	return []value{{dims: dims}}, err
}

func tileShape(n *node) ([]value, error) {
	x, repeats := n.in[0].dims, n.in[1].ints
	if len(repeats) != len(x) || repeats == nil {
		return nil, fmt.Errorf("how often a shape %v is repeated is not known beforehand", x)
	}
	dims := slices.Clone(x)
	for i, r := range repeats {
		if r < 0 {
			return nil, fmt.Errorf("repeats %v out of range", repeats)
		}
		dims[i] = times(dims[i], r)
	}
	return []value{{dims: dims}}, nil
}

func rangeShape(n *node) ([]value, error) {
	count, ok := n.steps()
	if !ok {
		return nil, errors.New("its bounds are not known beforehand")
	}
	return []value{{dims: []int64{count}}}, nil
}

// steps is how many numbers a Range has. The float32 ones are counted with ONNX Runtime's roundings.
func (n *node) steps() (int64, bool) {
	if start, limit, step := n.in[0].ints, n.in[1].ints, n.in[2].ints; len(start) == 1 && len(limit) == 1 && len(step) == 1 {
		if step[0] == 0 || !within(-1<<30, start[0], limit[0], step[0]) {
			return 0, false
		}
		if step[0] < 0 {
			return max(0, ceilDiv(start[0]-limit[0], -step[0])), true
		}
		return max(0, ceilDiv(limit[0]-start[0], step[0])), true
	}
	if start, limit, step := n.in[0].floats, n.in[1].floats, n.in[2].floats; len(start) == 1 && len(limit) == 1 && len(step) == 1 {
		count := math.Ceil(float64(limit[0]-start[0]) / float64(step[0]))
		return int64(max(0, count)), count <= maxElements // false for NaN
	}
	return 0, false
}
