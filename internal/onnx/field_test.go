package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// eye builds small graphs whose weights are all positive, so that nothing cancels: a pixel that can change a unit does.
type eye struct {
	*onnx.Builder
	count int
}

func (e *eye) weights(dims ...int64) string {
	e.count++
	return e.Floats(fmt.Sprintf("weights_%d", e.count), dims, ramp(dims))
}

// conv keeps two channels.
func (e *eye) conv(x string, h, w int64, win onnx.Window) string {
	return e.Conv("", x, e.weights(2, 2, h, w), "", win)
}

func both(n int64) [2]int64 { return [2]int64{n, n} }

func around(n int64) [4]int64 { return [4]int64{n, n, n, n} }

// sights are graphs by what is special about them, each from the picture to one value.
var sights = map[string]func(e *eye, x string) string{
	"window": func(e *eye, x string) string {
		return e.conv(x, 3, 5, onnx.Window{Stride: [2]int64{2, 3}, Pads: [4]int64{2, 0, 1, 3}})
	},
	"dilation": func(e *eye, x string) string {
		x = e.conv(x, 3, 3, onnx.Window{Dilation: [2]int64{2, 3}, Pads: [4]int64{1, 4, 3, 2}})
		return e.conv(x, 2, 3, onnx.Window{Dilation: [2]int64{3, 1}, Stride: [2]int64{1, 2}, Pads: around(1)})
	},
	"chain": func(e *eye, x string) string {
		x = e.conv(x, 3, 3, onnx.Window{Stride: both(2)})
		x = e.Relu("", e.conv(x, 3, 3, onnx.Window{Pads: around(1)}))
		x = e.MaxPool("", x, onnx.Window{Kernel: both(3), Stride: both(2), Pads: [4]int64{0, 1, 1, 0}})
		return e.conv(x, 3, 3, onnx.Window{Pads: around(1)})
	},
	"a stride that leaves the last pixels out": func(e *eye, x string) string {
		x = e.conv(x, 1, 1, onnx.Window{Stride: both(3)})
		return e.conv(x, 3, 3, onnx.Window{Pads: around(1)})
	},
	"branches": func(e *eye, x string) string {
		a := e.conv(x, 1, 1, onnx.Window{})
		b := e.conv(e.conv(x, 1, 7, onnx.Window{Pads: [4]int64{0, 3, 0, 3}}), 5, 1, onnx.Window{Pads: [4]int64{2, 0, 2, 0}})
		c := e.AveragePool("", x, onnx.Window{Kernel: both(3), Stride: both(1), Pads: around(1)})
		return e.Conv("", e.Concat("", 1, a, b, c), e.weights(3, 2, 1, 1), "", onnx.Window{Group: 3})
	},
	"residual": func(e *eye, x string) string {
		y := e.conv(x, 3, 3, onnx.Window{Stride: both(2), Pads: around(1)})
		y = e.conv(y, 3, 3, onnx.Window{Pads: around(1)})
		return e.Add("", y, e.AveragePool("", x, onnx.Window{Kernel: both(1), Stride: both(2)}))
	},
	"a shifted branch": func(e *eye, x string) string {
		y := e.Pad("", e.Pad("", x, [4]int64{0, 0, 1, 1}, 0), [4]int64{-1, -1, 0, 0}, 0)
		a := e.AveragePool("", x, onnx.Window{Kernel: both(1), Stride: both(2)})
		b := e.AveragePool("", y, onnx.Window{Kernel: both(1), Stride: both(2)})
		return e.Conv("", e.Concat("", 1, a, b), e.weights(2, 2, 3, 3), "", onnx.Window{Pads: around(1), Group: 2})
	},
	"padding alone": func(e *eye, x string) string {
		return e.Pad("", e.conv(x, 3, 3, onnx.Window{}), [4]int64{2, 0, 1, 3}, 0)
	},
	"reflection": func(e *eye, x string) string {
		pads := e.Int64s("pads", 0, 0, 3, 1, 0, 0, 2, 4)
		return e.conv(e.Node("Pad", "", []string{x, pads}, onnx.String("mode", "reflect")), 2, 2, onnx.Window{})
	},
	"edge": func(e *eye, x string) string {
		pads := e.Int64s("pads", 0, 0, 3, 1, 0, 0, 2, 4)
		return e.conv(e.Node("Pad", "", []string{x, pads}, onnx.String("mode", "edge")), 3, 3, onnx.Window{Stride: both(2)})
	},
	"steps": func(e *eye, x string) string {
		from, to := e.Int64s("starts", 1, -2), e.Int64s("ends", 1000, -1000)
		axes, steps := e.Int64s("axes", 2, -1), e.Int64s("steps", 2, -3)
		return e.conv(e.Node("Slice", "", []string{x, from, to, axes, steps}), 2, 2, onnx.Window{})
	},
	"same, upper": func(e *eye, x string) string {
		return e.Node("MaxPool", "", []string{x},
			onnx.Ints("kernel_shape", 4, 3), onnx.Ints("strides", 3, 2), onnx.String("auto_pad", "SAME_UPPER"))
	},
	"same, lower": func(e *eye, x string) string {
		return e.Node("Conv", "", []string{x, e.weights(1, 2, 2, 4)},
			onnx.Ints("strides", 1, 2), onnx.String("auto_pad", "SAME_LOWER"))
	},
	"ceiling": func(e *eye, x string) string {
		return e.Node("MaxPool", "", []string{x},
			onnx.Ints("kernel_shape", 3, 3), onnx.Ints("strides", 2, 2), onnx.Int("ceil_mode", 1))
	},
	"shuffle": func(e *eye, x string) string {
		d := e.Dims(x)
		x = e.Transpose("", e.Reshape("", e.conv(x, 3, 2, onnx.Window{}), 0, 1, 2, d[2]-2, d[3]-1), 0, 2, 1, 3, 4)
		return e.conv(e.Reshape("", x, 0, 2, d[2]-2, d[3]-1), 1, 3, onnx.Window{})
	},
	"channels last": func(e *eye, x string) string {
		x = e.MatMul("", e.Transpose("", e.conv(x, 2, 3, onnx.Window{}), 0, 2, 3, 1), e.weights(2, 3))
		x = e.Add("", x, e.weights(3))
		return e.Conv("", e.Transpose("", x, 0, 3, 1, 2), e.weights(1, 3, 2, 2), "", onnx.Window{})
	},
	"channels taken apart": func(e *eye, x string) string {
		second := e.Node("Constant", "", nil, onnx.Int("value_int", 1))
		a := e.Node("Gather", "", []string{x, e.Int64s("first", 0)}, onnx.Int("axis", 1))
		b := e.Node("Gather", "", []string{e.conv(x, 3, 3, onnx.Window{Pads: around(1)}), second}, onnx.Int("axis", 1))
		return e.Concat("", 1, a, e.Node("Unsqueeze", "", []string{b, e.Int64s("axis", 1)}))
	},
	"global": func(e *eye, x string) string {
		x = e.conv(e.conv(x, 1, 1, onnx.Window{Stride: both(3)}), 2, 1, onnx.Window{})
		return e.Gemm("", e.Flatten("", e.GlobalAveragePool("", x), 1), e.weights(2, 3), "", false)
	},
	"flattened": func(e *eye, x string) string {
		x = e.Flatten("", e.conv(x, 2, 2, onnx.Window{Stride: both(4)}), 1)
		return e.Gemm("", x, e.weights(e.Dims(x)[1], 3), "", false)
	},
	"one axis": func(e *eye, x string) string {
		return e.ReduceMean("", e.conv(x, 2, 2, onnx.Window{}), 3)
	},
	"softmax": func(e *eye, x string) string { return e.Softmax("", e.conv(x, 2, 2, onnx.Window{}), -1) },
	"resized": func(e *eye, x string) string {
		d := e.Dims(x)
		up := e.conv(e.Resize("", x, "nearest", 2*d[2], 3*d[3]), 3, 3, onnx.Window{Pads: around(1)})
		return e.Resize("", up, "linear", d[2]+2, d[3]-3)
	},
	"upsampled and joined": func(e *eye, x string) string {
		d := e.Dims(x)
		y := e.conv(x, 3, 3, onnx.Window{Stride: both(2), Pads: around(1)})
		y = e.Resize("", y, "nearest", 2*e.Dims(y)[2], 2*e.Dims(y)[3])
		return e.Concat("", 1, e.Slice("", y, onnx.Range{Axis: 2, End: d[2]}, onnx.Range{Axis: 3, End: d[3]}), x)
	},
}

