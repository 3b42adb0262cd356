package onnx_test

import (
	"fmt"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// rareSights are graphs like sights, of operators that the builder has no method for, each of its own opset.
var rareSights = map[string]struct {
	opset int // the usual one when 0
	build func(e *eye, x string) string
}{
	"transposed": {0, func(e *eye, x string) string {
		x = e.Node("ConvTranspose", "", []string{e.conv(x, 3, 3, onnx.Window{Stride: both(2)}), e.weights(2, 2, 3, 4)},
			onnx.Ints("strides", 2, 3), onnx.Ints("pads", 1, 0, 2, 1), onnx.Ints("output_padding", 1, 2))
		return e.conv(x, 2, 2, onnx.Window{})
	}},
	"transposed, dilated": {0, func(e *eye, x string) string {
		return e.Node("ConvTranspose", "", []string{x, e.weights(2, 1, 3, 4)}, onnx.Int("group", 2),
			onnx.Ints("strides", 2, 4), onnx.Ints("dilations", 3, 2), onnx.Ints("pads", 0, 3, 4, 1))
	}},
	"transposed with gaps": {0, func(e *eye, x string) string {
		return e.Node("ConvTranspose", "", []string{x, e.weights(2, 1, 2, 2)}, onnx.Ints("strides", 3, 4))
	}},
	"transposed to a size": {0, func(e *eye, x string) string {
		d := e.Dims(x)
		return e.Node("ConvTranspose", "", []string{x, e.weights(2, 2, 4, 3)}, onnx.Ints("strides", 2, 2),
			onnx.Ints("output_shape", 2*d[2]-1, 2*d[3]), onnx.String("auto_pad", "SAME_UPPER"))
	}},
	"transposed, same lower": {0, func(e *eye, x string) string {
		return e.Node("ConvTranspose", "", []string{x, e.weights(2, 2, 5, 4)}, onnx.Ints("strides", 2, 3),
			onnx.String("auto_pad", "SAME_LOWER"))
	}},
	"depth to space": {0, func(e *eye, x string) string {
		x = e.Conv("", x, e.weights(8, 2, 3, 3), "", onnx.Window{Stride: both(2)})
		return e.conv(e.Node("DepthToSpace", "", []string{x}, onnx.Int("blocksize", 2)), 2, 2, onnx.Window{})
	}},
	"depth to space, columns first": {13, func(e *eye, x string) string {
		x = e.Conv("", x, e.weights(18, 2, 3, 2), "", onnx.Window{})
		return e.Node("DepthToSpace", "", []string{x}, onnx.Int("blocksize", 3), onnx.String("mode", "CRD"))
	}},
	"space to depth": {0, func(e *eye, x string) string {
		x = e.Slice("", x, onnx.Range{Axis: 2, Start: 1, End: 11}, onnx.Range{Axis: 3, Start: 0, End: 8})
		x = e.Node("SpaceToDepth", "", []string{x}, onnx.Int("blocksize", 2))
		return e.Conv("", x, e.weights(2, 8, 2, 2), "", onnx.Window{})
	}},
	"upsampled, opset 9": {9, func(e *eye, x string) string {
		scales := e.Floats("scales", []int64{4}, []float32{1, 1, 2.5, 1.3})
		return e.conv(e.Node("Upsample", "", []string{x, scales}), 2, 2, onnx.Window{})
	}},
	"upsampled linearly, opset 9": {9, func(e *eye, x string) string {
		scales := e.Floats("scales", []int64{4}, []float32{1, 1, 2, 1.3})
		return e.Node("Upsample", "", []string{x, scales}, onnx.String("mode", "linear"))
	}},
	"upsampled, opset 7": {7, func(e *eye, x string) string {
		scales := &onnxpb.AttributeProto{Name: "scales", Type: onnxpb.AttributeProto_FLOATS, Floats: []float32{1, 1, 1.7, 2}}
		return e.conv(e.Node("Upsample", "", []string{x}, scales), 3, 2, onnx.Window{})
	}},
	"resized, opset 10": {10, func(e *eye, x string) string {
		return e.Node("Resize", "", []string{x, e.Floats("scales", []int64{4}, []float32{1, 1, 0.6, 1.7})})
	}},
	"some axes resized": {18, func(e *eye, x string) string {
		scales := e.Floats("scales", []int64{2}, []float32{0.7, 1.9})
		return e.Node("Resize", "", []string{x, "", scales}, onnx.Ints("axes", 3, 2), onnx.String("mode", "linear"))
	}},
	"some axes padded": {18, func(e *eye, x string) string {
		pads, axes := e.Int64s("pads", 2, -1, 0, 3), e.Int64s("axes", -1, 2)
		return e.conv(e.Node("Pad", "", []string{x, pads, "", axes}), 3, 2, onnx.Window{})
	}},
	"wrapped around": {19, func(e *eye, x string) string {
		pads := e.Int64s("pads", 0, 0, 2, 3, 0, 0, 4, 1)
		return e.conv(e.Node("Pad", "", []string{x, pads}, onnx.String("mode", "wrap")), 1, 2, onnx.Window{Stride: both(3)})
	}},
	"expanded": {0, func(e *eye, x string) string {
		x = e.Node("ReduceMean", "", []string{e.conv(x, 3, 3, onnx.Window{})}, onnx.Ints("axes", 3))
		return e.conv(e.Node("Expand", "", []string{x, e.Int64s("shape", 2, 1, 5)}), 2, 2, onnx.Window{})
	}},
	"tiled": {0, func(e *eye, x string) string {
		x = e.Node("Tile", "", []string{e.conv(x, 3, 3, onnx.Window{Stride: both(2)}), e.Int64s("repeats", 1, 1, 2, 3)})
		return e.conv(x, 2, 2, onnx.Window{})
	}},
	"normalised over the channels": {0, func(e *eye, x string) string {
		x = e.Transpose("", e.Conv("", x, e.weights(5, 2, 3, 3), "", onnx.Window{}), 0, 2, 3, 1)
		x = e.Node("LayerNormalization", "", []string{x, e.weights(5), e.weights(5)})
		return e.Transpose("", x, 0, 3, 1, 2)
	}},
	"pooled by its length": {0, func(e *eye, x string) string {
		return e.conv(e.Node("LpPool", "", []string{x}, onnx.Ints("kernel_shape", 3, 2), onnx.Ints("strides", 2, 1),
			onnx.Ints("pads", 1, 0, 0, 1)), 2, 2, onnx.Window{})
	}},
	"one of two": {0, func(e *eye, x string) string {
		first := e.Node("Cast", "", []string{e.Floats("first", []int64{2, 1, 1}, []float32{1, 0})}, onnx.Int("to", 9))
		return e.Node("Where", "", []string{first, e.conv(x, 3, 3, onnx.Window{Pads: around(1)}), x})
	}},
	"an equation": {0, func(e *eye, x string) string {
		x = e.Node("Einsum", "", []string{e.conv(x, 3, 2, onnx.Window{}), e.weights(2, 3)}, onnx.String("equation", "nchw,cd->nwhd"))
		return e.Transpose("", x, 0, 3, 2, 1)
	}},
	"rows by their numbers": {0, func(e *eye, x string) string {
		return e.conv(e.Node("Gather", "", []string{x, e.Int64s("rows", 7, 0, -1)}, onnx.Int("axis", 2)), 2, 2, onnx.Window{})
	}},
	"sums": {0, func(e *eye, x string) string {
		x = e.Node("CumSum", "", []string{x, e.scalarInt(2)}, onnx.Int("exclusive", 1))
		return e.Node("CumSum", "", []string{e.conv(x, 1, 2, onnx.Window{}), e.scalarInt(-1)}, onnx.Int("reverse", 1))
	}},
}

// scalarInt is an integer without axes.
func (e *eye) scalarInt(v int64) string {
	return e.Node("Constant", "", nil, onnx.Int("value_int", v))
}

func TestFieldsOfRareOperators(t *testing.T) {
	rt := ortruntest.Open(t)
	for name, sight := range rareSights {
		for _, size := range [][2]int64{{12, 15}, {13, 10}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				e := &eye{Builder: onnx.NewBuilder("sight", sight.opset)}
				m, err := e.Model(sight.build(e, e.Input("input", 1, 2, size[0], size[1])))
				if err != nil {
					t.Fatal(err)
				}
				checkBoxes(t, rt, m, size)
			})
		}
	}
}

