package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// oldForms has every operator in the forms that newer versions do not have.
var oldForms = []trial{
	{opset: 7, op: "Slice", attributes: set(onnx.Ints("starts", 1, -3), onnx.Ints("ends", 4, 1000), onnx.Ints("axes", 2, 3))},
	{opset: 9, op: "Slice", attributes: set(onnx.Ints("starts", 0, 2), onnx.Ints("ends", 1, math.MaxInt64))},
	{opset: 7, op: "Clip", attributes: set(onnx.Float("min", -.5), onnx.Float("max", .25))},
	{opset: 7, op: "Clip", attributes: set(onnx.Float("max", .25))},
	{opset: 9, op: "Clip", attributes: set(onnx.Float("min", 0))},
	{opset: 10, op: "Clip"},
	{opset: 7, op: "Pad", attributes: set(onnx.Ints("pads", 0, 0, 1, 2, 0, 0, 3, -1), onnx.Float("value", -1.5))},
	{opset: 10, op: "Pad", attributes: set(onnx.Ints("pads", 0, 0, 1, 2, 0, 0, 3, 4), onnx.String("mode", "reflect"))},
	{opset: 7, op: "Squeeze", attributes: set(onnx.Ints("axes", 0))},
	{opset: 12, op: "Squeeze"},
	{opset: 7, op: "Unsqueeze", attributes: set(onnx.Ints("axes", 0, 3))},
	{opset: 11, op: "Unsqueeze", attributes: set(onnx.Ints("axes", -1))},
	{opset: 7, op: "ReduceSum", attributes: set(onnx.Ints("axes", 1, 3), onnx.Int("keepdims", 0))},
	{opset: 12, op: "ReduceSum"},
	{opset: 7, op: "Split", outputs: 3, attributes: set(onnx.Int("axis", 1), onnx.Ints("split", 1, 5, 2))},
	{opset: 12, op: "Split", outputs: 2, attributes: set(onnx.Int("axis", 2))},
	{opset: 7, op: "TopK", outputs: 2, attributes: set(onnx.Int("axis", 1), onnx.Int("k", 3))},
	{opset: 9, op: "TopK", outputs: 2, attributes: set(onnx.Int("k", 7))},
	{opset: 10, op: "TopK", outputs: 2, inputs: with(list(2))},
	{opset: 7, op: "Upsample", attributes: set(scales(1, 1, 2, 1.7))},
	{opset: 8, op: "Upsample", attributes: set(onnx.String("mode", "linear"), scales(1, 1, 2.3, 3))},
	{opset: 9, op: "Upsample", inputs: with(floats(1, 1, 1.4, 2)), attributes: set(onnx.String("mode", "nearest"))},
	{opset: 9, op: "Upsample", inputs: with(floats(1, 1, 1.5, 2)), attributes: set(onnx.String("mode", "linear"))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, 2, 1.3))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, .4, .7)), attributes: set(onnx.String("mode", "nearest"))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, .6, 1.7)), attributes: set(onnx.String("mode", "nearest"))},
	{opset: 10, op: "Resize", inputs: with(floats(1, 1, .6, 1.7)), attributes: set(onnx.String("mode", "linear"))},
	{opset: 7, op: "Softmax"},
	{opset: 7, op: "Softmax", attributes: set(onnx.Int("axis", 3))},
	{opset: 11, op: "Softmax", attributes: set(onnx.Int("axis", -2))},
	{opset: 12, op: "Softmax", attributes: set(onnx.Int("axis", -1))},
	{opset: 12, op: "Softmax", attributes: set(onnx.Int("axis", 0))},
	{opset: 9, op: "LogSoftmax"}, {opset: 12, op: "LogSoftmax", attributes: set(onnx.Int("axis", 2))},
	{opset: 9, op: "Hardmax"}, {opset: 12, op: "Hardmax", attributes: set(onnx.Int("axis", 2))},
	{opset: 7, op: "Dropout", attributes: set(onnx.Float("ratio", .3))},
	{opset: 10, op: "Dropout"},
	{opset: 7, op: "BatchNormalization", inputs: with(array(8), array(8), array(8), array(8)), attributes: set(onnx.Int("spatial", 1))},
	{opset: 9, op: "BatchNormalization", inputs: with(array(8), array(8), array(8), array(8)), attributes: set(onnx.Float("momentum", .8))},
	{opset: 9, op: "Scatter", inputs: with(onnx.Int64Tensor("", []int64{1, 2, 2, 1}, []int64{0, 1, 5, 3}), array(1, 2, 2, 1)),
		attributes: set(onnx.Int("axis", 2))},
	{opset: 7, op: "ConvTranspose", inputs: with(array(8, 2, 3, 3)), attributes: set(onnx.String("auto_pad", "SAME_UPPER"), onnx.Ints("strides", 2, 2))},
	{opset: 7, op: "AveragePool", attributes: set(onnx.Ints("kernel_shape", 3, 2), onnx.Ints("pads", 1, 0, 1, 1))},
}

