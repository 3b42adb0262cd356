package onnx

import "github.com/convnet-playground/convnet/internal/onnx/onnxpb"

// Window says how a convolution or a pooling slides over a map. Zero strides,
// dilations and groups mean 1.
type Window struct {
	Kernel          [2]int64 // height, width; pooling only, a convolution takes its weights'
	Stride          [2]int64
	Dilation        [2]int64
	Pads            [4]int64 // top, left, bottom, right
	Group           int64    // convolution only
	CountIncludePad bool     // average pooling only: padding counts as zeros
}

// SamePads is the padding before and after one dimension that TensorFlow calls
// "same": the output has ceil(size/stride) elements, and the odd element of
// padding goes behind.
func SamePads(size, kernel, stride, dilation int64) (before, after int64) {
	reach := (kernel-1)*dilation + 1
	total := max(((size+stride-1)/stride-1)*stride+reach-size, 0)
	return total / 2, total - total/2
}

func (w Window) attributes() []*onnxpb.AttributeProto {
	return []*onnxpb.AttributeProto{
		Ints("strides", orOne(w.Stride[0]), orOne(w.Stride[1])),
		Ints("pads", w.Pads[:]...),
	}
}

func orOne(v int64) int64 {
	if v == 0 {
		return 1
	}
	return v
}

// Conv convolves x with weights [out, in/group, height, width]; bias may be "".
func (b *Builder) Conv(out, x, weights, bias string, w Window) string {
	attributes := append(w.attributes(),
		Ints("dilations", orOne(w.Dilation[0]), orOne(w.Dilation[1])),
		Int("group", orOne(w.Group)))
	if k := b.Dims(weights); len(k) == 4 {
		attributes = append(attributes, Ints("kernel_shape", k[2], k[3]))
	}
	inputs := []string{x, weights}
	if bias != "" {
		inputs = append(inputs, bias)
	}
	return b.Node("Conv", out, inputs, attributes...)
}

// MaxPool takes the maximum under a sliding window; padding never wins.
func (b *Builder) MaxPool(out, x string, w Window) string {
	return b.Node("MaxPool", out, []string{x}, append(w.attributes(), Ints("kernel_shape", w.Kernel[:]...))...)
}

// AveragePool takes the mean under a sliding window.
func (b *Builder) AveragePool(out, x string, w Window) string {
	attributes := append(w.attributes(), Ints("kernel_shape", w.Kernel[:]...))
	if w.CountIncludePad {
		attributes = append(attributes, Int("count_include_pad", 1))
	}
	return b.Node("AveragePool", out, []string{x}, attributes...)
}

// GlobalAveragePool takes each channel's mean: [N, C, 1, 1].
func (b *Builder) GlobalAveragePool(out, x string) string {
	return b.Node("GlobalAveragePool", out, []string{x})
}

// GlobalMaxPool takes each channel's maximum: [N, C, 1, 1].
func (b *Builder) GlobalMaxPool(out, x string) string {
	return b.Node("GlobalMaxPool", out, []string{x})
}

// BatchNorm names the initializers of a batch normalisation, each [C].
type BatchNorm struct {
	Scale, Bias, Mean, Variance string
	Epsilon                     float32
}

// BatchNormalization normalises each channel by stored statistics.
func (b *Builder) BatchNormalization(out, x string, p BatchNorm) string {
	return b.Node("BatchNormalization", out, []string{x, p.Scale, p.Bias, p.Mean, p.Variance}, Float("epsilon", p.Epsilon))
}

// Relu is max(x, 0).
func (b *Builder) Relu(out, x string) string { return b.Node("Relu", out, []string{x}) }

// Sigmoid is 1 / (1 + e^-x).
func (b *Builder) Sigmoid(out, x string) string { return b.Node("Sigmoid", out, []string{x}) }

// Sqrt is the square root.
func (b *Builder) Sqrt(out, x string) string { return b.Node("Sqrt", out, []string{x}) }

// Identity gives x another name.
func (b *Builder) Identity(out, x string) string { return b.Node("Identity", out, []string{x}) }

// Clip limits x to low … high.
func (b *Builder) Clip(out, x string, low, high float32) string {
	if b.opset() < 11 {
		return b.Node("Clip", out, []string{x}, Float("min", low), Float("max", high))
	}
	return b.Node("Clip", out, []string{x, b.scalar(low), b.scalar(high)})
}

// Add is x + y with broadcasting.
func (b *Builder) Add(out, x, y string) string { return b.Node("Add", out, []string{x, y}) }

// Sub is x − y with broadcasting.
func (b *Builder) Sub(out, x, y string) string { return b.Node("Sub", out, []string{x, y}) }

// Mul is x · y with broadcasting.
func (b *Builder) Mul(out, x, y string) string { return b.Node("Mul", out, []string{x, y}) }

// Div is x / y with broadcasting.
func (b *Builder) Div(out, x, y string) string { return b.Node("Div", out, []string{x, y}) }

// Pow is x to the power of the constant p.
func (b *Builder) Pow(out, x string, p float32) string {
	return b.Node("Pow", out, []string{x, b.scalar(p)})
}

// Concat joins values along an axis; axis 1 joins channels.
func (b *Builder) Concat(out string, axis int64, xs ...string) string {
	return b.Node("Concat", out, xs, Int("axis", axis))
}

// Softmax turns an axis into probabilities.
func (b *Builder) Softmax(out, x string, axis int64) string {
	return b.Node("Softmax", out, []string{x}, Int("axis", axis))
}

// Gemm is x · w + bias with w [in, out], or [out, in] when transposed; bias may
// be "".
func (b *Builder) Gemm(out, x, w, bias string, transposed bool) string {
	inputs := []string{x, w}
	switch {
	case bias != "":
		inputs = append(inputs, bias)
	case b.opset() < 11: // where the bias is not yet optional
		inputs = append(inputs, b.scalar(0))
	}
	if transposed {
		return b.Node("Gemm", out, inputs, Int("transB", 1))
	}
	return b.Node("Gemm", out, inputs)
}

// MatMul is the product of the last two dimensions, broadcast over the others.
func (b *Builder) MatMul(out, x, y string) string { return b.Node("MatMul", out, []string{x, y}) }
