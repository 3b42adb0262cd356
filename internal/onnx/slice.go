package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// cut is one axis of a Slice.
type cut struct{ axis, start, end, step int64 }

func sliceShape(n *node) ([]value, error) {
	cuts, err := cutsOf(n)
	if err != nil {
		return nil, err
	}
	dims := slices.Clone(n.in[0].dims)
	for _, c := range cuts {
		at, err := axisOf(c.axis, len(dims))
		if err != nil {
			return nil, err
		}
		_, dims[at] = c.over(dims[at])
	}
	return []value{{dims: dims}}, nil
}

// over is where a cut begins on an axis of this size and how many it takes.
func (c cut) over(size int64) (start, count int64) {
	if c.step > 0 {
		start, end := clampIndex(c.start, size), clampIndex(c.end, size)
		return start, max(0, (end-start+c.step-1)/c.step)
	}
	start = min(clampIndex(c.start, size), size-1)
	end := int64(-1)
	if c.end >= -size {
		end = clampIndex(c.end, size)
	}
	return start, max(0, (start-end-c.step-1)/-c.step)
}

func cutsOf(n *node) ([]cut, error) {
	lists := [4][]int64{} // starts, ends, axes, steps
	for i, name := range []string{"starts", "ends", "axes"} {
		lists[i], _ = intsAttribute(n.NodeProto, name)
	}
	for i := range lists {
		if v := n.input(i + 1); !v.absent {
			if v.ints == nil {
				return nil, errors.New("its ranges are not known beforehand")
			}
			lists[i] = v.ints
		}
	}
	starts, ends, axes, steps := lists[0], lists[1], lists[2], lists[3]
	if len(starts) != len(ends) || (axes != nil && len(axes) != len(starts)) || (steps != nil && len(steps) != len(starts)) {
		return nil, fmt.Errorf("starts %v, ends %v, axes %v and steps %v do not go together", starts, ends, axes, steps)
	}
	cuts := make([]cut, len(starts))
	for i := range cuts {
		cuts[i] = cut{axis: int64(i), start: starts[i], end: ends[i], step: 1}
		if axes != nil {
			cuts[i].axis = axes[i]
		}
		if steps != nil {
			cuts[i].step = steps[i]
		}
		if s := cuts[i].step; s == 0 || s > math.MaxInt32 || s < -math.MaxInt32 {
			return nil, fmt.Errorf("a step of %d is not possible", s)
		}
	}
	return cuts, nil
}

// clampIndex is a slice bound, negative from behind, brought into 0 … size.
func clampIndex(i, size int64) int64 {
	if i < 0 {
		i += size
	}
	return min(max(i, 0), size)
}

func gatherShape(n *node) ([]value, error) {
	x, index := n.in[0].dims, n.in[1].dims
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x))
	if err != nil {
		return nil, err
	}
	return []value{{dims: slices.Concat(x[:at], index, x[at+1:])}}, nil
}

func gatherElementsShape(n *node) ([]value, error) {
	x, index := n.in[0].dims, n.in[1].dims
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x))
	if err != nil {
		return nil, err
	}
	if len(index) != len(x) {
		return nil, fmt.Errorf("indices of shape %v do not suit a shape %v", index, x)
	}
	for i, d := range index {
		if i != at && d > x[i] {
			return nil, fmt.Errorf("indices of shape %v do not suit a shape %v", index, x)
		}
	}
	return []value{{dims: index}}, nil
}
