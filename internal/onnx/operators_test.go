package onnx_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// The picture that single operators are tried on.
var trialShape = []int64{1, 8, 6, 7}

// trial is one operator on a picture x.
type trial struct {
	opset      int64 // 17 when 0
	op         string
	outputs    int                   // 1 when 0
	inputs     []*onnxpb.TensorProto // behind x; nil leaves one out
	attributes []*onnxpb.AttributeProto
}

func (c trial) String() string {
	text := fmt.Sprint(c.op, "/", c.version())
	for _, a := range c.attributes {
		text += fmt.Sprint(" ", a.Name, a.I, a.Ints, a.Floats, string(a.S))
	}
	for _, t := range c.inputs {
		text += fmt.Sprint(" ", t.GetDims())
	}
	return text
}

// model has the picture as x and each of the operator's outputs under out0, out1 and so on: as float32, and with an axis
// in front, because ONNX Runtime's bindings return neither other types nor values without axes.
func (c trial) model() *onnxpb.ModelProto {
	n := &onnxpb.NodeProto{Name: "node", OpType: c.op, Input: []string{"x"}, Attribute: c.attributes}
	g := &onnxpb.GraphProto{Name: "trial", Input: []*onnxpb.ValueInfoProto{floatInfo("x", trialShape)}}
	for i, t := range c.inputs {
		name := ""
		if t != nil {
			name = fmt.Sprint("in", i)
			t.Name = name
			g.Initializer = append(g.Initializer, t)
		}
		n.Input = append(n.Input, name)
	}
	if c.op == "Where" { // the condition comes first
		n.Input[0], n.Input[1] = n.Input[1], n.Input[0]
	}
	g.Node = append(g.Node, n)
	for i := range max(c.outputs, 1) {
		raw, float, out := fmt.Sprint("raw", i), fmt.Sprint("float", i), fmt.Sprint("out", i)
		n.Output = append(n.Output, raw)
		unsqueeze := &onnxpb.NodeProto{OpType: "Unsqueeze", Input: []string{float}, Output: []string{out}}
		if c.version() < 13 {
			unsqueeze.Attribute = set(onnx.Ints("axes", 0))
		} else {
			g.Initializer = append(g.Initializer, onnx.Int64Tensor("axes of "+out, []int64{1}, []int64{0}))
			unsqueeze.Input = append(unsqueeze.Input, "axes of "+out)
		}
		cast := &onnxpb.NodeProto{OpType: "Cast", Input: []string{raw}, Output: []string{float}, Attribute: set(onnx.Int("to", 1))}
		g.Node = append(g.Node, cast, unsqueeze)
		g.Output = append(g.Output, floatInfo(out, nil))
	}
	return &onnxpb.ModelProto{IrVersion: 8, Graph: g, OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: c.version()}}}
}

func (c trial) version() int64 {
	if c.opset == 0 {
		return 17
	}
	return c.opset
}

func floatInfo(name string, dims []int64) *onnxpb.ValueInfoProto {
	t := &onnxpb.TypeProto_Tensor{ElemType: int32(onnxpb.TensorProto_FLOAT)}
	if dims != nil {
		t.Shape = &onnxpb.TensorShapeProto{}
		for _, d := range dims {
			t.Shape.Dim = append(t.Shape.Dim,
				&onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: d}})
		}
	}
	return &onnxpb.ValueInfoProto{Name: name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{TensorType: t}}}
}

// The runtime is the judge, of the shapes and of what no unit may see more of than its field says.
func TestOperatorsAgreeWithTheRuntime(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, c := range trials() {
		t.Run(c.String(), func(t *testing.T) {
			m := c.model()
			shapes, err := onnx.InferShapes(m, nil)
			if err != nil {
				t.Fatal(err)
			}
			costs, err := onnx.Costs(m, trialShape)
			if err != nil {
				t.Fatal(err)
			}
			for i, dependence := range dependences(t, rt, m) {
				name := fmt.Sprint("raw", i)
				if !slices.Equal(shapes[name], dependence.shape) {
					t.Fatalf("output %d has the shape %v, should be %v", i, shapes[name], dependence.shape)
				}
				dependence.check(t, costs[name].ReceptiveField)
			}
		})
	}
}

