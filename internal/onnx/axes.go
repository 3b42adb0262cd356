package onnx

import (
	"errors"
	"fmt"
)

// Shapes of operators that drop or add axes.

// axesOf reads axes from the attribute (older files) or from input 1, and marks
// them among rank axes. It reports false when none are named.
func axesOf(n *node, rank int) (marked []bool, some bool, err error) {
	axes, _ := intsAttribute(n.NodeProto, "axes")
	if v := n.input(1); !v.absent {
		if axes = v.ints; axes == nil {
			return nil, false, errors.New("its axes are not known beforehand")
		}
	}
	marked = make([]bool, rank)
	for _, a := range axes {
		at, err := axisOf(a, rank)
		if err != nil {
			return nil, false, err
		}
		if marked[at] {
			return nil, false, fmt.Errorf("axes %v name one twice", axes)
		}
		marked[at] = true
	}
	return marked, len(axes) > 0, nil
}

// axisOf turns an axis, negative from behind, into an index.
func axisOf(axis int64, rank int) (int, error) {
	if axis < 0 {
		axis += int64(rank)
	}
	if axis < 0 || axis >= int64(rank) {
		return 0, fmt.Errorf("there is no axis %d among %d", axis, rank)
	}
	return int(axis), nil
}

func reduceShape(n *node) ([]value, error) {
	x := n.in[0].dims
	drop, some, err := axesOf(n, len(x))
	if err != nil {
		return nil, err
	}
	all := !some && intAttribute(n.NodeProto, "noop_with_empty_axes", 0) == 0
	keep := intAttribute(n.NodeProto, "keepdims", 1) != 0
	dims := []int64{}
	for i, d := range x {
		switch {
		case !all && !drop[i]:
			dims = append(dims, d)
		case keep:
			dims = append(dims, 1)
		}
	}
	return []value{{dims: dims}}, nil
}

func squeezeShape(n *node) ([]value, error) {
	x := n.in[0].dims
	drop, some, err := axesOf(n, len(x))
	if err != nil {
		return nil, err
	}
	dims := []int64{}
	for i, d := range x {
		switch {
		case drop[i] && d != 1:
			return nil, fmt.Errorf("axis %d of shape %v is not 1", i, x)
		case some && !drop[i], !some && d != 1:
			dims = append(dims, d)
		}
	}
	return []value{{dims: dims}}, nil
}

func unsqueezeShape(n *node) ([]value, error) {
	x := n.in[0].dims
	count := len(n.input(1).ints)
	if axes, ok := intsAttribute(n.NodeProto, "axes"); ok {
		count = len(axes)
	}
	added, _, err := axesOf(n, len(x)+count)
	if err != nil {
		return nil, err
	}
	dims := make([]int64, 0, len(added))
	for _, fresh := range added {
		switch {
		case fresh:
			dims = append(dims, 1)
		case len(x) == 0:
			return nil, errors.New("its axes are given twice")
		default:
			dims, x = append(dims, x[0]), x[1:]
		}
	}
	return []value{{dims: dims}}, nil
}
