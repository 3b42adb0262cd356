package onnx

import (
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// DefaultOpset is the version of the operators that new graphs use: old enough
// for every ONNX Runtime of the last years, new enough for all we need.
const DefaultOpset = 17

// batch is the name of the symbolic first dimension.
const batch = "N"

// Builder makes a graph node by node and knows the shape of every value so far.
//
// Methods that add a node take the name of its output first; "" lets the
// builder choose one. They return that name. After the first mistake (an
// unknown input, a shape that does not fit, a name used twice) a builder adds
// nothing more and Model returns the mistake.
type Builder struct {
	model  *onnxpb.ModelProto
	values map[string]value
	count  int
	err    error
}

// NewBuilder starts an empty graph; opset is the version of its operators,
// DefaultOpset when it is 0.
func NewBuilder(name string, opset int) *Builder {
	if opset == 0 {
		opset = DefaultOpset
	}
	return &Builder{
		model: &onnxpb.ModelProto{
			IrVersion:    irVersion(opset),
			ProducerName: "convnet",
			OpsetImport:  []*onnxpb.OperatorSetIdProto{{Version: int64(opset)}},
			Graph:        &onnxpb.GraphProto{Name: name},
		},
		values: map[string]value{"": {absent: true}},
	}
}

// irVersion is the oldest version of the file format that allows the opset.
func irVersion(opset int) int64 {
	switch {
	case opset >= 19:
		return 9
	case opset >= 15:
		return 8
	default:
		return 7
	}
}

// Err is the first mistake, nil so far if there is none.
func (b *Builder) Err() error { return b.err }

// Dims is the shape of a value with N = 1, nil if there is no such value.
func (b *Builder) Dims(name string) []int64 { return b.values[name].dims }

// Input declares a float32 input of the graph. The first dimension is the batch
// size: it is written as symbolic, whatever is given.
func (b *Builder) Input(name string, dims ...int64) string {
	if b.define(name, value{dims: dims}) {
		b.model.Graph.Input = append(b.model.Graph.Input, valueInfo(name, dims))
	}
	return name
}

// Floats adds a float32 initializer (weights). It copies data.
func (b *Builder) Floats(name string, dims []int64, data []float32) string {
	if n, err := elements(dims); err != nil || n != int64(len(data)) {
		b.fail(fmt.Errorf("initializer %s: shape %v does not hold %d numbers", name, dims, len(data)))
		return name
	}
	v := value{dims: dims}
	if len(data) <= knownContents {
		v.floats = data
	}
	return b.initializer(FloatTensor(name, dims, data), v)
}

// External adds a float32 initializer of which only the shape is known.
func (b *Builder) External(name string, dims []int64) string {
	return b.initializer(&onnxpb.TensorProto{
		Name: name, Dims: dims,
		DataType: int32(onnxpb.TensorProto_FLOAT), DataLocation: onnxpb.TensorProto_EXTERNAL,
	}, value{dims: dims})
}

// Int64s adds a one-dimensional int64 initializer, such as Reshape's shape.
func (b *Builder) Int64s(name string, data ...int64) string {
	dims := []int64{int64(len(data))}
	return b.initializer(Int64Tensor(name, dims, data), value{dims: dims, ints: data})
}

func (b *Builder) initializer(t *onnxpb.TensorProto, v value) string {
	if b.define(t.Name, v) {
		b.model.Graph.Initializer = append(b.model.Graph.Initializer, t)
	}
	return t.Name
}

// Node adds any operator of the table with one output.
func (b *Builder) Node(op, out string, inputs []string, attributes ...*onnxpb.AttributeProto) string {
	if out == "" {
		out = b.unused(op)
	}
	n := &onnxpb.NodeProto{Name: out, OpType: op, Input: inputs, Output: []string{out}, Attribute: attributes}
	if b.err != nil {
		return out
	}
	vs, err := inferNode(n, opsetOf(b.model), b.values)
	if err != nil {
		b.fail(err)
	} else if b.define(out, vs[0]) {
		b.model.Graph.Node = append(b.model.Graph.Node, n)
	}
	return out
}

// Model finishes the graph with the given outputs.
func (b *Builder) Model(outputs ...string) (*onnxpb.ModelProto, error) {
	if b.err == nil && len(outputs) == 0 {
		b.fail(errors.New("no outputs"))
	}
	infos, err := b.outputInfos(outputs)
	b.fail(err)
	if b.err != nil {
		return nil, fmt.Errorf("build graph %s: %w", b.model.Graph.Name, b.err)
	}
	b.model.Graph.Output = infos
	return b.model, nil
}

func (b *Builder) outputInfos(outputs []string) ([]*onnxpb.ValueInfoProto, error) {
	infos := make([]*onnxpb.ValueInfoProto, 0, len(outputs))
	for _, name := range outputs {
		v, ok := b.values[name]
		if !ok || v.absent {
			return nil, fmt.Errorf("there is no value %q to be an output", name)
		}
		infos = append(infos, valueInfo(name, v.dims))
	}
	return infos, nil
}

// define records a new value, and reports whether that was possible.
func (b *Builder) define(name string, v value) bool {
	switch _, taken := b.values[name]; {
	case b.err != nil:
		return false
	case taken:
		b.fail(fmt.Errorf("the name %q is used twice", name))
		return false
	}
	b.values[name] = v
	return true
}

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// unused makes up a name for an output, the same one in every run.
func (b *Builder) unused(op string) string {
	for {
		b.count++
		name := fmt.Sprintf("%s_%d", op, b.count)
		if _, taken := b.values[name]; !taken {
			return name
		}
	}
}

func valueInfo(name string, dims []int64) *onnxpb.ValueInfoProto {
	shape := new(onnxpb.TensorShapeProto)
	for i, d := range dims {
		dim := &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: d}}
		if i == 0 {
			dim.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: batch}
		}
		shape.Dim = append(shape.Dim, dim)
	}
	return &onnxpb.ValueInfoProto{Name: name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: int32(onnxpb.TensorProto_FLOAT), Shape: shape},
	}}}
}

// Unused is a name that no value has yet.
func (b *Builder) Unused(name string) string { return b.unused(name) }