// opened prepares a graph to be run more than once.
func opened(t *testing.T, rt *ortrun.Runtime, m *onnxpb.ModelProto) func(ortrun.Tensor) []ortrun.Tensor {
	t.Helper()
	s, err := rt.NewSession(mustMarshal(t, m), ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return func(input ortrun.Tensor) []ortrun.Tensor {
		out, err := s.Run(t.Context(), input)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// dependence is which numbers of an output change with each pixel.
type dependence struct {
	shape   []int64
	changes [][]bool // by pixel
}

func dependences(t *testing.T, rt *ortrun.Runtime, m *onnxpb.ModelProto) []dependence {
	t.Helper()
	session := opened(t, rt, m)
	r := rand.New(rand.NewPCG(5, 6))
	picture := ortrun.Tensor{Shape: trialShape}
	for range 8 * 6 * 7 {
		picture.Data = append(picture.Data, 0.1+0.8*r.Float32())
	}
	before := session(picture)
	all := make([]dependence, len(before))
	for pixel := range 6 * 7 {
		changed := ortrun.Tensor{Shape: trialShape, Data: slices.Clone(picture.Data)}
		for c := range 8 {
			changed.Data[c*6*7+pixel] *= 0.9 - 0.1*float32(c)
		}
		for i, after := range session(changed) {
			change := make([]bool, len(after.Data))
			for j, v := range after.Data {
				change[j] = math.Float32bits(v) != math.Float32bits(before[i].Data[j])
			}
			all[i].shape = after.Shape[1:]
			all[i].changes = append(all[i].changes, change)
		}
	}
	return all
}

// check holds the pixels that a unit depends on against its box, if it is not gated. Rows and columns are the last axes of
// a map; of a value that has fewer, some unit must see the pixel.
func (d dependence) check(t *testing.T, field onnx.Field) {
	t.Helper()
	if field.Gated {
		return
	}
	rank := len(d.shape)
	for pixel, change := range d.changes {
		for at, changed := range change {
			if !changed {
				continue
			}
			seen := false
			if rank >= len(trialShape) {
				width := int(d.shape[rank-1])
				seen = sees(field, at/width%int(d.shape[rank-2]), at%width, pixel)
			}
			for y := 0; y < 7 && rank < len(trialShape); y++ {
				for x := range 7 {
					seen = seen || sees(field, y, x, pixel)
				}
			}
			if !seen {
				t.Fatalf("number %d of %v depends on pixel %d, %d, which is not in its field %+v", at, d.shape, pixel/7, pixel%7, field)
			}
		}
	}
}

// sees reports whether a pixel lies in a unit's box. Along an axis that a value does not have it is one unit.
func sees(field onnx.Field, y, x, pixel int) bool {
	for _, unit := range [][2]int{{y, x}, {0, x}, {y, 0}, {0, 0}} {
		if top, left, bottom, right := field.Box(unit[0], unit[1]); bottom > top {
			return top <= pixel/7 && pixel/7 < bottom && left <= pixel%7 && pixel%7 < right
		}
	}
	return false
}

// Whatever a damaged graph of one operator holds, it ends with a result or an error, and a box lies within the picture.
func FuzzOperators(f *testing.F) {
	for _, c := range trials() {
		f.Add(mustMarshal(f, c.model()))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil {
			return
		}
		shapes, err := onnx.InferShapes(m, nil)
		if err != nil || !small(shapes) {
			return
		}
		found, err := onnx.Costs(m, trialShape)
		if err != nil {
			return
		}
		for name, c := range found {
			top, left, bottom, right := c.ReceptiveField.Box(0, 0)
			if top < 0 || left < 0 || top > bottom || left > right || bottom > 6 || right > 7 {
				t.Errorf("%s: box %d %d %d %d", name, top, left, bottom, right)
			}
		}
	})
}
