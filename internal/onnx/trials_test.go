package onnx_test

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Short ways to write what an operator is given.

func with(t ...*onnxpb.TensorProto) []*onnxpb.TensorProto { return t }

func set(a ...*onnxpb.AttributeProto) []*onnxpb.AttributeProto { return a }

func list(v ...int64) *onnxpb.TensorProto { return onnx.Int64Tensor("", []int64{int64(len(v))}, v) }

func number(v int64) *onnxpb.TensorProto { return onnx.Int64Tensor("", []int64{}, []int64{v}) }

func array(dims ...int64) *onnxpb.TensorProto { return onnx.FloatTensor("", dims, ramp(dims)) }

func floats(v ...float32) *onnxpb.TensorProto { return onnx.FloatTensor("", []int64{int64(len(v))}, v) }

// octets is an array of one of the small types.
func octets(kind onnxpb.TensorProto_DataType, dims ...int64) *onnxpb.TensorProto {
	t := &onnxpb.TensorProto{Dims: dims, DataType: int32(kind)}
	for i := range ramp(dims) {
		t.RawData = append(t.RawData, byte(i%2))
	}
	return t
}

// trials has every operator that is no picture's matter of course, with parameters that are easy to get wrong.
func trials() []trial {
	var all []trial
	for _, op := range []string{"Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Celu", "Cos", "Cosh",
		"Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log",
		"LogSoftmax", "LpNormalization", "MeanVarianceNormalization", "Neg", "Reciprocal", "Round", "Selu", "Shrink", "Sign",
		"Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu", "Trilu"} {
		all = append(all, trial{op: op})
	}
	for _, op := range []string{"Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Mean", "Max", "Min", "Pow", "Add",
		"Sub", "Mul", "Div"} {
		all = append(all, trial{op: op, inputs: with(array(7))}, trial{op: op, inputs: with(array(3, 1, 8, 1, 7))})
	}
	return slices.Concat(all, elementTrials, windowTrials, moveTrials, reduceTrials)
}

var elementTrials = []trial{
	{opset: 20, op: "Gelu"}, {opset: 20, op: "Gelu", attributes: set(onnx.String("approximate", "tanh"))}, {opset: 18, op: "Mish"},
	{op: "Dropout", outputs: 2}, {opset: 10, op: "Dropout", outputs: 2}, {opset: 7, op: "Dropout"},
	{op: "CumSum", inputs: with(number(2))}, {op: "CumSum", inputs: with(number(-1)), attributes: set(onnx.Int("reverse", 1))},
	{op: "CumSum", inputs: with(number(-2)), attributes: set(onnx.Int("reverse", 1), onnx.Int("exclusive", 1))},
	{op: "CumSum", inputs: with(number(3)), attributes: set(onnx.Int("exclusive", 1))},
	{op: "CumSum", inputs: with(number(1))},
	{op: "Trilu", inputs: with(number(-2)), attributes: set(onnx.Int("upper", 0))},
	{op: "Mod", inputs: with(array(6, 1)), attributes: set(onnx.Int("fmod", 1))},
	{op: "Where", inputs: with(octets(onnxpb.TensorProto_BOOL, 6, 1), array(2, 8, 1, 7))},
	{op: "InstanceNormalization", inputs: with(array(8), array(8))},
	{opset: 18, op: "GroupNormalization", inputs: with(array(2), array(2)), attributes: set(onnx.Int("num_groups", 2))},
	{opset: 21, op: "GroupNormalization", inputs: with(array(8), array(8)), attributes: set(onnx.Int("num_groups", 4))},
	{op: "LayerNormalization", outputs: 3, inputs: with(array(7), array(7))},
	{op: "LayerNormalization", outputs: 3, inputs: with(array(8, 6, 7)), attributes: set(onnx.Int("axis", 1))},
	{op: "MeanVarianceNormalization", attributes: set(onnx.Ints("axes", 1))},
	{op: "LpNormalization", attributes: set(onnx.Int("axis", 2), onnx.Int("p", 1))},
	{opset: 11, op: "Softmax", attributes: set(onnx.Int("axis", 2))}, {opset: 11, op: "Hardmax", attributes: set(onnx.Int("axis", 3))},
	{op: "Softmax", attributes: set(onnx.Int("axis", -2))},
	{op: "QuantizeLinear", inputs: with(array(), octets(onnxpb.TensorProto_UINT8))},
	{op: "QuantizeLinear", inputs: with(array(8), octets(onnxpb.TensorProto_INT8, 8)), attributes: set(onnx.Int("axis", 1))},
	{op: "DynamicQuantizeLinear", outputs: 3},
	{op: "MatMul", inputs: with(array(7))}, {op: "MatMul", inputs: with(array(3, 1, 7, 2))},
	{op: "Einsum", inputs: with(array(8, 5)), attributes: set(onnx.String("equation", "nchw, cd -> ndhw"))},
	{op: "Einsum", inputs: with(array(1, 4, 7)), attributes: set(onnx.String("equation", "bchw,bdw"))},
	{op: "Einsum", attributes: set(onnx.String("equation", "nchw->hn"))},
	{op: "CastLike", inputs: with(number(1))},
}

