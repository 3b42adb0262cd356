package onnx

import "fmt"

// Operators that write or read wherever lists of indices say.

func gatherNDShape(n *node) ([]value, error) {
	x, index := n.in[0].dims, n.in[1].dims
	shared := intAttribute(n.NodeProto, "batch_dims", 0)
	if len(index) == 0 || shared < 0 || shared >= int64(len(index)) {
		return nil, fmt.Errorf("indices of shape %v do not suit a shape %v", index, x)
	}
	last := len(index) - 1
	used := shared + index[last]
	if used > int64(len(x)) {
		return nil, fmt.Errorf("indices of shape %v do not suit a shape %v", index, x)
	}
	return []value{{dims: append(index[:last:last], x[used:]...)}}, nil
}

func gridSampleShape(n *node) ([]value, error) {
	x, grid := n.in[0].dims, n.in[1].dims
	if len(x) < 3 || len(grid) != len(x) {
		return nil, fmt.Errorf("a map of shape %v and a grid of shape %v do not go together", x, grid)
	}
	return []value{{dims: append([]int64{x[0], x[1]}, grid[1:len(grid)-1]...)}}, nil
}

// scatter is the route of a ScatterND or ScatterElements: what is written may end up anywhere.
func (s *step) scatter(a axis) axis {
	if s.from == 0 {
		return a
	}
	return s.anywhere(a)
}

// anywhere is the route of an operator that is not followed: its units may see everything.
func (s *step) anywhere(a axis) axis {
	a = a.collapsed()
	a.at = gone
	return a
}
