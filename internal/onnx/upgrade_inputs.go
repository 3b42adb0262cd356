package onnx

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// toInputs turns attributes into the inputs behind the first one, in their order. Those that a node leaves out have the
// same meaning as inputs that are left out.
func toInputs(attributes ...string) func(u *upgrader, n *onnxpb.NodeProto) error {
	return func(u *upgrader, n *onnxpb.NodeProto) error {
		for i, name := range attributes {
			a := attribute(n, name)
			if a == nil {
				continue
			}
			t, err := stored(a)
			if err != nil {
				return err
			}
			setInput(n, i+1, u.constant(t))
			n.Attribute = without(n.GetAttribute(), name)
		}
		return nil
	}
}

// stored is an attribute as a tensor of its name. One integer, such as TopK's k, is a list; one float is a scalar.
func stored(a *onnxpb.AttributeProto) (*onnxpb.TensorProto, error) {
	switch a.GetType() {
	case onnxpb.AttributeProto_INT:
		return Int64Tensor(a.GetName(), []int64{1}, []int64{a.GetI()}), nil
	case onnxpb.AttributeProto_INTS:
		return Int64Tensor(a.GetName(), []int64{int64(len(a.GetInts()))}, a.GetInts()), nil
	case onnxpb.AttributeProto_FLOAT:
		return FloatTensor(a.GetName(), []int64{}, []float32{a.GetF()}), nil
	case onnxpb.AttributeProto_FLOATS:
		return FloatTensor(a.GetName(), []int64{int64(len(a.GetFloats()))}, a.GetFloats()), nil
	}
	return nil, fmt.Errorf("its attribute %s holds no numbers but %s", a.GetName(), a.GetType())
}

// setInput gives a node an input at a place; those before it that are missing are left out.
func setInput(n *onnxpb.NodeProto, at int, name string) {
	for len(n.GetInput()) <= at {
		n.Input = append(n.Input, "")
	}
	n.Input[at] = name
}

// inputName is the name of a node's input, empty if it has none there.
func inputName(n *onnxpb.NodeProto, at int) string {
	if at < len(n.GetInput()) {
		return n.GetInput()[at]
	}
	return ""
}

func without(attributes []*onnxpb.AttributeProto, names ...string) []*onnxpb.AttributeProto {
	return slices.DeleteFunc(attributes, func(a *onnxpb.AttributeProto) bool { return slices.Contains(names, a.GetName()) })
}
