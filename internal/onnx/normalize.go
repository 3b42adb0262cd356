package onnx

import "fmt"

// Shapes of normalisations and of the steps to small integers and back.

func batchNormShape(n *node) ([]value, error) {
	if err := n.perChannel(1, 5); err != nil {
		return nil, err
	}
	return sameShape(n)
}

func instanceNormShape(n *node) ([]value, error) {
	if err := n.perChannel(1, 3); err != nil {
		return nil, err
	}
	return sameShape(n)
}

// perChannel checks that the inputs from first up to end have one number per channel of the map.
func (n *node) perChannel(first, end int) error {
	x := n.in[0].dims
	if len(x) < 2 {
		return fmt.Errorf("shape %v has no channels", x)
	}
	for _, p := range n.in[first:end] {
		if len(p.dims) != 1 || p.dims[0] != x[1] {
			return fmt.Errorf("a parameter has shape %v, the map %d channels", p.dims, x[1])
		}
	}
	return nil
}

// layerNormShape has the mean and the deviation behind the map itself: one number for all the axes that are normalised.
func layerNormShape(n *node) ([]value, error) {
	x := n.in[0].dims
	from, err := axisOf(intAttribute(n.NodeProto, "axis", -1), len(x))
	if err != nil {
		return nil, err
	}
	one := make([]int64, len(x))
	for i := range one {
		one[i] = 1
	}
	copy(one, x[:from])
	return []value{{dims: x}, {dims: one}, {dims: one}}, nil
}

// dynamicQuantizeShape has the scale and the zero point behind the numbers themselves.
func dynamicQuantizeShape(n *node) ([]value, error) {
	return []value{{dims: n.in[0].dims}, {dims: []int64{}}, {dims: []int64{}}}, nil
}
