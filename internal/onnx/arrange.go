package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Shapes of operators that move and join without computing.

func concatShape(n *node) ([]value, error) {
	dims := slices.Clone(n.in[0].dims)
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 1), len(dims))
	if err != nil {
		return nil, err
	}
	for _, v := range n.in[1:] {
		if len(v.dims) != len(dims) {
			return nil, fmt.Errorf("shapes %v and %v cannot be joined", dims, v.dims)
		}
		for i, d := range v.dims {
			if i != at && d != dims[i] {
				return nil, fmt.Errorf("shapes %v and %v cannot be joined along axis %d", dims, v.dims, at)
			}
		}
		if dims[at] += v.dims[at]; dims[at] > maxElements {
			return nil, errors.New("the joined axis is too long")
		}
	}
	return []value{{dims: dims}}, nil
}

func flattenShape(n *node) ([]value, error) {
	x := n.in[0].dims
	axis := intAttribute(n.NodeProto, "axis", 1)
	if axis < 0 {
		axis += int64(len(x))
	}
	if axis < 0 || axis > int64(len(x)) {
		return nil, fmt.Errorf("there is no axis %d among %d", axis, len(x))
	}
	before, err := elements(x[:axis])
	if err != nil {
		return nil, err
	}
	after, err := elements(x[axis:])
	return []value{{dims: []int64{before, after}}}, err
}

func reshapeShape(n *node) ([]value, error) {
	want, ok := intsAttribute(n.NodeProto, "shape")
	if v := n.input(1); !v.absent {
		want, ok = v.ints, v.ints != nil
	}
	if !ok {
		return nil, errors.New("its shape is not known beforehand")
	}
	dims, err := fillShape(n.in[0].dims, want, intAttribute(n.NodeProto, "allowzero", 0) != 0)
	return []value{{dims: dims}}, err
}

// fillShape puts numbers for the 0 (as in x) and -1 (the rest) of a wanted shape.
func fillShape(x, want []int64, zeroIsZero bool) ([]int64, error) {
	total, err := elements(x)
	if err != nil {
		return nil, err
	}
	dims, rest := slices.Clone(want), -1
	for i, d := range want {
		switch {
		case d == 0 && !zeroIsZero && i < len(x):
			dims[i] = x[i]
		case d == -1 && rest < 0:
			dims[i], rest = 1, i
		}
	}
	part, err := elements(dims)
	if err != nil {
		return nil, err
	}
	if rest >= 0 && part > 0 {
		dims[rest] = total / part
		part *= dims[rest]
	}
	if part != total {
		return nil, fmt.Errorf("shape %v does not become %v", x, want)
	}
	return dims, nil
}

func transposeShape(n *node) ([]value, error) {
	x := n.in[0].dims
	perm, ok := intsAttribute(n.NodeProto, "perm")
	if !ok {
		dims := slices.Clone(x)
		slices.Reverse(dims)
		return []value{{dims: dims}}, nil
	}
	seen, dims := make([]bool, len(x)), make([]int64, len(x))
	if len(perm) != len(x) {
		return nil, fmt.Errorf("order %v does not suit shape %v", perm, x)
	}
	for i, p := range perm {
		if p < 0 || p >= int64(len(x)) || seen[p] {
			return nil, fmt.Errorf("order %v does not suit shape %v", perm, x)
		}
		seen[p], dims[i] = true, x[p]
	}
	return []value{{dims: dims}}, nil
}

func padShape(n *node) ([]value, error) {
	before, after, err := padsOf(n)
	if err != nil {
		return nil, err
	}
	dims := slices.Clone(n.in[0].dims)
	for i := range dims {
		dims[i] += before[i] + after[i]
	}
	return []value{{dims: dims}}, nil
}

// padsOf is how much a Pad puts before and after each axis; negative where it crops. Since opset 18 it may name the
// axes that it pads.
func padsOf(n *node) (before, after []int64, err error) {
	x := n.in[0].dims
	pads, known := intsAttribute(n.NodeProto, "pads")
	if v := n.input(1); !v.absent {
		pads, known = v.ints, v.ints != nil
	}
	axes := make([]int64, len(x))
	for i := range axes {
		axes[i] = int64(i)
	}
	if v := n.input(3); !v.absent {
		axes, known = v.ints, known && v.ints != nil
	}
	if !known || len(pads) != 2*len(axes) {
		return nil, nil, fmt.Errorf("pads %v of a shape %v are not supported", pads, x)
	}
	before, after = make([]int64, len(x)), make([]int64, len(x))
	for i, axis := range axes {
		at, err := axisOf(axis, len(x))
		if err != nil {
			return nil, nil, err
		}
		before[at], after[at] = pads[i], pads[i+len(axes)]
		if min(before[at], after[at]) < -maxElements || max(before[at], after[at]) > maxElements {
			return nil, nil, fmt.Errorf("pads %v out of range", pads)
		}
	}
	return before, after, nil
}
