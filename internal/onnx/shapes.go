package onnx

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// value is what is known of a value in a graph before it is run.
type value struct {
	dims   []int64
	ints   []int64   // its contents, when they are integers known beforehand (shapes, axes)
	floats []float32 // its contents, for the few operators whose shape hangs on them
	absent bool      // an optional input left out
}

// knownContents bounds what is kept of an initializer's contents: shapes, axes
// and scales are short, weights are not.
const knownContents = 64

// InferShapes finds the shape of every value of a graph, by name. input gives
// the shapes of inputs, with N = 1; an input that is left out must have a shape
// in the file, where symbolic dimensions count as 1.
func InferShapes(m *onnxpb.ModelProto, input map[string][]int64) (map[string][]int64, error) {
	values, err := inferValues(m, input)
	if err != nil {
		return nil, err
	}
	shapes := make(map[string][]int64, len(values))
	for name, v := range values {
		if !v.absent {
			shapes[name] = slices.Clone(v.dims)
		}
	}
	return shapes, nil
}

func inferValues(m *onnxpb.ModelProto, input map[string][]int64) (map[string]value, error) {
	values := map[string]value{"": {absent: true}}
	for _, t := range m.GetGraph().GetInitializer() {
		v, err := constant(t)
		if err != nil {
			return nil, err
		}
		values[t.GetName()] = v
	}
	if err := inputValues(m.GetGraph().GetInput(), input, values); err != nil {
		return nil, err
	}
	opset := opsetOf(m)
	for _, n := range m.GetGraph().GetNode() {
		outputs, err := inferNode(n, opset, values)
		if err != nil {
			return nil, err
		}
		for i, name := range n.GetOutput() {
			if name != "" {
				values[name] = outputs[i]
			}
		}
	}
	return values, nil
}

// inputValues adds the graph's inputs. Old files list their initializers among
// the inputs too.
func inputValues(infos []*onnxpb.ValueInfoProto, given map[string][]int64, values map[string]value) error {
	for _, info := range infos {
		if _, initializer := values[info.GetName()]; initializer {
			continue
		}
		dims, ok := given[info.GetName()]
		if !ok {
			dims, ok = declaredDims(info)
		}
		if !ok {
			return fmt.Errorf("input %s: the file gives no shape for it", info.GetName())
		}
		if _, err := elements(dims); err != nil {
			return fmt.Errorf("input %s: %w", info.GetName(), err)
		}
		values[info.GetName()] = value{dims: slices.Clone(dims)}
	}
	return nil
}

// declaredDims is the shape the file states; symbolic dimensions count as 1.
func declaredDims(info *onnxpb.ValueInfoProto) ([]int64, bool) {
	shape := info.GetType().GetTensorType().GetShape()
	if shape == nil {
		return nil, false
	}
	dims := make([]int64, len(shape.GetDim()))
	for i, d := range shape.GetDim() {
		dims[i] = 1
		if v, ok := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue); ok && v.DimValue > 0 {
			dims[i] = v.DimValue
		}
	}
	return dims, true
}

// constant is what a stored tensor says, with its contents when they are few.
func constant(t *onnxpb.TensorProto) (value, error) {
	count, err := elements(t.GetDims())
	if err != nil {
		return value{}, fmt.Errorf("tensor %s: %w", t.GetName(), err)
	}
	v := value{dims: t.GetDims()}
	if count > knownContents || t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		return v, nil
	}
	switch onnxpb.TensorProto_DataType(t.GetDataType()) {
	case onnxpb.TensorProto_INT64, onnxpb.TensorProto_INT32:
		if v.ints, err = integers(t); v.ints == nil {
			v.ints = []int64{} // known to be empty
		}
	case onnxpb.TensorProto_BOOL, onnxpb.TensorProto_INT8, onnxpb.TensorProto_UINT8:
		v.ints, err = smallIntegers(t)
	case onnxpb.TensorProto_FLOAT:
		if v.floats, err = Float32s(t); v.floats == nil {
			v.floats = []float32{}
		}
	}
	return v, err
}

// node is one node with what is known of its inputs.
type node struct {
	*onnxpb.NodeProto
	opset int
	in    []value
}

// input is the i-th input; absent when the node has fewer.
func (n *node) input(i int) value {
	if i < len(n.in) {
		return n.in[i]
	}
	return value{absent: true}
}

// inferNode is what is known of a node's outputs.
func inferNode(p *onnxpb.NodeProto, opset int, values map[string]value) ([]value, error) {
	rule, ok := operators[p.GetOpType()]
	if !ok || (p.GetDomain() != "" && p.GetDomain() != "ai.onnx") {
		return nil, fmt.Errorf("node %s: the operator %s is not known here", p.GetName(), fullName(p))
	}
	n := &node{NodeProto: p, opset: opset}
	for _, name := range p.GetInput() {
		v, ok := values[name]
		if !ok {
			return nil, fmt.Errorf("node %s (%s): nothing before it makes its input %q", p.GetName(), p.GetOpType(), name)
		}
		n.in = append(n.in, v)
	}
	return n.infer(rule)
}

func (n *node) infer(rule operator) ([]value, error) {
	for i := range rule.inputs {
		if n.input(i).absent {
			return nil, fmt.Errorf("node %s (%s): it needs %d inputs", n.GetName(), n.GetOpType(), rule.inputs)
		}
	}
	outputs, err := rule.shape(n)
	for i := 0; err == nil && i < len(outputs); i++ {
		err = n.fill(i, &outputs[i])
	}
	for i := len(outputs); err == nil && i < len(n.GetOutput()); i++ {
		if name := n.GetOutput()[i]; name != "" {
			err = fmt.Errorf("its output %q is not supported", name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("node %s (%s): %w", n.GetName(), n.GetOpType(), err)
	}
	return outputs, nil
}

func fullName(p *onnxpb.NodeProto) string {
	if p.GetDomain() == "" {
		return p.GetOpType()
	}
	return p.GetDomain() + "." + p.GetOpType()
}
