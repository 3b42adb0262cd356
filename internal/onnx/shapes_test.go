package onnx_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// shapeArithmetic is a flatten as exporters write it: the shape is computed in
// the graph from the input's.
func shapeArithmetic(tb testing.TB) *onnxpb.ModelProto {
	tb.Helper()
	b := onnx.NewBuilder("arithmetic", 13)
	x := b.Input("input", 1, 3, 4, 5)
	shape := b.Node("Shape", "shape", []string{x})
	n := b.Node("Gather", "n", []string{shape, b.Int64s("zero", 0)}, onnx.Int("axis", 0))
	tail := b.Node("Slice", "tail", []string{shape, b.Int64s("two", 2), b.Int64s("four", 4)})
	h := b.Node("Gather", "h", []string{tail, b.Int64s("first", 0)})
	w := b.Node("Gather", "w", []string{tail, b.Int64s("last", -1)})
	area := b.Node("Cast", "area", []string{b.Mul("product", h, w)}, onnx.Int("to", 7))
	rest := b.Node("Constant", "rest", nil, onnx.Ints("value_ints", -1))
	to := b.Node("Concat", "to", []string{n, rest, area}, onnx.Int("axis", 0))
	m, err := b.Model(b.Node("Reshape", "flat", []string{x, to}))
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestInferThroughShapeArithmetic(t *testing.T) {
	shapes, err := onnx.InferShapes(shapeArithmetic(t), map[string][]int64{"input": {1, 2, 6, 7}})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(shapes["flat"]); got != "[1 2 42]" {
		t.Errorf("got %s", got)
	}
}

// one is a graph of one node, with the inputs a (given dims) and b, c … (int64
// initializers).
func one(op string, dims []int64, ints [][]int64, attributes ...*onnxpb.AttributeProto) *onnxpb.ModelProto {
	n := &onnxpb.NodeProto{Name: "node", OpType: op, Input: []string{"a"}, Output: []string{"out"}, Attribute: attributes}
	g := &onnxpb.GraphProto{Node: []*onnxpb.NodeProto{n}, Input: []*onnxpb.ValueInfoProto{{Name: "a"}}}
	for i, v := range ints {
		name := string(rune('b' + i))
		n.Input = append(n.Input, name)
		g.Initializer = append(g.Initializer, onnx.Int64Tensor(name, []int64{int64(len(v))}, v))
	}
	return &onnxpb.ModelProto{Graph: g, OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: 17}}}
}