var windowTrials = []trial{
	{op: "ConvTranspose", inputs: with(array(8, 3, 3, 2)), attributes: set(onnx.Ints("strides", 2, 3), onnx.Ints("pads", 1, 0, 0, 1))},
	{op: "ConvTranspose", inputs: with(array(8, 1, 4, 3), array(2)), attributes: set(onnx.Int("group", 2), onnx.Ints("strides", 3, 2),
		onnx.Ints("dilations", 2, 3), onnx.Ints("output_padding", 2, 1))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 3, 3)), attributes: set(onnx.Ints("strides", 2, 2), onnx.String("auto_pad", "SAME_UPPER"))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 4, 3)), attributes: set(onnx.Ints("strides", 3, 2), onnx.String("auto_pad", "SAME_LOWER"))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 2, 2)), attributes: set(onnx.Ints("strides", 3, 4), onnx.String("auto_pad", "SAME_UPPER"))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 3, 3)), attributes: set(onnx.String("auto_pad", "VALID"))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 3, 3)), attributes: set(onnx.Ints("strides", 2, 2), onnx.Ints("output_shape", 12, 13))},
	{op: "ConvTranspose", inputs: with(array(8, 2, 3, 3)), attributes: set(onnx.Ints("strides", 2, 2), onnx.Ints("output_shape", 10, 12),
		onnx.String("auto_pad", "SAME_UPPER"))},
	{op: "LpPool", attributes: set(onnx.Ints("kernel_shape", 3, 2), onnx.Ints("strides", 2, 1), onnx.Ints("pads", 1, 0, 0, 1), onnx.Int("p", 1))},
	{opset: 18, op: "LpPool", attributes: set(onnx.Ints("kernel_shape", 2, 2), onnx.Ints("dilations", 2, 3))},
	{op: "MaxPool", outputs: 2, attributes: set(onnx.Ints("kernel_shape", 3, 3), onnx.Ints("strides", 2, 2), onnx.Int("ceil_mode", 1))},
	{opset: 19, op: "AveragePool", attributes: set(onnx.Ints("kernel_shape", 2, 2), onnx.Ints("dilations", 3, 2))},
	{op: "GlobalLpPool"},
	{opset: 7, op: "Upsample", attributes: set(&onnxpb.AttributeProto{Name: "scales", Type: onnxpb.AttributeProto_FLOATS, Floats: []float32{1, 1, 1.5, 2}})},
	{opset: 9, op: "Upsample", inputs: with(floats(1, 1, 2.5, 1.3)), attributes: set(onnx.String("mode", "nearest"))},
	{opset: 9, op: "Upsample", inputs: with(floats(1, 1, 2, 1.3)), attributes: set(onnx.String("mode", "linear"))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, 0.6, 1.7)), attributes: set(onnx.String("mode", "nearest"))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, 0.6, 1.7)), attributes: set(onnx.String("mode", "linear"))},
	{op: "Resize", inputs: with(nil, floats(1, 1, 1.9, 0.4)), attributes: set(onnx.String("mode", "cubic"))},
	{op: "Resize", inputs: with(nil, floats(), list(1, 8, 3, 11)), attributes: set(onnx.String("mode", "linear"))},
	{opset: 18, op: "Resize", inputs: with(nil, floats(1.9, 0.7)), attributes: set(onnx.String("mode", "linear"), onnx.Ints("axes", 2, 3))},
	{opset: 18, op: "Resize", inputs: with(nil, nil, list(5, 13)), attributes: set(onnx.String("mode", "nearest"), onnx.Ints("axes", -1, -2),
		onnx.String("keep_aspect_ratio_policy", "stretch"))},
	{opset: 18, op: "Resize", inputs: with(nil, nil, list(1, 8, 3, 4)), attributes: set(onnx.String("mode", "linear"), onnx.Int("antialias", 1))},
	{op: "DepthToSpace", attributes: set(onnx.Int("blocksize", 2))},
	{op: "DepthToSpace", attributes: set(onnx.Int("blocksize", 2), onnx.String("mode", "CRD"))},
	{op: "SpaceToDepth", attributes: set(onnx.Int("blocksize", 1))},
}