func scales(v ...float32) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: "scales", Type: onnxpb.AttributeProto_FLOATS, Floats: v}
}

// noise is a tensor of numbers around 0.
func noise(dims ...int64) ortrun.Tensor {
	r := rand.New(rand.NewPCG(7, 8))
	x := ortrun.Tensor{Shape: dims, Data: ramp(dims)}
	for i := range x.Data {
		x.Data[i] = float32(r.NormFloat64())
	}
	return x
}

// upgraded is the graph of version 17; the one given must stay as it was.
func upgraded(t *testing.T, m *onnxpb.ModelProto) *onnxpb.ModelProto {
	t.Helper()
	before := proto.Clone(m)
	newer, err := onnx.Upgrade(m)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, m) {
		t.Error("the model given has changed")
	}
	if onnx.Opset(newer) != onnx.DefaultOpset || newer.IrVersion < 8 {
		t.Errorf("it has version %d in a file of format %d", onnx.Opset(newer), newer.IrVersion)
	}
	return newer
}

// same holds a graph's outputs against those of another, bit for bit.
func same(t *testing.T, got, want []ortrun.Tensor) {
	t.Helper()
	for i := range want {
		if !slices.Equal(got[i].Shape, want[i].Shape) {
			t.Fatalf("output %d has the shape %v, should be %v", i, got[i].Shape, want[i].Shape)
		}
		for j, w := range want[i].Data {
			if g := got[i].Data[j]; math.Float32bits(g) != math.Float32bits(w) {
				t.Fatalf("output %d: number %d is %v, should be %v", i, j, g, w)
			}
		}
	}
}

// The runtime is the judge: it computes the same from the old form and from the new one.
func TestUpgrade(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, form := range oldForms {
		t.Run(form.String(), func(t *testing.T) {
			m := form.model()
			same(t, run(t, rt, upgraded(t, m), noise(trialShape...)), run(t, rt, m, noise(trialShape...)))
		})
	}
}

// What does not change its form must not change its meaning either. The runtime refuses operators that are younger than
// the version; those are left out.
func TestUpgradeKeepsTheRest(t *testing.T) {
	rt := ortruntest.Open(t)
	tried := map[string]bool{}
	for _, c := range trials() {
		for _, opset := range []int64{8, 10, 12, 16} {
			c.opset = opset
			m := c.model()
			s, err := rt.NewSession(mustMarshal(t, m), ortrun.Options{})
			if err != nil {
				continue
			}
			s.Close()
			if c.op == "Dropout" && c.outputs == 2 && opset < 12 {
				continue // refused
			}
			tried[c.op] = true
			t.Run(c.String(), func(t *testing.T) {
				same(t, run(t, rt, upgraded(t, m), noise(trialShape...)), run(t, rt, m, noise(trialShape...)))
			})
		}
	}
	if len(tried) < 90 {
		t.Errorf("only %d operators were tried", len(tried))
	}
}

func TestUpgradeWholeGraphs(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, opset := range []int{8, 9, 10, 11, 12, 13, 16} {
		t.Run(fmt.Sprint(opset), func(t *testing.T) {
			m := everyLayer(t, opset)
			same(t, run(t, rt, upgraded(t, m), noise(2, 4, 11, 9)), run(t, rt, m, noise(2, 4, 11, 9)))
		})
	}
	for _, opset := range []int{17, 19, 21} {
		m := everyLayer(t, opset)
		if newer, err := onnx.Upgrade(m); newer != m || err != nil {
			t.Errorf("a graph of version %d is not returned as it is: %v", opset, err)
		}
	}
}
