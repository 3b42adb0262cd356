package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// splitShape has as many outputs as the node names.
func splitShape(n *node) ([]value, error) {
	x := n.in[0].dims
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 0), len(x))
	if err != nil {
		return nil, err
	}
	sizes, err := chunksOf(n, x[at])
	if err != nil {
		return nil, err
	}
	values := make([]value, len(sizes))
	for i, size := range sizes {
		values[i].dims = slices.Clone(x)
		values[i].dims[at] = size
	}
	return values, nil
}

// chunksOf is how long the parts are into which a Split cuts an axis.
func chunksOf(n *node, size int64) ([]int64, error) {
	sizes, given := intsAttribute(n.NodeProto, "split")
	if v := n.input(1); !v.absent {
		if sizes, given = v.ints, true; sizes == nil {
			return nil, errors.New("its sizes are not known beforehand")
		}
	}
	if !given {
		return equalChunks(n, size)
	}
	rest := size
	for _, s := range sizes {
		if s < 0 || s > rest {
			return nil, fmt.Errorf("%d cannot be cut into %v", size, sizes)
		}
		rest -= s
	}
	if rest != 0 || len(sizes) != len(n.GetOutput()) {
		return nil, fmt.Errorf("%d cannot be cut into %v for %d outputs", size, sizes, len(n.GetOutput()))
	}
	return sizes, nil
}

// equalChunks are as many as there are outputs. With num_outputs, since opset 18, the last may be shorter.
func equalChunks(n *node, size int64) ([]int64, error) {
	count := int64(len(n.GetOutput()))
	if intAttribute(n.NodeProto, "num_outputs", count) != count || count == 0 {
		return nil, fmt.Errorf("its %d outputs are not those it asks for", count)
	}
	each := (size + count - 1) / count
	last := size - each*(count-1)
	if last < 0 || last != each && attribute(n.NodeProto, "num_outputs") == nil {
		return nil, fmt.Errorf("%d cannot be cut into %d equal parts", size, count)
	}
	sizes := slices.Repeat([]int64{each}, int(count))
	sizes[count-1] = last
	return sizes, nil
}

// chunkStart is where one output of a Split begins on the axis that is cut.
func chunkStart(n *node, size int64, output int) (int64, error) {
	sizes, err := chunksOf(n, size)
	if err != nil || output >= len(sizes) {
		return 0, errors.New("there is no such part")
	}
	start := int64(0)
	for _, s := range sizes[:output] {
		start += s
	}
	return start, nil
}