// The builder adds nodes of one output only.
func TestFieldsOfSplit(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, test := range []struct {
		axis  int64
		sizes []int64
	}{{1, []int64{2, 3, 1}}, {2, []int64{1, 6, 3}}, {-1, []int64{4, 4, 5}}} {
		for part := range test.sizes {
			t.Run(fmt.Sprint(test.axis, part), func(t *testing.T) {
				e := &eye{Builder: onnx.NewBuilder("split", 0)}
				x := e.Conv("", e.Input("input", 1, 2, 12, 15), e.weights(6, 2, 3, 3), "", onnx.Window{})
				sizes := e.Int64s("sizes", test.sizes...)
				m, err := e.Model(x)
				if err != nil {
					t.Fatal(err)
				}
				outputs := []string{"part 0", "part 1", "part 2"}
				m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{OpType: "Split", Input: []string{x, sizes}, Output: outputs,
					Attribute: []*onnxpb.AttributeProto{onnx.Int("axis", test.axis)}})
				m.Graph.Output = []*onnxpb.ValueInfoProto{floatInfo(outputs[part], nil)}
				checkBoxes(t, rt, m, [2]int64{12, 15})
			})
		}
	}
}

// Far from any border; see TestExtent.
func TestExtentsOfRareOperators(t *testing.T) {
	tests := []struct {
		op   string
		want string // size, stride, start
		more []*onnxpb.AttributeProto
	}{
		{"ConvTranspose", "2 0.5 -0.25", set(onnx.Ints("strides", 2, 2), onnx.Ints("pads", 1, 1, 1, 1))},
		{"DepthToSpace", "1 0.5 -0.25", set(onnx.Int("blocksize", 2))},
		{"SpaceToDepth", "2 2 0.5", set(onnx.Int("blocksize", 2))},
		{"LpPool", "3 2 0", set(onnx.Ints("kernel_shape", 3, 3), onnx.Ints("strides", 2, 2), onnx.Ints("pads", 1, 1, 1, 1))},
	}
	for _, test := range tests {
		m, value := graph(t, func(e *eye, x string) string {
			inputs := []string{e.Concat("", 1, x, x)}
			if test.op == "ConvTranspose" {
				inputs = append(inputs, e.weights(4, 2, 4, 4))
			}
			return e.Node(test.op, "", inputs, test.more...)
		})
		field := costs(t, m)[value].ReceptiveField
		for _, e := range []onnx.Extent{field.Rows, field.Columns} {
			if got := fmt.Sprint(e.Size, e.Stride, e.Start); got != test.want || e.Whole || field.Gated {
				t.Errorf("%s: got %s (%+v), want %s", test.op, got, field, test.want)
			}
		}
	}
}

func TestGatesOfNormalisations(t *testing.T) {
	for op, parameters := range map[string]int64{"InstanceNormalization": 2, "GroupNormalization": 1} {
		e := &eye{Builder: onnx.NewBuilder("gate", 18)}
		x := e.conv(e.Input("input", 1, 2, 12, 10), 3, 3, onnx.Window{Pads: around(1)})
		x = e.Node(op, "", []string{x, e.weights(parameters), e.weights(parameters)}, onnx.Int("num_groups", 1))
		m, err := e.Model(x)
		if err != nil {
			t.Fatal(err)
		}
		field := costs(t, m)[x].ReceptiveField
		if top, left, bottom, right := field.Box(5, 0); !field.Gated || top != 4 || left != 0 || bottom != 7 || right != 2 {
			t.Errorf("%s: box %d %d %d %d, %+v", op, top, left, bottom, right, field)
		}
	}
}
