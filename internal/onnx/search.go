package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Shapes of operators that look for the largest or smallest numbers along an axis.

func argShape(n *node) ([]value, error) {
	dims := slices.Clone(n.in[0].dims)
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(dims))
	if err != nil {
		return nil, err
	}
	if dims[at] = 1; intAttribute(n.NodeProto, "keepdims", 1) == 0 {
		dims = slices.Delete(dims, at, at+1)
	}
	return []value{{dims: dims}}, nil
}

// topKShape has the numbers and where they were found.
func topKShape(n *node) ([]value, error) {
	dims := slices.Clone(n.in[0].dims)
	at, err := axisOf(intAttribute(n.NodeProto, "axis", -1), len(dims))
	if err != nil {
		return nil, err
	}
	k := intAttribute(n.NodeProto, "k", -1)
	if v := n.input(1); !v.absent {
		if len(v.ints) != 1 {
			return nil, errors.New("how many it takes is not known beforehand")
		}
		k = v.ints[0]
	}
	if k < 0 || k > dims[at] {
		return nil, fmt.Errorf("%d of %d cannot be taken", k, dims[at])
	}
	dims[at] = k
	return []value{{dims: dims}, {dims: dims}}, nil
}
