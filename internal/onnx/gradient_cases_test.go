package onnx_test

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// win is a convolution with a kernel of out × its input's share of channels × kh × kw.
type win struct {
	out, kh, kw int64
	onnx.Window
	auto string
}

func (w win) build(m maker, x string) string {
	group := max(w.Group, 1)
	kernel := m.array("w", w.out, m.Dims(x)[1]/group, w.kh, w.kw)
	if w.auto != "" {
		return m.Node("Conv", "", []string{x, kernel, m.array("b", w.out)}, onnx.String("auto_pad", w.auto), onnx.Ints("strides", w.Stride[:]...))
	}
	return m.Conv("", x, kernel, m.array("b", w.out), w.Window)
}

// pooled is a pooling with any attributes.
func pooled(op string, kernel [2]int64, more ...any) func(maker, string) string {
	return func(m maker, x string) string {
		attributes := onnxAttributes(more)
		return m.Node(op, "", []string{x}, append(attributes, onnx.Ints("kernel_shape", kernel[:]...))...)
	}
}

// unaryOp is an operator without attributes, on x times a factor.
func unaryOp(op string, factor float32, more ...any) func(maker, string) string {
	return func(m maker, x string) string {
		if factor != 1 {
			x = m.times(x, factor)
		}
		return m.Node(op, "", []string{x}, onnxAttributes(more)...)
	}
}

// resized is a Resize to a size.
func resized(height, width int64, mode, coordinates, rounding string) func(maker, string) string {
	return func(m maker, x string) string {
		return m.Node("Resize", "", []string{x, "", "", m.ints(2, 4, height, width)},
			onnx.String("mode", mode), onnx.String("coordinate_transformation_mode", coordinates), onnx.String("nearest_mode", rounding))
	}
}

func padded(mode string, fill float32, pads ...int64) func(maker, string) string {
	return func(m maker, x string) string {
		all := m.ints(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3])
		return m.Node("Pad", "", []string{x, all, m.number(fill)}, onnx.String("mode", mode))
	}
}

func transposedConv(out, kh, kw int64, more ...any) func(maker, string) string {
	return func(m maker, x string) string {
		attributes := onnxAttributes(more)
		group := int64(1)
		for _, a := range attributes {
			if a.Name == "group" {
				group = a.I
			}
		}
		return m.Node("ConvTranspose", "", []string{x, m.array("w", 4, out/group, kh, kw), m.array("b", out)}, attributes...)
	}
}

func normalizedBy(m maker, x string, channels int64) string {
	return m.BatchNormalization("", x, onnx.BatchNorm{
		Scale: m.array("scale", channels), Bias: m.array("shift", channels), Mean: m.array("mean", channels),
		Variance: m.shifted("variance", 1.5, channels), Epsilon: 1e-3,
	})
}

// dead brings the second picture's units below zero.
func dead(m maker, x string) string {
	return m.Sub("", x, m.Floats("dead", []int64{2, 1, 1, 1}, []float32{0, 2}))
}

// splitted puts a Split, whose middle part nobody uses, in the place of the Slices of the case of that name.
func splitted(g *onnxpb.GraphProto) {
	g.Initializer = append(g.Initializer, onnx.Int64Tensor("sizes", []int64{3}, []int64{1, 2, 1}))
	g.Node = slices.DeleteFunc(g.Node, func(n *onnxpb.NodeProto) bool { return n.OpType == "Slice" })
	g.Node = append([]*onnxpb.NodeProto{{
		OpType: "Split", Input: []string{"x", "sizes"}, Output: []string{"first", "middle", "last"}, Attribute: []*onnxpb.AttributeProto{onnx.Int("axis", 1)},
	}}, g.Node...)
}