var moveTrials = []trial{
	{op: "Split", outputs: 4, attributes: set(onnx.Int("axis", 1))},
	{op: "Split", outputs: 3, inputs: with(list(1, 3, 2)), attributes: set(onnx.Int("axis", -2))},
	{opset: 11, op: "Split", outputs: 2, attributes: set(onnx.Int("axis", 3), onnx.Ints("split", 2, 5))},
	{opset: 18, op: "Split", outputs: 3, attributes: set(onnx.Int("axis", 3), onnx.Int("num_outputs", 3))},
	{op: "Expand", inputs: with(list(2, 1, 1, 1, 7))}, {op: "Expand", inputs: with(list(1))},
	{op: "Tile", inputs: with(list(1, 1, 2, 3))}, {op: "Tile", inputs: with(list(1, 3, 1, 1))},
	{op: "Shape"}, {op: "Shape", attributes: set(onnx.Int("start", -2), onnx.Int("end", 9))}, {op: "Size"},
	{op: "GatherElements", inputs: with(onnx.Int64Tensor("", []int64{1, 5, 2, 1}, make([]int64, 10))), attributes: set(onnx.Int("axis", 2))},
	{op: "GatherElements", inputs: with(onnx.Int64Tensor("", []int64{1, 2, 6, 7}, make([]int64, 84))), attributes: set(onnx.Int("axis", 1))},
	{op: "Gather", inputs: with(list(3, -1)), attributes: set(onnx.Int("axis", 2))},
	{op: "Gather", inputs: with(number(-2)), attributes: set(onnx.Int("axis", 3))},
	{opset: 18, op: "Pad", inputs: with(list(2, -1, 0, 3), nil, list(-1, 2))},
	{opset: 18, op: "Pad", inputs: with(list(2, 1, 0, 3), nil, list(-1, 2)), attributes: set(onnx.String("mode", "reflect"))},
	{opset: 19, op: "Pad", inputs: with(list(0, 0, 2, 3, 0, 0, 4, 1)), attributes: set(onnx.String("mode", "wrap"))},
	{opset: 7, op: "Pad", attributes: set(onnx.Ints("pads", 0, 0, 1, 2, 0, 0, 3, 4), onnx.String("mode", "edge"))},
	{op: "GatherND", inputs: with(onnx.Int64Tensor("", []int64{4, 2}, make([]int64, 8)))},
	{op: "GatherND", inputs: with(onnx.Int64Tensor("", []int64{1, 3, 1}, make([]int64, 3))), attributes: set(onnx.Int("batch_dims", 1))},
	{op: "ScatterND", inputs: with(onnx.Int64Tensor("", []int64{2, 2}, []int64{0, 1, 0, 3}), array(2, 6, 7))},
	{op: "ScatterElements", inputs: with(onnx.Int64Tensor("", []int64{1, 2, 2, 1}, []int64{0, 1, 5, 3}), array(1, 2, 2, 1)),
		attributes: set(onnx.Int("axis", 2))},
	{op: "GridSample", inputs: with(array(1, 5, 4, 2))},
	{op: "Slice", inputs: with(list(-1, 0), list(-1000, 9223372036854775807), list(3, 2), list(-2, 4))},
}

var reduceTrials = func() []trial {
	var all []trial
	for _, op := range []string{"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
		"ReduceProd", "ReduceSumSquare"} {
		all = append(all,
			trial{op: op, attributes: set(onnx.Ints("axes", 1, -1))},
			trial{op: op, attributes: set(onnx.Int("keepdims", 0))},
			trial{opset: 18, op: op, inputs: with(list(-3)), attributes: set(onnx.Int("keepdims", 0))},
			trial{opset: 18, op: op, attributes: set(onnx.Int("noop_with_empty_axes", 1))})
	}
	for _, op := range []string{"ArgMax", "ArgMin"} {
		all = append(all, trial{op: op}, trial{op: op, attributes: set(onnx.Int("axis", -1))},
			trial{op: op, attributes: set(onnx.Int("axis", 1), onnx.Int("keepdims", 0))})
	}
	return append(all,
		trial{op: "TopK", outputs: 2, inputs: with(list(3))},
		trial{op: "TopK", outputs: 2, inputs: with(list(6)), attributes: set(onnx.Int("axis", 2))},
		trial{opset: 9, op: "TopK", outputs: 2, attributes: set(onnx.Int("axis", 1), onnx.Int("k", 2))})
}()
