package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Shapes of operators that scale a map.

// scaling is what a Resize or Upsample asks for, one entry per dimension: either scales or sizes.
type scaling struct {
	scales []float32
	sizes  []int64
}

func scalingOf(n *node) (scaling, error) {
	scales, sizes := n.input(2), n.input(3)
	if n.opset < 11 || n.GetOpType() == "Upsample" {
		scales, sizes = n.input(1), value{absent: true}
	}
	if a := attribute(n.NodeProto, "scales"); a != nil && scales.absent {
		scales.floats = a.GetFloats()
	}
	asked, given := scaling{scales: scales.floats}, len(scales.floats)
	if !sizes.absent && len(sizes.ints) > 0 {
		asked, given = scaling{sizes: sizes.ints}, len(sizes.ints)
	}
	x := n.in[0].dims
	axes, some := intsAttribute(n.NodeProto, "axes")
	switch {
	case some && len(axes) == given:
		return asked.over(axes, x)
	case given != len(x) || given == 0:
		return scaling{}, errors.New("neither its scales nor its sizes are known beforehand")
	}
	return asked, nil
}

// over puts what is asked for some axes in their places among all.
func (s scaling) over(axes, x []int64) (scaling, error) {
	all := scaling{}
	if s.sizes == nil {
		all.scales = slices.Repeat([]float32{1}, len(x))
	} else {
		all.sizes = slices.Clone(x)
	}
	for i, axis := range axes {
		at, err := axisOf(axis, len(x))
		if err != nil {
			return scaling{}, err
		}
		if s.sizes == nil {
			all.scales[at] = s.scales[i]
		} else {
			all.sizes[at] = s.sizes[i]
		}
	}
	return all, nil
}

func resizeShape(n *node) ([]value, error) {
	asked, err := scalingOf(n)
	if err != nil {
		return nil, err
	}
	if asked.sizes != nil {
		if policy := stringAttribute(n.NodeProto, "keep_aspect_ratio_policy", "stretch"); policy != "stretch" {
			return nil, fmt.Errorf("resizing with the aspect ratio policy %q is not supported", policy)
		}
		return []value{{dims: asked.sizes}}, nil
	}
	x := n.in[0].dims
	dims := make([]int64, len(x))
	for i, s := range asked.scales {
		if !(s >= 0 && s <= 1<<20) || x[i] > 1<<30 {
			return nil, fmt.Errorf("scale %v out of range", s)
		}
		dims[i] = int64(s * float32(x[i]))
	}
	return []value{{dims: dims}}, nil
}
