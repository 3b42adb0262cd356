package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Shapes of operators that move, cut and join without computing. They carry
// known integers along, because exporters compute Reshape's shape with them.

func constantShape(n *node) ([]value, error) {
	a := attribute(n.NodeProto, "value")
	if a.GetT() != nil {
		v, err := constant(a.GetT())
		return []value{v}, err
	}
	if v, ok := intsAttribute(n.NodeProto, "value_ints"); ok {
		return []value{{dims: []int64{int64(len(v))}, ints: v}}, nil
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
	dims := n.in[0].dims[start:max(start, end)]
	return []value{{dims: []int64{int64(len(dims))}, ints: slices.Clone(dims)}}, nil
}

func concatShape(n *node) ([]value, error) {
	dims := slices.Clone(n.in[0].dims)
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 1), len(dims))
	if err != nil {
		return nil, err
	}
	ints, known := slices.Clone(n.in[0].ints), n.in[0].ints != nil
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
		known = known && v.ints != nil
		ints = append(ints, v.ints...)
	}
	if !known || len(dims) != 1 {
		ints = nil
	}
	return []value{{dims: dims, ints: ints}}, nil
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
	return []value{{dims: dims, ints: n.in[0].ints}}, err
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
	x := n.in[0].dims
	pads, ok := intsAttribute(n.NodeProto, "pads")
	if v := n.input(1); !v.absent {
		pads, ok = v.ints, v.ints != nil
	}
	if !ok || !n.input(3).absent || len(pads) != 2*len(x) {
		return nil, fmt.Errorf("pads %v of a shape %v are not supported", pads, x)
	}
	dims := slices.Clone(x)
	for i := range dims {
		before, after := pads[i], pads[i+len(x)]
		if min(before, after) < -maxElements || max(before, after) > maxElements {
			return nil, fmt.Errorf("pads %v out of range", pads)
		}
		dims[i] += before + after
	}
	return []value{{dims: dims}}, nil
}

func gatherShape(n *node) ([]value, error) {
	x, index := n.in[0], n.in[1]
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x.dims))
	if err != nil {
		return nil, err
	}
	v := value{dims: slices.Concat(x.dims[:at], index.dims, x.dims[at+1:])}
	if x.ints == nil || index.ints == nil || len(x.dims) != 1 {
		return []value{v}, nil
	}
	for _, i := range index.ints {
		k, err := axisOf(i, len(x.ints))
		if err != nil {
			return nil, err
		}
		v.ints = append(v.ints, x.ints[k])
	}
	return []value{v}, nil
}
