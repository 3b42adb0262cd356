package onnx_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// everyLayer builds a graph with every method of the builder on odd sizes, and
// names all values it makes.
func everyLayer(tb testing.TB, opset int) *onnxpb.ModelProto {
	tb.Helper()
	b := onnx.NewBuilder("every", opset)
	x := b.Input("input", 1, 4, 11, 9)
	c := func(name string, dims ...int64) string { return b.Floats(name, dims, ramp(dims)) }
	v := []string{
		b.Conv("conv", x, c("w1", 6, 4, 3, 3), c("b1", 6), onnx.Window{Pads: [4]int64{1, 1, 1, 1}}),
		b.Conv("strided", x, c("w2", 5, 4, 5, 3), "", onnx.Window{Stride: [2]int64{2, 3}, Pads: [4]int64{0, 1, 2, 0}}),
		b.Conv("dilated", x, c("w3", 2, 4, 3, 3), "", onnx.Window{Dilation: [2]int64{2, 3}}),
		b.Conv("depthwise", x, c("w4", 4, 1, 3, 3), "", onnx.Window{Group: 4}),
		b.MaxPool("maxpool", x, onnx.Window{Kernel: [2]int64{3, 2}, Stride: [2]int64{2, 2}, Pads: [4]int64{1, 0, 1, 0}}),
		b.AveragePool("avgpool", x, onnx.Window{Kernel: [2]int64{3, 3}, Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}, CountIncludePad: true}),
		b.GlobalAveragePool("gap", x),
		b.GlobalMaxPool("gmp", x),
		b.BatchNormalization("bn", x, onnx.BatchNorm{Scale: c("g", 4), Bias: c("be", 4), Mean: c("m", 4), Variance: c("va", 4), Epsilon: 1e-3}),
		b.Relu("relu", x), b.Sigmoid("sigmoid", x), b.Sqrt("sqrt", "relu"), b.Identity("identity", x), b.Clip("clip", x, 0, 6),
		b.Add("add", x, "relu"), b.Sub("sub", x, "gap"), b.Mul("mul", "gap", x), b.Div("div", x, c("scale", 4, 1, 1)), b.Pow("pow", "relu", 1.5),
		b.Concat("concat", 1, x, "relu", "conv"),
		b.Flatten("flat", x, 1), b.Flatten("pooled", "gap", 1),
		b.Gemm("gemm", "pooled", c("w5", 4, 3), c("b5", 3), false), b.Gemm("gemmT", "pooled", c("w6", 3, 4), "", true),
		b.MatMul("matmul", x, c("w7", 9, 2)),
		b.Softmax("softmax", "gemm", -1),
		b.Reshape("reshape", x, 0, 2, 2, -1), b.Transpose("nhwc", x, 0, 2, 3, 1),
		b.Pad("pad", x, [4]int64{1, 2, 0, 3}, 0), b.Pad("crop", x, [4]int64{-1, 0, -2, 0}, 0), b.Pad("frame", x, [4]int64{1, 1, 1, 1}, 7),
		b.Slice("slice", x, onnx.Range{Axis: 2, Start: 1, End: 11}, onnx.Range{Axis: 3, Start: 0, End: 8}),
		b.ReduceMean("rmean", x, 2, 3), b.ReduceMax("rmax", x, 1),
	}
	if opset == 0 || opset >= 13 {
		v = append(v, b.Resize("up", x, "nearest", 22, 18), b.Resize("odd", x, "linear", 7, 13))
	}
	m, err := b.Model(v...)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func ramp(dims []int64) []float32 {
	n := int64(1)
	for _, d := range dims {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(i%7)/7 + 0.1
	}
	return data
}

// The runtime is the judge of inferred shapes, whatever the opset and batch.
func TestShapesAgreeWithTheRuntime(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, opset := range []int{8, 9, 10, 11, 12, 13, 15, 17, 18, 19, 21} {
		for _, batch := range []int64{1, 3} {
			t.Run(fmt.Sprintf("opset=%d/batch=%d", opset, batch), func(t *testing.T) {
				m := everyLayer(t, opset)
				dims := []int64{batch, 4, 11, 9}
				shapes, err := onnx.InferShapes(m, map[string][]int64{"input": dims})
				if err != nil {
					t.Fatal(err)
				}
				outputs := run(t, rt, m, ortrun.Tensor{Shape: dims, Data: ramp(dims)})
				for i, info := range m.Graph.Output {
					if got, want := shapes[info.Name], outputs[i].Shape; !slices.Equal(got, want) {
						t.Errorf("%s: inferred %v, it is %v", info.Name, got, want)
					}
				}
			})
		}
	}
}