// The runtime is the judge: of every pixel it says which units change with it.
func TestFieldsAgreeWithTheRuntime(t *testing.T) {
	rt := ortruntest.Open(t)
	for name, build := range sights {
		for _, size := range [][2]int64{{12, 15}, {13, 10}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				e := &eye{Builder: onnx.NewBuilder("sight", 0)}
				m, err := e.Model(build(e, e.Input("input", 1, 2, size[0], size[1])))
				if err != nil {
					t.Fatal(err)
				}
				checkBoxes(t, rt, m, size)
			})
		}
	}
}

func TestFieldsOfResize(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, mode := range []string{"nearest", "linear", "cubic"} {
		for _, coordinates := range []string{"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"} {
			for _, rounding := range []string{"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"} {
				if mode != "nearest" && rounding != "floor" {
					continue
				}
				for _, to := range [][2]int64{{14, 5}, {1, 9}, {7, 20}} {
					t.Run(fmt.Sprint(mode, coordinates, rounding, to), func(t *testing.T) {
						b := onnx.NewBuilder("resize", 0)
						sizes := b.Int64s("sizes", 7*8+1, 2, to[0], to[1]) // the batch that checkBoxes runs
						b.Node("Resize", "out", []string{b.Input("input", 1, 2, 7, 8), "", "", sizes}, onnx.String("mode", mode),
							onnx.String("coordinate_transformation_mode", coordinates), onnx.String("nearest_mode", rounding))
						m, err := b.Model("out")
						if err != nil {
							t.Fatal(err)
						}
						checkBoxes(t, rt, m, [2]int64{7, 8})
					})
				}
			}
		}
	}
}

