package onnx_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

func TestMACs(t *testing.T) {
	tests := []struct {
		name  string
		build func(e *eye, x string) string // from a picture of 2 × 12 × 10
		want  int64
	}{
		{"convolution", func(e *eye, x string) string {
			return e.Conv("", x, e.weights(5, 2, 3, 2), e.weights(5), onnx.Window{Stride: both(2)})
		}, 5 * 5 * 5 * 2 * 3 * 2}, // 5 × 5 units, 5 channels
		{"depthwise", func(e *eye, x string) string {
			return e.Conv("", x, e.weights(4, 1, 3, 3), "", onnx.Window{Group: 2, Pads: around(1)})
		}, 12 * 10 * 4 * 9},
		{"dense", func(e *eye, x string) string {
			return e.Gemm("", e.Flatten("", x, 1), e.weights(240, 7), "", false)
		}, 240 * 7},
		{"dense, turned", func(e *eye, x string) string {
			return e.Gemm("", e.Flatten("", x, 1), e.weights(7, 240), e.weights(7), true)
		}, 240 * 7},
		{"product of matrices", func(e *eye, x string) string { return e.MatMul("", x, e.weights(10, 3)) }, 2 * 12 * 3 * 10},
		{"pooling", func(e *eye, x string) string { return e.MaxPool("", x, onnx.Window{Kernel: both(2)}) }, 0},
		{"activation", func(e *eye, x string) string { return e.Sigmoid("", x) }, 0},
	}
	for _, test := range tests {
		m, value := graph(t, test.build)
		if got := costs(t, m)[value].MACs; got != test.want {
			t.Errorf("%s: %d multiply-accumulates, want %d", test.name, got, test.want)
		}
	}
}

// graph is a graph over a picture of 2 × 12 × 10, and its output.
func graph(t *testing.T, build func(e *eye, x string) string) (*onnxpb.ModelProto, string) {
	t.Helper()
	e := &eye{Builder: onnx.NewBuilder("graph", 0)}
	out := build(e, e.Input("input", 1, 2, 12, 10))
	m, err := e.Model(out)
	if err != nil {
		t.Fatal(err)
	}
	return m, out
}

