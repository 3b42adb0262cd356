package onnx_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// chain is a graph written node by node, from a picture called input of any size.
type chain struct {
	nodes  []*onnxpb.NodeProto
	stored []*onnxpb.TensorProto
}

// node adds a node with one output and returns its name.
func (c *chain) node(op string, inputs []string, attributes ...*onnxpb.AttributeProto) string {
	out := fmt.Sprint(op, "_", len(c.nodes))
	c.nodes = append(c.nodes, &onnxpb.NodeProto{OpType: op, Input: inputs, Output: []string{out}, Attribute: attributes})
	return out
}

func (c *chain) put(t *onnxpb.TensorProto) string {
	t.Name = fmt.Sprint("stored_", len(c.stored))
	c.stored = append(c.stored, t)
	return t.Name
}

// ints is a list of integers, and number is one without axes.
func (c *chain) ints(v ...int64) string { return c.put(list(v...)) }

func (c *chain) number(v int64) string { return c.put(number(v)) }

// dim is one of the picture's dimensions as a number without axes, as PyTorch takes it.
func (c *chain) dim(axis int64) string {
	return c.node("Gather", []string{c.node("Shape", []string{"input"}), c.number(axis)}, onnx.Int("axis", 0))
}

// list joins numbers without axes.
func (c *chain) list(numbers ...string) string {
	var parts []string
	for _, n := range numbers {
		parts = append(parts, c.node("Unsqueeze", []string{n, c.ints(0)}))
	}
	return c.node("Concat", parts, onnx.Int("axis", 0))
}

func (c *chain) model() *onnxpb.ModelProto {
	return &onnxpb.ModelProto{IrVersion: 8, OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: 17}}, Graph: &onnxpb.GraphProto{
		Node: c.nodes, Initializer: c.stored, Input: []*onnxpb.ValueInfoProto{floatInfo("input", []int64{1, 6, 9, 10})},
	}}
}

// run is what the runtime computes for a list of integers.
func (c *chain) run(t *testing.T, rt *ortrun.Runtime, list string) []float32 {
	t.Helper()
	m := c.model()
	cast := &onnxpb.NodeProto{OpType: "Cast", Input: []string{list}, Output: []string{"out"}, Attribute: set(onnx.Int("to", 1))}
	m.Graph.Node = append(slices.Clone(m.Graph.Node), cast)
	m.Graph.Output = []*onnxpb.ValueInfoProto{floatInfo("out", nil)}
	dims := []int64{1, 6, 9, 10}
	return run(t, rt, m, ortrun.Tensor{Shape: dims, Data: ramp(dims)})[0].Data
}

// What PyTorch makes of a channel shuffle with x.view(b, groups, c // groups, h, w) when every axis may change: a division
// is a cast, a division and a rounding in older versions.
func TestInferThroughChannelShuffle(t *testing.T) {
	for _, size := range [][]int64{{1, 6, 9, 10}, {3, 12, 5, 4}} {
		c := &chain{}
		b, channels, h, w := c.dim(0), c.dim(1), c.dim(2), c.dim(3)
		float := c.node("Cast", []string{c.node("Div", []string{channels, c.number(3)})}, onnx.Int("to", 1))
		each := c.node("Cast", []string{c.node("Floor", []string{float})}, onnx.Int("to", 7))
		view := c.node("Reshape", []string{"input", c.list(b, c.number(3), each, h, w)})
		turned := c.node("Transpose", []string{view}, onnx.Ints("perm", 0, 2, 1, 3, 4))
		c.node("Reshape", []string{turned, c.list(b, channels, h, w)})
		shapes, err := onnx.InferShapes(c.model(), map[string][]int64{"input": size})
		if err != nil {
			t.Fatal(err)
		}
		want := []int64{size[0], 3, size[1] / 3, size[2], size[3]}
		if got := shapes[view]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v is viewed as %v, should be %v", size, got, want)
		}
		if got := shapes[c.nodes[len(c.nodes)-1].Output[0]]; fmt.Sprint(got) != fmt.Sprint(size) {
			t.Errorf("%v comes back as %v", size, got)
		}
	}
}

