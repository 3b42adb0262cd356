package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// Shapes of operators that work element by element, and of sums and products.

func sameShape(n *node) ([]value, error) {
	return []value{{dims: n.in[0].dims}}, nil
}

// twiceShape has a second output of the same shape, such as what a Dropout has let through.
func twiceShape(n *node) ([]value, error) {
	return []value{{dims: n.in[0].dims}, {dims: n.in[0].dims}}, nil
}

func broadcastShape(n *node) ([]value, error) {
	dims := n.in[0].dims
	for _, v := range n.in[1:] {
		var err error
		if dims, err = broadcast(dims, v.dims); err != nil {
			return nil, err
		}
	}
	return []value{{dims: dims}}, nil
}

// broadcast is the shape of two shapes lined up at their last dimensions.
func broadcast(x, y []int64) ([]int64, error) {
	if len(x) < len(y) {
		x, y = y, x
	}
	dims, lead := slices.Clone(x), len(x)-len(y)
	for i, d := range y {
		switch at := lead + i; {
		case d == dims[at] || d == 1:
		case dims[at] == 1:
			dims[at] = d
		default:
			return nil, fmt.Errorf("shapes %v and %v do not go together", x, y)
		}
	}
	return dims, nil
}

func gemmShape(n *node) ([]value, error) {
	x, w := n.in[0].dims, n.in[1].dims
	if len(x) != 2 || len(w) != 2 {
		return nil, fmt.Errorf("shapes %v and %v are not two matrices", x, w)
	}
	x, w = slices.Clone(x), slices.Clone(w)
	if intAttribute(n.NodeProto, "transA", 0) != 0 {
		slices.Reverse(x)
	}
	if intAttribute(n.NodeProto, "transB", 0) != 0 {
		slices.Reverse(w)
	}
	if x[1] != w[0] {
		return nil, fmt.Errorf("a matrix of shape %v cannot be multiplied by one of %v", x, w)
	}
	dims := []int64{x[0], w[1]}
	if bias := n.input(2); !bias.absent {
		if sum, err := broadcast(dims, bias.dims); err != nil || !slices.Equal(sum, dims) {
			return nil, fmt.Errorf("the bias has shape %v, the product %v", bias.dims, dims)
		}
	}
	return []value{{dims: dims}}, nil
}

// matMulShape takes a vector on the left as one row and one on the right as one column, and drops that axis again.
func matMulShape(n *node) ([]value, error) {
	x, y := n.in[0].dims, n.in[1].dims
	if len(x) == 0 || len(y) == 0 {
		return nil, errors.New("a single number has no matrix product")
	}
	row, column := len(x) == 1, len(y) == 1
	if row {
		x = []int64{1, x[0]}
	}
	if column {
		y = []int64{y[0], 1}
	}
	a, b := len(x)-2, len(y)-2
	if x[a+1] != y[b] {
		return nil, fmt.Errorf("shape %v cannot be multiplied by %v", x, y)
	}
	dims, err := broadcast(x[:a], y[:b])
	if err != nil {
		return nil, err
	}
	if !row {
		dims = append(dims, x[a])
	}
	if !column {
		dims = append(dims, y[b+1])
	}
	return []value{{dims: dims}}, nil
}