// ruled are the cases, as in scripts/fixtures/gradients/make.py.
var ruled = map[string]func(maker, string) string{
	"conv":                  win{3, 3, 3, onnx.Window{}, ""}.build,
	"conv stride":           win{3, 3, 3, onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}}, ""}.build,
	"conv strides and pads": win{3, 3, 2, onnx.Window{Stride: [2]int64{3, 2}, Pads: [4]int64{0, 1, 2, 0}}, ""}.build,
	"conv dilation":         win{3, 2, 3, onnx.Window{Stride: [2]int64{1, 2}, Pads: [4]int64{1, 0, 0, 2}, Dilation: [2]int64{3, 2}}, ""}.build,
	"conv groups":           win{6, 3, 3, onnx.Window{Pads: [4]int64{1, 1, 1, 1}, Group: 2}, ""}.build,
	"conv groups stride":    win{6, 3, 3, onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}, Group: 2}, ""}.build,
	"conv depthwise":        win{4, 3, 3, onnx.Window{Pads: [4]int64{1, 1, 1, 1}, Group: 4}, ""}.build,
	"conv depthwise stride": win{4, 5, 3, onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{2, 1, 2, 1}, Group: 4}, ""}.build,
	"conv multiplier":       win{8, 3, 3, onnx.Window{Pads: [4]int64{1, 1, 1, 1}, Group: 4}, ""}.build,
	"conv pointwise stride": win{5, 1, 1, onnx.Window{Stride: [2]int64{2, 3}}, ""}.build,
	"conv even":             win{3, 2, 4, onnx.Window{Pads: [4]int64{1, 2, 0, 1}}, ""}.build,
	"conv line":             win{3, 1, 7, onnx.Window{Pads: [4]int64{0, 3, 0, 3}}, ""}.build,
	"conv column":           win{3, 7, 1, onnx.Window{Pads: [4]int64{3, 0, 3, 0}}, ""}.build,
	"conv wide pads":        win{3, 2, 2, onnx.Window{Pads: [4]int64{3, 2, 4, 3}}, ""}.build,
	"conv same upper":       win{3, 4, 3, onnx.Window{Stride: [2]int64{2, 2}}, "SAME_UPPER"}.build,
	"conv same lower":       win{3, 4, 3, onnx.Window{Stride: [2]int64{2, 2}}, "SAME_LOWER"}.build,

	"transposed":          transposedConv(3, 3, 3),
	"transposed stride":   transposedConv(3, 3, 2, "strides", []int64{2, 3}, "pads", []int64{1, 0, 1, 0}, "output_padding", []int64{1, 2}),
	"transposed groups":   transposedConv(6, 3, 3, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}, "output_padding", []int64{0, 1}, "group", 2),
	"transposed dilation": transposedConv(2, 2, 3, "strides", []int64{2, 1}, "pads", []int64{0, 1, 0, 1}, "dilations", []int64{3, 2}),

	"norm": func(m maker, x string) string { return normalizedBy(m, x, 4) },
	"conv and norm": func(m maker, x string) string {
		return normalizedBy(m, m.Conv("", x, m.array("w", 5, 4, 3, 3), "", onnx.Window{Pads: [4]int64{1, 1, 1, 1}}), 5)
	},

	"relu": unaryOp("Relu", 1), "leaky": unaryOp("LeakyRelu", 1, "alpha", 0.2), "sigmoid": unaryOp("Sigmoid", 1), "tanh": unaryOp("Tanh", 1),
	"clip 6":       func(m maker, x string) string { return m.Clip("", m.times(x, 8), 0, 6) },
	"clip":         func(m maker, x string) string { return m.Clip("", x, -0.5, 0.7) },
	"clip low":     func(m maker, x string) string { return m.op("Clip", x, m.number(-0.1)) },
	"hard sigmoid": unaryOp("HardSigmoid", 4, "alpha", 0.2), "hard swish": unaryOp("HardSwish", 5), "elu": unaryOp("Elu", 1, "alpha", 1.3),
	"selu": unaryOp("Selu", 1), "softplus": unaryOp("Softplus", 1), "softsign": unaryOp("Softsign", 1), "erf": unaryOp("Erf", 1),
	"celu": unaryOp("Celu", 1, "alpha", 0.7), "exp": unaryOp("Exp", 1), "abs": unaryOp("Abs", 1), "neg": unaryOp("Neg", 1),
	"sin": unaryOp("Sin", 1), "cos": unaryOp("Cos", 1), "identity": unaryOp("Identity", 1), "cast": unaryOp("Cast", 1, "to", 1), "dropout": unaryOp("Dropout", 1),
	"gelu": func(m maker, x string) string {
		gate := m.Add("", m.op("Erf", m.times(x, 0.70710678)), m.number(1))
		return m.times(m.Mul("", x, gate), 0.5)
	},
	"silu":       func(m maker, x string) string { return m.Mul("", x, m.Sigmoid("", x)) },
	"log":        func(m maker, x string) string { return m.op("Log", m.Add("", x, m.number(2))) },
	"sqrt":       func(m maker, x string) string { return m.Sqrt("", m.Add("", x, m.number(2))) },
	"reciprocal": func(m maker, x string) string { return m.op("Reciprocal", m.Add("", x, m.number(2))) },
	"square":     func(m maker, x string) string { return m.Pow("", x, 2) },
	"cube":       func(m maker, x string) string { return m.Pow("", x, 3) },

	"softmax channels": func(m maker, x string) string { return m.Softmax("", x, 1) },
	"softmax last":     func(m maker, x string) string { return m.Softmax("", x, -1) },
	"log softmax":      unaryOp("LogSoftmax", 1, "axis", 1),

	"add itself":   func(m maker, x string) string { return m.Add("", x, x) },
	"mul itself":   func(m maker, x string) string { return m.Mul("", m.Mul("", x, x), x) },
	"gate":         func(m maker, x string) string { return m.Mul("", x, m.Sigmoid("", m.GlobalAveragePool("", x))) },
	"max of two":   func(m maker, x string) string { return m.op("Max", x, m.times(m.flip(x, 1), 0.5)) },
	"min of two":   func(m maker, x string) string { return m.op("Min", x, m.times(m.flip(x, 1), 0.5)) },
	"sum of three": func(m maker, x string) string { return m.op("Sum", x, m.times(x, 2), m.Mul("", x, x)) },
	"mean of two":  func(m maker, x string) string { return m.op("Mean", x, m.Mul("", x, x)) },
	"prelu":        func(m maker, x string) string { return m.op("PRelu", x, m.array("slope", 4, 1, 1)) },
	"prelu one":    func(m maker, x string) string { return m.op("PRelu", x, m.array("slope", 1)) },
	"sub number":   func(m maker, x string) string { return m.Sub("", x, m.array("c", 1)) },
	"add wider":    func(m maker, x string) string { return m.Add("", x, m.array("c", 1, 4, 1, 9)) },
	"add channels": func(m maker, x string) string { return m.Add("", x, m.array("c", 4, 1, 1)) },
	"sub from":     func(m maker, x string) string { return m.Sub("", m.array("c", 1, 4, 1, 9), x) },
	"mul channels": func(m maker, x string) string { return m.Mul("", x, m.array("c", 4, 1, 1)) },
	"mul wider":    func(m maker, x string) string { return m.Mul("", x, m.array("c", 4, 7, 1)) },
	"div by":       func(m maker, x string) string { return m.Div("", x, m.shifted("c", 2, 9)) },
	"div of":       func(m maker, x string) string { return m.Div("", m.array("c", 2, 4, 1, 1), m.Add("", x, m.number(2))) },
	"where": func(m maker, x string) string {
		return m.op("Where", m.op("Greater", m.array("c", 4, 1, 9), m.number(0)), x, m.times(m.Mul("", x, x), 3))
	},

	"both move": func(m maker, x string) string {
		share := m.Div("", m.Sub("", x, m.GlobalAveragePool("", x)), m.Add("", m.Node("ReduceMean", "", []string{x}, onnx.Ints("axes", 1)), m.number(2)))
		return m.Add("", share, m.Node("ReduceMax", "", []string{x}, onnx.Ints("axes", 3)))
	},
	"softmax of the batch": func(m maker, x string) string { return m.Softmax("", x, 0) },
	"reduce mean all":      func(m maker, x string) string { return m.Node("ReduceMean", "", []string{x}, onnx.Int("keepdims", 1)) },
	"concat channels":      func(m maker, x string) string { return m.Concat("", 1, x, m.Mul("", x, x), m.times(x, 2)) },
	"concat width":         func(m maker, x string) string { return m.Concat("", 3, m.Mul("", x, x), x) },
	"split": func(m maker, x string) string { // splitted makes one Split of the two Slices
		first := m.Slice("first", x, onnx.Range{Axis: 1, End: 1})
		return m.Concat("", 1, m.times(m.Slice("last", x, onnx.Range{Axis: 1, Start: 3, End: 4}), 2), first)
	},
	"slice": func(m maker, x string) string {
		return m.op("Slice", x, m.ints(1, 2), m.ints(-2, 6), m.ints(2, 3))
	},
	"slice steps": func(m maker, x string) string {
		return m.op("Slice", x, m.ints(1, 1), m.ints(4, 9), m.ints(1, 3), m.ints(2, 3))
	},
	"slice back": func(m maker, x string) string {
		return m.op("Slice", m.flip(x, 2), m.ints(1), m.ints(1000), m.ints(2))
	},
	"gather": func(m maker, x string) string {
		return m.Node("Gather", "", []string{x, m.ints(3, 0, 0, 2)}, onnx.Int("axis", 1))
	},

	"max pool":             pooled("MaxPool", [2]int64{2, 2}, "strides", []int64{2, 2}),
	"max pool overlap":     pooled("MaxPool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}),
	"max pool dense":       pooled("MaxPool", [2]int64{3, 3}, "pads", []int64{1, 1, 1, 1}),
	"max pool ceil":        pooled("MaxPool", [2]int64{3, 3}, "strides", []int64{2, 2}, "ceil_mode", 1),
	"max pool dilation":    pooled("MaxPool", [2]int64{2, 2}, "dilations", []int64{3, 2}),
	"max pool same upper":  pooled("MaxPool", [2]int64{4, 2}, "strides", []int64{2, 2}, "auto_pad", "SAME_UPPER"),
	"max pool same lower":  pooled("MaxPool", [2]int64{4, 2}, "strides", []int64{2, 2}, "auto_pad", "SAME_LOWER"),
	"max pool ceil padded": pooled("MaxPool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}, "ceil_mode", 1),
	"max pool ties":        pooled("MaxPool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}),
	"max pool tiles": func(m maker, x string) string {
		x = m.Relu("", m.Slice("", x, onnx.Range{Axis: 2, End: 6}, onnx.Range{Axis: 3, End: 8}))
		return pooled("MaxPool", [2]int64{2, 2}, "strides", []int64{2, 2})(m, x)
	},
	"average pool":             pooled("AveragePool", [2]int64{2, 2}, "strides", []int64{2, 2}),
	"average pool padded":      pooled("AveragePool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}, "count_include_pad", 1),
	"average pool bare":        pooled("AveragePool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}),
	"average pool dense":       pooled("AveragePool", [2]int64{3, 3}, "auto_pad", "SAME_UPPER"),
	"average pool same lower":  pooled("AveragePool", [2]int64{4, 2}, "strides", []int64{2, 1}, "auto_pad", "SAME_LOWER"),
	"average pool lopsided":    pooled("AveragePool", [2]int64{3, 3}, "strides", []int64{2, 1}, "pads", []int64{0, 2, 1, 0}, "count_include_pad", 1),
	"average pool ceil padded": pooled("AveragePool", [2]int64{3, 3}, "strides", []int64{2, 2}, "pads", []int64{1, 1, 1, 1}, "ceil_mode", 1, "count_include_pad", 1),
	"average pool ceil bare":   pooled("AveragePool", [2]int64{4, 3}, "strides", []int64{3, 2}, "pads", []int64{1, 1, 1, 1}, "ceil_mode", 1),
	"average pool ceil":        pooled("AveragePool", [2]int64{3, 3}, "strides", []int64{2, 2}, "ceil_mode", 1),
	"global average":           unaryOp("GlobalAveragePool", 1), "global max": unaryOp("GlobalMaxPool", 1),

	"reduce mean":          func(m maker, x string) string { return m.ReduceMean("", x, 2, 3) },
	"reduce mean channels": unaryOp("ReduceMean", 1, "axes", []int64{1}),
	"reduce sum": func(m maker, x string) string {
		return m.Node("ReduceSum", "", []string{x, m.ints(1, 3)}, onnx.Int("keepdims", 0))
	},
	"reduce max":     unaryOp("ReduceMax", 1, "axes", []int64{1}),
	"reduce l2":      unaryOp("ReduceL2", 1, "axes", []int64{1}),
	"sum of squares": unaryOp("ReduceSumSquare", 1, "axes", []int64{3}, "keepdims", 0),

	"gemm": func(m maker, x string) string {
		return m.Gemm("", m.Flatten("", x, 1), m.array("w", 252, 5), m.array("b", 5), false)
	},
	"gemm turned": func(m maker, x string) string {
		return m.Node("Gemm", "", []string{m.Flatten("", x, 1), m.array("w", 5, 252), m.array("b", 5)}, onnx.Int("transB", 1), onnx.Float("alpha", 0.5))
	},
	"gemm of the turned": func(m maker, x string) string {
		return m.Node("Gemm", "", []string{m.Flatten("", x, 1), m.array("w", 2, 5), m.array("b", 1, 5)},
			onnx.Int("transA", 1), onnx.Float("alpha", 2), onnx.Float("beta", 0.5))
	},
	"matmul batches": func(m maker, x string) string { return m.MatMul("", x, m.array("w", 4, 9, 3)) },
	"matmul right":   func(m maker, x string) string { return m.MatMul("", x, m.array("w", 9, 5)) },
	"matmul left":    func(m maker, x string) string { return m.MatMul("", m.array("w", 3, 7), x) },
	"gram": func(m maker, x string) string {
		flat := m.Reshape("", x, 2, 4, -1)
		return m.MatMul("", flat, m.Transpose("", flat, 0, 2, 1))
	},
	"flatten":   func(m maker, x string) string { return m.Flatten("", x, 1) },
	"transpose": func(m maker, x string) string { return m.Transpose("", x, 0, 2, 3, 1) },
	"squeeze": func(m maker, x string) string {
		return m.op("Squeeze", m.Slice("", x, onnx.Range{Axis: 1, Start: 2, End: 3}), m.ints(1))
	},
	"unsqueeze": func(m maker, x string) string { return m.op("Unsqueeze", x, m.ints(1)) },
	"pad":       padded("constant", 0.3, 1, 2, 3, 0), "crop": padded("constant", 0, 0, -2, -3, 1),
	"reflect": padded("reflect", 0, 3, 2, 0, 1), "edge": padded("edge", 0, 3, 2, 0, 1),

	"nearest":        resized(14, 18, "nearest", "asymmetric", "floor"),
	"nearest down":   resized(4, 5, "nearest", "asymmetric", "floor"),
	"linear up":      resized(13, 11, "linear", "half_pixel", "floor"),
	"linear down":    resized(4, 5, "linear", "pytorch_half_pixel", "floor"),
	"linear corners": resized(13, 5, "linear", "align_corners", "floor"),

	"instance norm": func(m maker, x string) string {
		one, zero := m.Floats("one", []int64{4}, []float32{1, 1, 1, 1}), m.Floats("zero", []int64{4}, make([]float32, 4))
		return m.Node("InstanceNormalization", "", []string{x, one, zero}, onnx.Float("epsilon", 1e-3))
	},
	"layer norm": func(m maker, x string) string {
		return m.Node("LayerNormalization", "", []string{x, m.array("scale", 9), m.array("shift", 9)}, onnx.Float("epsilon", 1e-3))
	},
	"lrn 3": unaryOp("LRN", 1, "size", 3, "alpha", 0.7, "beta", 0.6, "bias", 1.5),
	"lrn 5": unaryOp("LRN", 1, "size", 5, "alpha", 0.7, "beta", 0.6, "bias", 1.5),
	"shuffle": func(m maker, x string) string {
		return m.Reshape("", m.Transpose("", m.Reshape("", x, 0, 2, 2, 7, 9), 0, 2, 1, 3, 4), 0, 4, 7, 9)
	},
	"depth to space":     unaryOp("DepthToSpace", 1, "blocksize", 2),
	"depth to space crd": unaryOp("DepthToSpace", 1, "blocksize", 2, "mode", "CRD"),
	"space to depth": func(m maker, x string) string {
		x = m.Slice("", x, onnx.Range{Axis: 2, End: 6}, onnx.Range{Axis: 3, End: 8})
		return unaryOp("SpaceToDepth", 1, "blocksize", 2)(m, x)
	},

	"redirected":      func(m maker, x string) string { return m.Relu("", dead(m, x)) },
	"redirected clip": func(m maker, x string) string { return m.Clip("", m.times(dead(m, x), 4), 0, 6) },
}