func TestInferShapes(t *testing.T) {
	ints, text := onnx.Ints, onnx.String
	kernel := ints("kernel_shape", 3, 3)
	tests := []struct {
		op         string
		dims       []int64
		ints       [][]int64
		attributes []*onnxpb.AttributeProto
		want       string // a shape, or a part of the error
	}{
		{"MaxPool", []int64{1, 2, 8, 7}, nil, []*onnxpb.AttributeProto{kernel, ints("strides", 2, 2), onnx.Int("ceil_mode", 1)}, "[1 2 4 3]"},
		{"MaxPool", []int64{1, 2, 8, 7}, nil, []*onnxpb.AttributeProto{kernel, ints("strides", 2, 2), text("auto_pad", "SAME_UPPER")}, "[1 2 4 4]"},
		{"MaxPool", []int64{1, 2, 8, 7}, nil, []*onnxpb.AttributeProto{kernel, text("auto_pad", "VALID"), ints("pads", 1, 1, 1, 1)}, "[1 2 6 5]"},
		{"MaxPool", []int64{1, 2, 8}, nil, []*onnxpb.AttributeProto{ints("kernel_shape", 2)}, "[1 2 7]"},
		{"MaxPool", []int64{1, 2, 8, 8}, nil, []*onnxpb.AttributeProto{ints("kernel_shape", 2)}, "do not suit"},
		{"MaxPool", []int64{1, 2, 8, 8}, nil, []*onnxpb.AttributeProto{kernel, ints("strides", 0, 1)}, "out of range"},
		{"MaxPool", []int64{1, 2, 8, 8}, nil, []*onnxpb.AttributeProto{kernel, ints("pads", -1, 0, 0, 0)}, "out of range"},
		{"MaxPool", []int64{1, 2, 8, 8}, nil, []*onnxpb.AttributeProto{kernel, ints("dilations", math.MaxInt64, 1)}, "out of range"},
		{"GlobalMaxPool", []int64{1, 2}, nil, nil, "no map"},
		{"Flatten", []int64{2, 3, 4}, nil, []*onnxpb.AttributeProto{onnx.Int("axis", -1)}, "[6 4]"},
		{"Flatten", []int64{2, 3, 4}, nil, []*onnxpb.AttributeProto{onnx.Int("axis", 4)}, "axis"},
		{"Reshape", []int64{2, 3, 4}, [][]int64{{0, -1}}, nil, "[2 12]"},
		{"Reshape", []int64{2, 3, 4}, [][]int64{{-1, -1}}, nil, "out of range"},
		{"Reshape", []int64{2, 3, 4}, [][]int64{{5, -1}}, nil, "[5 -1]"},
		{"Reshape", []int64{1}, [][]int64{{}}, nil, "[]"},
		{"Squeeze", []int64{1, 3, 1}, nil, nil, "[3]"},
		{"Squeeze", []int64{1, 3, 1}, [][]int64{{-1}}, nil, "[1 3]"},
		{"Squeeze", []int64{1, 3, 1}, [][]int64{{1}}, nil, "not 1"},
		{"Unsqueeze", []int64{3}, [][]int64{{0, -1}}, nil, "[1 3 1]"},
		{"Unsqueeze", []int64{3}, [][]int64{{0, 0}}, nil, "twice"},
		{"Transpose", []int64{2, 3, 4}, nil, nil, "[4 3 2]"},
		{"Transpose", []int64{2, 3, 4}, nil, []*onnxpb.AttributeProto{ints("perm", 0, 1, 1)}, "order"},
		{"Slice", []int64{10}, [][]int64{{-3}, {math.MaxInt64}}, nil, "[3]"},
		{"Slice", []int64{10}, [][]int64{{8}, {1}, {0}, {-2}}, nil, "[4]"},
		{"Slice", []int64{10}, [][]int64{{-1}, {math.MinInt64}, {0}, {-1}}, nil, "[10]"},
		{"Slice", []int64{10}, [][]int64{{5}, {2}}, nil, "[0]"},
		{"Slice", []int64{10}, [][]int64{{0}, {1}, {0}, {0}}, nil, "step"},
		{"Pad", []int64{2, 3}, [][]int64{{0, 1, 0, 2}}, nil, "[2 6]"},
		{"Pad", []int64{2, 3}, [][]int64{{0, 1}}, nil, "pads"},
		{"ReduceMean", []int64{2, 3, 4}, nil, []*onnxpb.AttributeProto{ints("axes", -1, 0)}, "[1 3 1]"},
		{"ReduceMean", []int64{2, 3, 4}, nil, nil, "[1 1 1]"},
		{"Concat", []int64{2, 3}, nil, []*onnxpb.AttributeProto{onnx.Int("axis", 5)}, "axis"},
		{"Add", []int64{2, 3}, nil, nil, "needs 2 inputs"},
		{"ConvTranspose", []int64{1, 2, 8, 8}, [][]int64{{1}}, nil, "do not go together"},
		{"DepthToSpace", []int64{1, 6, 4, 4}, nil, []*onnxpb.AttributeProto{onnx.Int("blocksize", 2)}, "squares of 2"},
		{"SpaceToDepth", []int64{1, 6, 4, 5}, nil, []*onnxpb.AttributeProto{onnx.Int("blocksize", 2)}, "cut into squares"},
		{"SpaceToDepth", []int64{1, 6, 4, 5}, nil, nil, "squares of 0"},
		{"Split", []int64{4, 6}, [][]int64{{1, 2}}, nil, "cannot be cut"},
		{"Split", []int64{4, 6}, [][]int64{{-1, 5}}, nil, "cannot be cut"},
		{"Split", []int64{4, 6}, nil, []*onnxpb.AttributeProto{onnx.Int("num_outputs", 3)}, "not those it asks for"},
		{"Expand", []int64{4, 6}, [][]int64{{3, 6}}, nil, "do not go together"},
		{"Expand", []int64{4, 6}, [][]int64{{-1, 6}}, nil, "out of range"},
		{"Tile", []int64{4, 6}, [][]int64{{2}}, nil, "not known"},
		{"Tile", []int64{4, 6}, [][]int64{{math.MaxInt64, math.MaxInt64}}, nil, "out of range"},
		{"Tile", []int64{4, 6}, [][]int64{{2, -1}}, nil, "out of range"},
		{"Range", []int64{1}, [][]int64{{1}, {1}}, nil, "not known"},
		{"ConstantOfShape", []int64{2}, nil, nil, "not known"},
		{"TopK", []int64{4, 6}, [][]int64{{7}}, nil, "cannot be taken"},
		{"ArgMax", []int64{4, 6}, nil, []*onnxpb.AttributeProto{onnx.Int("axis", 2)}, "no axis"},
		{"GatherElements", []int64{4, 6}, [][]int64{{1}}, nil, "do not suit"},
		{"LayerNormalization", []int64{4, 6}, [][]int64{{1}}, []*onnxpb.AttributeProto{onnx.Int("axis", -3)}, "no axis"},
		{"InstanceNormalization", []int64{1, 3, 4, 4}, [][]int64{{1, 1}, {1, 1}}, nil, "3 channels"},
		{"Resize", []int64{4, 6}, [][]int64{{}, {}, {8, 8}}, []*onnxpb.AttributeProto{text("keep_aspect_ratio_policy", "not_larger")}, "not_larger"},
		{"Resize", []int64{4, 6}, [][]int64{{}, {}, {8}}, nil, "known beforehand"},
		{"Resize", []int64{4, 6}, [][]int64{{}, {}, {8}}, []*onnxpb.AttributeProto{ints("axes", 2)}, "no axis"},
		{"Einsum", []int64{4, 6}, [][]int64{{1, 2}}, []*onnxpb.AttributeProto{text("equation", "ij,i->j")}, "axis i is"},
		{"Einsum", []int64{4, 6}, nil, []*onnxpb.AttributeProto{text("equation", "...j->j")}, "not supported"},
		{"Einsum", []int64{4, 6}, nil, []*onnxpb.AttributeProto{text("equation", "ij->k")}, "no input has"},
		{"Relu", []int64{1 << 30, 1 << 30}, nil, nil, "too many"},
		{"Nonsense", []int64{1}, nil, nil, "Nonsense"},
	}
	for _, test := range tests {
		shapes, err := onnx.InferShapes(one(test.op, test.dims, test.ints, test.attributes...), map[string][]int64{"a": test.dims})
		got := fmt.Sprint(shapes["out"])
		if err != nil {
			got = err.Error()
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("%s of %v, %v: got %s, want %s", test.op, test.dims, test.ints, got, test.want)
		}
	}
}