func costs(t *testing.T, m *onnxpb.ModelProto) map[string]onnx.Cost {
	t.Helper()
	found, err := onnx.Costs(m, []int64{1, 2, 12, 10})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Far from any border: what one unit sees, how far it is to the next, and where the first lies.
func TestExtent(t *testing.T) {
	conv := func(kernel, stride, pad, dilation int64) func(e *eye, x string) string {
		return func(e *eye, x string) string {
			return e.conv(x, kernel, kernel, onnx.Window{Stride: both(stride), Pads: around(pad), Dilation: both(dilation)})
		}
	}
	chain := func(parts ...func(e *eye, x string) string) func(e *eye, x string) string {
		return func(e *eye, x string) string {
			for _, part := range parts {
				x = part(e, x)
			}
			return x
		}
	}
	double := func(e *eye, x string) string {
		return e.Resize("", x, "nearest", 2*e.Dims(x)[2], 2*e.Dims(x)[3])
	}
	tests := []struct {
		name  string
		build func(e *eye, x string) string
		want  string // size, stride, start
	}{
		{"nothing", func(e *eye, x string) string { return e.Relu("", x) }, "1 1 0"},
		{"one window", conv(3, 1, 1, 1), "3 1 0"},
		{"even window", conv(4, 2, 1, 1), "4 2 0.5"},
		{"without padding", conv(3, 1, 0, 1), "3 1 1"},
		{"dilated", conv(3, 1, 2, 2), "5 1 0"},
		{"two", chain(conv(3, 2, 1, 1), conv(3, 2, 1, 1)), "7 4 0"},
		{"stem of a ResNet", chain(conv(7, 2, 3, 1), conv(3, 2, 1, 1), conv(3, 1, 1, 1)), "19 4 0"},
		{"there and back", chain(conv(2, 2, 0, 1), double), "2 1 0"},
		{"cropped", func(e *eye, x string) string { return e.Pad("", x, [4]int64{-2, -2, 0, 0}, 0) }, "1 1 2"},
		{"branches", func(e *eye, x string) string {
			return e.Add("", conv(5, 1, 2, 1)(e, x), e.Pad("", x, [4]int64{3, 3, -3, -3}, 0))
		}, "6 1 -0.5"},
	}
	for _, test := range tests {
		m, value := graph(t, test.build)
		field := costs(t, m)[value].ReceptiveField
		for _, e := range []onnx.Extent{field.Rows, field.Columns} {
			if got := fmt.Sprint(e.Size, e.Stride, e.Start); got != test.want || e.Whole || field.Gated {
				t.Errorf("%s: got %s (%+v), want %s", test.name, got, field, test.want)
			}
		}
	}
}

// gated scales a map by numbers taken from the whole of it.
func gated(e *eye, x string) string {
	x = e.conv(x, 3, 3, onnx.Window{Pads: around(1)})
	gate := e.Sigmoid("", e.conv(e.GlobalAveragePool("", x), 1, 1, onnx.Window{}))
	return e.conv(e.Mul("", gate, x), 3, 3, onnx.Window{Pads: around(1)})
}

func TestGate(t *testing.T) {
	m, value := graph(t, gated)
	field := costs(t, m)[value].ReceptiveField
	if !field.Gated || field.Rows.Whole || field.Rows.Size != 5 || field.Columns.Size != 5 {
		t.Errorf("behind a gate: %+v", field)
	}
	if top, left, bottom, right := field.Box(6, 0); top != 4 || left != 0 || bottom != 9 || right != 3 {
		t.Errorf("box %d %d %d %d", top, left, bottom, right)
	}
}

func TestWhole(t *testing.T) {
	for name, build := range map[string]func(e *eye, x string) string{
		"pooled": func(e *eye, x string) string { return e.Relu("", e.GlobalAveragePool("", x)) },
		"dense":  func(e *eye, x string) string { return e.Gemm("", e.Flatten("", x, 1), e.weights(240, 7), "", false) },
		"channels of their own": func(e *eye, x string) string {
			return e.Concat("", 1, x, e.Resize("", e.GlobalAveragePool("", x), "nearest", 12, 10))
		},
		"attention": func(e *eye, x string) string {
			rows := e.Reshape("", x, 0, 2, 120)
			return e.Add("", rows, e.MatMul("", e.MatMul("", rows, e.Transpose("", rows, 0, 2, 1)), rows))
		},
	} {
		m, value := graph(t, build)
		if field := costs(t, m)[value].ReceptiveField; !field.Rows.Whole || !field.Columns.Whole || field.Gated {
			t.Errorf("%s: %+v", name, field)
		}
	}
}

func TestBoxOfNoUnit(t *testing.T) {
	m, value := graph(t, func(e *eye, x string) string { return e.Pad("", x, around(2), 0) })
	field := costs(t, m)[value].ReceptiveField
	for _, at := range [][2]int{{-1, 0}, {0, -1}, {16, 5}, {5, 14}, {math.MaxInt, math.MinInt}, {1, 5}, {5, 12}} {
		if top, left, bottom, right := field.Box(at[0], at[1]); top != 0 || left != 0 || bottom != 0 || right != 0 {
			t.Errorf("unit %v: %d %d %d %d", at, top, left, bottom, right)
		}
	}
	if weights := costs(t, m)["pads_1"].ReceptiveField; fmt.Sprint(weights) != fmt.Sprint(onnx.Field{}) {
		t.Errorf("a constant sees %+v", weights)
	}
}

func TestShares(t *testing.T) {
	m := branches(t)
	found, err := onnx.Costs(m, []int64{1, 2, 4, 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		values []string
		want   []int64
	}{
		{[]string{"stem", "left", "right", "sum"}, []int64{64, 64, 64, 0}},
		{[]string{"left", "sum"}, []int64{128, 64}},
		{[]string{"sum"}, []int64{192}},
		{[]string{"input", "nothing"}, []int64{0, 0}},
	} {
		if got := onnx.Shares(m, found, test.values); !slices.Equal(got, test.want) {
			t.Errorf("%v: got %v, want %v", test.values, got, test.want)
		}
	}
}

// Dimensions are enough: a graph whose weights lie elsewhere has the same costs.
func TestCostsWithoutWeights(t *testing.T) {
	m, _ := graph(t, gated)
	want := fmt.Sprint(costs(t, m))
	for _, w := range m.Graph.Initializer {
		w.RawData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL
	}
	if got := fmt.Sprint(costs(t, m)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCostsRefuse(t *testing.T) {
	m, _ := graph(t, gated)
	for _, shape := range [][]int64{nil, {1, 2}, {1, 2, 12}, {1, 2, 1 << 20, 8}, {1, 3, 12, 10}} {
		if _, err := onnx.Costs(m, shape); err == nil {
			t.Errorf("%v: accepted", shape)
		}
	}
	m.Graph.Node[0].OpType = "Nonsense"
	if _, err := onnx.Costs(m, []int64{1, 2, 12, 10}); err == nil || !strings.Contains(err.Error(), "Nonsense") {
		t.Errorf("an unknown operator: %v", err)
	}
}

// A foreign graph may claim any size; it must not be able to ask for as much memory or to overflow a sum.
func TestCostsOfHugeMaps(t *testing.T) {
	const huge = 1 << 18
	b := onnx.NewBuilder("huge", 0)
	x := b.Pad("", b.Input("input", 1, 1, 8, 8), [4]int64{0, 0, huge - 8, huge - 8}, 0)
	m, err := b.Model(x)
	if err != nil {
		t.Fatal(err)
	}
	weights := &onnxpb.TensorProto{Name: "w", Dims: []int64{4, 1, huge, huge}, DataLocation: onnxpb.TensorProto_EXTERNAL}
	m.Graph.Initializer = append(m.Graph.Initializer, weights)
	pads := onnx.Ints("pads", huge/2, huge/2, huge/2, huge/2)
	m.Graph.Node = append(m.Graph.Node,
		&onnxpb.NodeProto{OpType: "Conv", Input: []string{x, "w"}, Output: []string{"y"}, Attribute: []*onnxpb.AttributeProto{pads}})
	found, err := onnx.Costs(m, []int64{1, 1, 8, 8})
	if err != nil {
		t.Fatal(err)
	}
	if got := found["y"]; got.MACs != math.MaxInt64 || !got.ReceptiveField.Rows.Whole {
		t.Errorf("got %+v", got)
	}
	if got := onnx.Shares(m, found, []string{x, "y"}); got[1] != math.MaxInt64 {
		t.Errorf("shares %v", got)
	}
}

// What a foreign graph says may be nonsense; a box never lies outside the picture.
func FuzzCosts(f *testing.F) {
	for _, opset := range []int{8, 11, 13, 18} {
		f.Add(mustMarshal(f, everyLayer(f, opset)))
	}
	for _, build := range sights {
		e := &eye{Builder: onnx.NewBuilder("sight", 0)}
		if m, err := e.Model(build(e, e.Input("input", 1, 2, 12, 15))); err == nil {
			f.Add(mustMarshal(f, m))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil {
			return
		}
		shapes, err := onnx.InferShapes(m, nil)
		inputs := onnx.Inputs(m)
		if err != nil || len(inputs) != 1 || !small(shapes) {
			return
		}
		picture := shapes[inputs[0]]
		found, err := onnx.Costs(m, picture)
		if err != nil {
			return
		}
		for name, c := range found {
			if c.MACs < 0 {
				t.Errorf("%s: %d multiply-accumulates", name, c.MACs)
			}
			top, left, bottom, right := c.ReceptiveField.Box(0, 0)
			if top < 0 || left < 0 || top > bottom || left > right || int64(bottom) > picture[2] || int64(right) > picture[3] {
				t.Errorf("%s: box %d %d %d %d in a picture of %v", name, top, left, bottom, right, picture)
			}
		}
	})
}