func TestBuilderNamesTheMistake(t *testing.T) {
	tests := []struct {
		name  string
		build func(b *onnx.Builder, x string)
		want  []string
	}{
		{"unknown input", func(b *onnx.Builder, x string) { b.Relu("r", "nothing") }, []string{"r", "Relu", "nothing"}},
		{"name twice", func(b *onnx.Builder, x string) { b.Relu("r", x); b.Relu("r", x) }, []string{`"r"`, "twice"}},
		{"input's name again", func(b *onnx.Builder, x string) { b.Relu(x, x) }, []string{`"input"`, "twice"}},
		{"weights too few", func(b *onnx.Builder, x string) { b.Floats("w", []int64{2, 2}, []float32{1}) }, []string{"w", "[2 2]", "1"}},
		{"wrong channels", func(b *onnx.Builder, x string) {
			b.Conv("c", x, b.Floats("w", []int64{1, 2, 1, 1}, []float32{1, 2}), "", onnx.Window{})
		}, []string{"c", "Conv", "3 channels"}},
		{"window too large", func(b *onnx.Builder, x string) {
			b.MaxPool("p", x, onnx.Window{Kernel: [2]int64{9, 9}})
		}, []string{"p", "MaxPool", "9"}},
		{"no kernel", func(b *onnx.Builder, x string) { b.MaxPool("p", x, onnx.Window{}) }, []string{"p", "kernel"}},
		{"shapes differ", func(b *onnx.Builder, x string) { b.Concat("c", 1, x, b.GlobalMaxPool("g", x)) }, []string{"c", "joined"}},
		{"reshape", func(b *onnx.Builder, x string) { b.Reshape("s", x, 0, 7) }, []string{"s", "[0 7]"}},
		{"axis", func(b *onnx.Builder, x string) { b.ReduceMax("m", x, 4) }, []string{"m", "axis 4"}},
		{"operator", func(b *onnx.Builder, x string) { b.Node("Conjure", "c", []string{x}) }, []string{"c", "Conjure"}},
		{"resize of a vector", func(b *onnx.Builder, x string) { b.Resize("u", b.Flatten("f", x, 1), "nearest", 2, 2) }, []string{"u", "Resize"}},
		{"output", func(b *onnx.Builder, x string) {}, []string{"missing"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := onnx.NewBuilder("graph", 0)
			test.build(b, b.Input("input", 1, 3, 8, 8))
			_, err := b.Model("missing")
			if err == nil {
				t.Fatal("accepted")
			}
			for _, part := range append(test.want, "graph") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %q", err, part)
				}
			}
		})
	}
}

func TestModelNeedsOutputs(t *testing.T) {
	b := onnx.NewBuilder("graph", 0)
	b.Input("input", 1, 3, 8, 8)
	if _, err := b.Model(); err == nil {
		t.Error("a graph without outputs was accepted")
	}
}

// The expected values are TensorFlow's: out = ceil(size/stride), the odd pixel
// behind.
func TestSamePads(t *testing.T) {
	for _, test := range []struct{ size, kernel, stride, dilation, before, after int64 }{
		{224, 3, 1, 1, 1, 1},
		{224, 3, 2, 1, 0, 1},
		{225, 3, 2, 1, 1, 1},
		{7, 5, 2, 1, 2, 2},
		{8, 5, 2, 1, 1, 2},
		{10, 3, 1, 2, 2, 2},
		{10, 1, 2, 1, 0, 0},
		{1, 3, 2, 1, 1, 1},
	} {
		before, after := onnx.SamePads(test.size, test.kernel, test.stride, test.dilation)
		if before != test.before || after != test.after {
			t.Errorf("%+v: got %d, %d", test, before, after)
		}
	}
}
