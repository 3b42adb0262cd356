package onnx

import "github.com/convnet-playground/convnet/internal/onnx/onnxpb"

// Int makes an integer attribute.
func Int(name string, v int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: name, Type: onnxpb.AttributeProto_INT, I: v}
}

// Ints makes an attribute that is a list of integers.
func Ints(name string, v ...int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: name, Type: onnxpb.AttributeProto_INTS, Ints: v}
}

// Float makes a floating-point attribute.
func Float(name string, v float32) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: name, Type: onnxpb.AttributeProto_FLOAT, F: v}
}

// String makes a string attribute.
func String(name, v string) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: name, Type: onnxpb.AttributeProto_STRING, S: []byte(v)}
}

func attribute(n *onnxpb.NodeProto, name string) *onnxpb.AttributeProto {
	for _, a := range n.GetAttribute() {
		if a.GetName() == name {
			return a
		}
	}
	return nil
}

// intAttribute is the integer called name, or fallback when the node has none.
func intAttribute(n *onnxpb.NodeProto, name string, fallback int64) int64 {
	if a := attribute(n, name); a != nil {
		return a.GetI()
	}
	return fallback
}

func intsAttribute(n *onnxpb.NodeProto, name string) ([]int64, bool) {
	a := attribute(n, name)
	return a.GetInts(), a != nil
}

func stringAttribute(n *onnxpb.NodeProto, name, fallback string) string {
	if a := attribute(n, name); a != nil {
		return string(a.GetS())
	}
	return fallback
}

func floatAttribute(n *onnxpb.NodeProto, name string, fallback float32) float32 {
	if a := attribute(n, name); a != nil {
		return a.GetF()
	}
	return fallback
}
