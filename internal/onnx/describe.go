package onnx

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Knows reports whether the package knows the operator of a node: what it makes, and what it sees.
func Knows(n *onnxpb.NodeProto) bool {
	_, known := operators[n.GetOpType()]
	return known && isStandard(n.GetDomain())
}

// isStandard reports whether a domain is that of the standard's own operators, which has two names.
func isStandard(domain string) bool { return domain == "" || domain == "ai.onnx" }

// Opset is the version of the standard operators that a model asks for.
func Opset(m *onnxpb.ModelProto) int { return opsetOf(m) }

// DeclaredDims is the shape that a file states for an input or output, -1 where a dimension is symbolic or left open.
// It reports false for a value without a shape.
func DeclaredDims(info *onnxpb.ValueInfoProto) ([]int64, bool) {
	shape := info.GetType().GetTensorType().GetShape()
	if shape == nil {
		return nil, false
	}
	dims := make([]int64, len(shape.GetDim()))
	for i, d := range shape.GetDim() {
		dims[i] = -1
		if v, ok := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue); ok && v.DimValue > 0 {
			dims[i] = v.DimValue
		}
	}
	return dims, true
}

// Declare describes an input of numbers of some type; a dimension that is not positive is written as the symbolic N.
func Declare(name string, kind onnxpb.TensorProto_DataType, dims []int64) *onnxpb.ValueInfoProto {
	info := valueInfo(name, dims)
	t := info.GetType().GetTensorType()
	t.ElemType = int32(kind)
	for i, d := range t.GetShape().GetDim() {
		d.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: batch}
		if dims[i] > 0 {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: dims[i]}
		}
	}
	return info
}

// Copy is a model whose lists can be changed; the nodes and weights in them are shared with m. What the file says of
// the shapes between input and output is left out: it may not hold after the change.
func Copy(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	g := m.GetGraph()
	c := &onnxpb.GraphProto{
		Name: g.GetName(), Node: slices.Clone(g.GetNode()), Initializer: slices.Clone(g.GetInitializer()), Input: slices.Clone(g.GetInput()),
	}
	for _, out := range g.GetOutput() {
		c.Output = append(c.Output, &onnxpb.ValueInfoProto{Name: out.GetName(), Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
			TensorType: &onnxpb.TypeProto_Tensor{ElemType: out.GetType().GetTensorType().GetElemType()},
		}}})
	}
	return withGraph(m, c)
}

func names[T named](all []T) []string {
	list := make([]string, len(all))
	for i, x := range all {
		list[i] = x.GetName()
	}
	return list
}

// Unused is a name that no value of a model has: the given one, or that with a number.
func Unused(m *onnxpb.ModelProto, name string) string {
	taken := map[string]bool{}
	for _, n := range m.GetGraph().GetNode() {
		for _, value := range slices.Concat(n.GetInput(), n.GetOutput()) {
			taken[value] = true
		}
	}
	for _, list := range [][]string{names(m.GetGraph().GetInput()), names(m.GetGraph().GetInitializer())} {
		for _, value := range list {
			taken[value] = true
		}
	}
	fresh := name
	for i := 2; taken[fresh]; i++ {
		fresh = fmt.Sprintf("%s_%d", name, i)
	}
	return fresh
}