func TestDeclaredShapes(t *testing.T) {
	m := branches(t)
	shapes, err := onnx.InferShapes(m, nil)
	if err != nil || fmt.Sprint(shapes["sum"]) != "[1 2 4 4]" {
		t.Errorf("got %v, %v", shapes["sum"], err)
	}
	m.Graph.Input[0].Type = nil
	if _, err := onnx.InferShapes(m, nil); err == nil || !strings.Contains(err.Error(), "input") {
		t.Errorf("an input without a shape: %v", err)
	}
}

func TestTensors(t *testing.T) {
	floats, err := onnx.Float32s(onnx.FloatTensor("t", []int64{2}, []float32{1.5, -2}))
	if err != nil || fmt.Sprint(floats) != "[1.5 -2]" {
		t.Errorf("got %v, %v", floats, err)
	}
	typed := &onnxpb.TensorProto{Dims: []int64{2}, DataType: 1, FloatData: []float32{3, 4}}
	if floats, err = onnx.Float32s(typed); err != nil || fmt.Sprint(floats) != "[3 4]" {
		t.Errorf("got %v, %v", floats, err)
	}
	for name, bad := range map[string]*onnxpb.TensorProto{
		"type":     {Dims: []int64{1}, DataType: 7, RawData: make([]byte, 8)},
		"too few":  {Dims: []int64{3}, DataType: 1, RawData: make([]byte, 8)},
		"uneven":   {Dims: []int64{1}, DataType: 1, RawData: make([]byte, 5)},
		"negative": {Dims: []int64{-1}, DataType: 1},
		"external": {Dims: []int64{1}, DataType: 1, DataLocation: onnxpb.TensorProto_EXTERNAL},
	} {
		if _, err := onnx.Float32s(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
