package onnx

import "fmt"

// Shapes of operators that turn channels into squares of pixels and back.

func depthToSpaceShape(n *node) ([]value, error) {
	x, size, err := blockOf(n)
	if err != nil {
		return nil, err
	}
	if x[1]%(size*size) != 0 {
		return nil, fmt.Errorf("%d channels cannot become squares of %d × %d", x[1], size, size)
	}
	return []value{{dims: []int64{x[0], x[1] / (size * size), times(x[2], size), times(x[3], size)}}}, nil
}

func spaceToDepthShape(n *node) ([]value, error) {
	x, size, err := blockOf(n)
	if err != nil {
		return nil, err
	}
	if x[2]%size != 0 || x[3]%size != 0 {
		return nil, fmt.Errorf("a map of %d × %d cannot be cut into squares of %d × %d", x[2], x[3], size, size)
	}
	return []value{{dims: []int64{x[0], times(x[1], size, size), x[2] / size, x[3] / size}}}, nil
}

// blockOf is the shape of the map and the side of the squares.
func blockOf(n *node) (x []int64, size int64, err error) {
	x, size = n.in[0].dims, intAttribute(n.NodeProto, "blocksize", 0)
	if len(x) != 4 || !within(1, size) {
		return nil, 0, fmt.Errorf("squares of %d × %d do not suit a shape %v", size, size, x)
	}
	return x, size, nil
}