// Each case computes a list of integers from the picture's shape 1 × 6 × 9 × 10, which becomes the shape of a
// ConstantOfShape: what InferShapes says of that is what it knows of the list. The runtime computes the same.
func TestKnownContents(t *testing.T) {
	tests := []struct {
		name  string
		build func(c *chain) string
		want  string // the list, or a part of the error
	}{
		{"the pads of PyTorch, turned around", func(c *chain) string {
			zeros := c.node("ConstantOfShape", []string{c.ints(4)}, filling(0))
			pairs := c.node("Reshape", []string{c.node("Concat", []string{c.ints(1, 2, 3, 4), zeros}, onnx.Int("axis", 0)), c.ints(-1, 2)})
			back := c.node("Slice", []string{pairs, c.ints(-1), c.ints(-math.MaxInt64), c.ints(0), c.ints(-1)})
			return c.node("Reshape", []string{c.node("Transpose", []string{back}, onnx.Ints("perm", 1, 0)), c.ints(-1)})
		}, "[0 0 3 1 0 0 4 2]"},
		{"an expand with -1 for what stays", func(c *chain) string {
			asked := c.ints(-1, 4, -1)
			ones := c.node("ConstantOfShape", []string{c.ints(3)}, filling(1))
			stays := c.node("Equal", []string{asked, c.node("Mul", []string{ones, c.ints(-1)})})
			return c.node("Where", []string{stays, ones, asked})
		}, "[1 4 1]"},
		{"the largest end survives", func(c *chain) string {
			end := c.node("Cast", []string{c.node("Unsqueeze", []string{c.number(math.MaxInt64), c.ints(0)})}, onnx.Int("to", 7))
			return c.node("Slice", []string{c.node("Shape", []string{"input"}), c.ints(2), end})
		}, "[9 10]"},
		{"float32 and back", func(c *chain) string {
			float := c.node("Cast", []string{c.list(c.dim(2), c.dim(3))}, onnx.Int("to", 1))
			scaled := c.node("Mul", []string{float, c.put(floats(1.5))})
			both := c.node("Concat", []string{c.node("Floor", []string{scaled}), c.node("Ceil", []string{scaled})}, onnx.Int("axis", 0))
			return c.node("Cast", []string{both}, onnx.Int("to", 7))
		}, "[13 15 14 15]"},
		{"a square root", func(c *chain) string {
			float := c.node("Cast", []string{c.list(c.dim(2))}, onnx.Int("to", 1))
			return c.node("Cast", []string{c.node("Sqrt", []string{float})}, onnx.Int("to", 6))
		}, "[3]"},
		{"pads to a multiple", func(c *chain) string {
			rest := c.node("Mod", []string{c.node("Neg", []string{c.dim(3)}), c.number(4)})
			remainder := c.node("Mod", []string{c.node("Neg", []string{c.dim(3)}), c.number(4)}, onnx.Int("fmod", 1))
			return c.list(rest, c.node("Abs", []string{remainder}))
		}, "[2 2]"},
		{"a product of dimensions", func(c *chain) string {
			tail := c.node("Slice", []string{c.node("Shape", []string{"input"}), c.ints(1), c.ints(4)})
			return c.list(c.node("ReduceProd", []string{tail}, onnx.Int("keepdims", 0)), c.node("Size", []string{"input"}))
		}, "[540 540]"},
		{"a range, repeated", func(c *chain) string {
			r := c.node("Range", []string{c.number(8), c.number(1), c.number(-3)})
			return c.node("Tile", []string{r, c.ints(2)})
		}, "[8 5 2 8 5 2]"},
		{"limits", func(c *chain) string {
			return c.node("Max", []string{c.node("Min", []string{c.node("Shape", []string{"input"}), c.number(8)}), c.number(2)})
		}, "[2 6 8 8]"},
		{"rows of a table", func(c *chain) string {
			table := c.node("Expand", []string{c.put(onnx.Int64Tensor("", []int64{2, 1}, []int64{4, 5})), c.ints(2, 3)})
			row := c.node("Gather", []string{table, c.number(-1)}, onnx.Int("axis", 0))
			return c.node("Squeeze", []string{c.node("Unsqueeze", []string{row, c.ints(0)}), c.ints(0)})
		}, "[5 5 5]"},
		{"truth values", func(c *chain) string {
			large := c.node("Greater", []string{c.node("Shape", []string{"input"}), c.number(8)})
			small := c.node("Cast", []string{c.node("Not", []string{large})}, onnx.Int("to", 7))
			return c.node("Sub", []string{c.number(4), small})
		}, "[3 3 4 4]"},
		{"an overflow", func(c *chain) string { return c.list(c.node("Mul", []string{c.number(math.MaxInt64), c.dim(1)})) }, "not known"},
		{"a sum too large", func(c *chain) string { return c.list(c.node("Add", []string{c.number(math.MaxInt64), c.dim(1)})) }, "not known"},
		{"a division by zero", func(c *chain) string { return c.list(c.node("Div", []string{c.dim(1), c.number(0)})) }, "not known"},
		{"the one quotient too large", func(c *chain) string {
			return c.list(c.node("Div", []string{c.number(math.MinInt64), c.number(-1)}))
		}, "not known"},
		{"what int64 does not hold", func(c *chain) string {
			float := c.node("Cast", []string{c.ints(math.MaxInt64)}, onnx.Int("to", 1))
			return c.node("Cast", []string{float}, onnx.Int("to", 7))
		}, "not known"},
		{"what int32 does not hold", func(c *chain) string {
			return c.node("Cast", []string{c.ints(math.MaxInt64)}, onnx.Int("to", 6))
		}, "not known"},
		{"a gather beyond the end", func(c *chain) string {
			return c.node("Gather", []string{c.node("Shape", []string{"input"}), c.ints(4)})
		}, "not known"},
		{"numbers of the picture", func(c *chain) string {
			sum := c.node("ReduceSum", []string{"input"}, onnx.Int("keepdims", 0))
			return c.list(c.node("Cast", []string{sum}, onnx.Int("to", 7)))
		}, "not known"},
	}
	rt := ortruntest.Open(t)
	for _, test := range tests {
		c := &chain{}
		known := test.build(c)
		if strings.HasPrefix(test.want, "[") {
			if got := fmt.Sprint(c.run(t, rt, known)); got != test.want {
				t.Errorf("%s: the runtime has %s, not %s", test.name, got, test.want)
			}
		}
		out := c.node("ConstantOfShape", []string{known})
		shapes, err := onnx.InferShapes(c.model(), nil)
		got := fmt.Sprint(shapes[out])
		if err != nil {
			got = err.Error()
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// filling is what a ConstantOfShape is full of.
func filling(v int64) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: "value", Type: onnxpb.AttributeProto_TENSOR, T: list(v)}
}