// Chains of random windows find what no table of cases thinks of.
func TestFieldsOfRandomChains(t *testing.T) {
	rt := ortruntest.Open(t)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		size := [2]int64{11 + r.Int64N(8), 11 + r.Int64N(8)}
		e := &eye{Builder: onnx.NewBuilder("chain", 0)}
		x := e.Input("input", 1, 2, size[0], size[1])
		for range 4 {
			x = randomLayer(e, r, x)
		}
		m, err := e.Model(x)
		if err != nil {
			continue // a map that shrank to nothing
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { checkBoxes(t, rt, m, size) })
	}
}

func randomLayer(e *eye, r *rand.Rand, x string) string {
	upTo := func(n int64) int64 { return r.Int64N(n + 1) }
	w := onnx.Window{Stride: [2]int64{1 + upTo(1), 1 + upTo(2)}, Pads: [4]int64{upTo(2), upTo(2), upTo(2), upTo(2)}}
	switch r.IntN(5) {
	case 0:
		w.Kernel = both(3)
		return e.MaxPool("", x, w)
	case 1:
		return e.Pad("", x, [4]int64{upTo(3) - 1, upTo(3) - 1, upTo(3) - 1, upTo(3) - 1}, 0)
	case 2:
		a := e.conv(x, 1, 1, onnx.Window{Stride: w.Stride})
		b := e.conv(x, 3, 3, onnx.Window{Stride: w.Stride, Pads: around(1)})
		return e.Add("", a, b)
	}
	w.Dilation = [2]int64{1 + upTo(1), 1 + upTo(1)}
	return e.conv(x, 1+upTo(3), 1+upTo(3), w)
}

// checkBoxes runs a graph on one picture per pixel, dark but for that pixel, and holds the units that differ from the
// dark picture's against the boxes.
func checkBoxes(t *testing.T, rt *ortrun.Runtime, m *onnxpb.ModelProto, size [2]int64) {
	t.Helper()
	costs, err := onnx.Costs(m, []int64{1, 2, size[0], size[1]})
	if err != nil {
		t.Fatal(err)
	}
	out := m.Graph.Output[0].Name
	field := costs[out].ReceptiveField
	area := size[0] * size[1]
	input := ortrun.Tensor{Shape: []int64{area + 1, 2, size[0], size[1]}, Data: make([]float32, (area+1)*2*area)}
	for pixel := range area {
		input.Data[pixel*2*area+pixel], input.Data[pixel*2*area+area+pixel] = 1, 1
	}
	result := run(t, rt, m, input)[0]
	height, width := plainSize(result.Shape)
	units := int64(len(result.Data)) / (area + 1)
	dark := result.Data[area*units:]
	channels := units / (height * width)
	for y := range height {
		for x := range width {
			want := [4]int{1 << 20, 1 << 20, 0, 0}
			for pixel := range area {
				for c := range channels {
					if at := (c*height+y)*width + x; result.Data[pixel*units+at] != dark[at] {
						row, column := int(pixel/size[1]), int(pixel%size[1])
						want = [4]int{min(want[0], row), min(want[1], column), max(want[2], row+1), max(want[3], column+1)}
					}
				}
			}
			if want[2] == 0 {
				want = [4]int{}
			}
			var got [4]int
			if got[0], got[1], got[2], got[3] = field.Box(int(y), int(x)); got != want {
				t.Errorf("unit %d, %d of %d×%d sees %v, should be %v", y, x, height, width, got, want)
			}
		}
	}
}

// plainSize is the height and width of what a graph yields: N × C × H × W, N × C × H, or N × C.
func plainSize(shape []int64) (height, width int64) {
	switch len(shape) {
	case 4:
		return shape[2], shape[3]
	case 3:
		return shape[2], 1
	}
	return 1, 1
}
