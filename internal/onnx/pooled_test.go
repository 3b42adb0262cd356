package onnx_test

import (
	"context"
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

// plane is one channel of a map, in Go.
type plane struct {
	height, width int
	at            []float32
}

// cell is the part that one cell of adaptive pooling covers.
func (p plane) cell(row, column, grid int) []float64 {
	var part []float64
	ceil := func(i, size int) int { return int(math.Ceil(float64(i*size) / float64(grid))) }
	for y := row * p.height / grid; y < ceil(row+1, p.height); y++ {
		for x := column * p.width / grid; x < ceil(column+1, p.width); x++ {
			part = append(part, float64(p.at[y*p.width+x]))
		}
	}
	return part
}

// reference pools some numbers in float64, straight from the definition.
func reference(part []float64, p onnx.Pooling) float64 {
	switch p.Kind {
	case onnx.PoolMax:
		return slices.Max(part)
	case onnx.PoolGeM:
		return generalisedMean(part, 1, p.P) - generalisedMean(part, -1, p.P)
	default:
		return generalisedMean(part, 1, 1) - generalisedMean(part, -1, 1)
	}
}

func generalisedMean(part []float64, sign, p float64) float64 {
	sum := 0.0
	for _, v := range part {
		sum += math.Pow(max(sign*v, 0), p)
	}
	return math.Pow(sum/float64(len(part)), 1/p)
}

func TestPooledOutputs(t *testing.T) {
	rt := ortruntest.Open(t)
	shapes := [][3]int{{3, 7, 7}, {2, 5, 3}, {4, 1, 1}, {2, 112, 112}, {1, 8, 11}, {16, 6, 9}, {32, 14, 14}}
	for _, s := range shapes {
		for _, name := range []string{"avg", "max", "gem:3", "gem:1", "gem:2", "gem:4", "gem:2.5", "gem:10"} {
			for grid := 1; grid <= 4; grid++ {
				p, err := onnx.ParsePooling(fmt.Sprintf("%s/%dx%d", name, grid, grid))
				if err != nil {
					t.Fatal(err)
				}
				p = p.Fit(s[0], s[1], s[2])
				t.Run(fmt.Sprintf("%dx%dx%d/%v", s[0], s[1], s[2], p), func(t *testing.T) {
					checkPooled(t, rt, s, p, "Identity")
					checkPooled(t, rt, s, p, "Relu")
				})
			}
		}
	}
}

// checkPooled pools a map that an operator has made.
func checkPooled(t *testing.T, rt *ortrun.Runtime, shape [3]int, p onnx.Pooling, op string) {
	input := ortrun.Tensor{Shape: []int64{1, int64(shape[0]), int64(shape[1]), int64(shape[2])}}
	r := rand.New(rand.NewPCG(5, uint64(shape[1])))
	for range shape[0] * shape[1] * shape[2] {
		input.Data = append(input.Data, float32(r.NormFloat64()))
	}
	out := pool(t, rt, input, p, op)
	if op == "Relu" {
		for i, v := range input.Data {
			input.Data[i] = max(v, 0)
		}
	}
	wantShapes := [][]int64{{1, int64(p.Dimension(shape[0]))}, {1, input.Shape[1]}, {1, input.Shape[1]}}
	for i, o := range out {
		if fmt.Sprint(o.Shape) != fmt.Sprint(wantShapes[i]) {
			t.Fatalf("output %d has shape %v, want %v", i, o.Shape, wantShapes[i])
		}
	}
	area := shape[1] * shape[2]
	for c := range shape[0] {
		m := plane{shape[1], shape[2], input.Data[c*area : (c+1)*area]}
		near(t, "mean", out[1].Data[c], reference(m.cell(0, 0, 1), onnx.Pooling{Kind: onnx.PoolAverage}))
		near(t, "max", out[2].Data[c], reference(m.cell(0, 0, 1), onnx.Pooling{Kind: onnx.PoolMax}))
		for cell := range p.Grid * p.Grid {
			want := reference(m.cell(cell/p.Grid, cell%p.Grid, p.Grid), p)
			near(t, fmt.Sprintf("channel %d cell %d", c, cell), out[0].Data[c*p.Grid*p.Grid+cell], want)
		}
	}
}

func near(t *testing.T, what string, got float32, want float64) {
	t.Helper()
	if d := math.Abs(float64(got) - want); !(d <= 1e-5*max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// pool runs a graph of one operator and pools its output.
func pool(t *testing.T, rt *ortrun.Runtime, input ortrun.Tensor, p onnx.Pooling, op string) []ortrun.Tensor {
	t.Helper()
	b := onnx.NewBuilder("copy", 0)
	b.Node(op, "layer", []string{b.Input("input", input.Shape...)})
	m, err := b.Model("layer")
	if err != nil {
		t.Fatal(err)
	}
	m, err = onnx.WithPooledOutputs(m, input.Shape, []onnx.PooledLayer{{Value: "layer", Pooling: p}})
	if err != nil {
		t.Fatal(err)
	}
	return run(t, rt, m, input)
}

func TestPoolingOfExtremes(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, name := range []string{"avg/2x2", "max/2x2", "gem:3/1x1", "gem:3/2x2", "gem:2.5/2x2", "gem:4/3x3", "gem:10/2x2"} {
		p, err := onnx.ParsePooling(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []float32{0, -1, 1e-12, -1e-30, 2e4, -1e6} {
			input := ortrun.Tensor{Shape: []int64{1, 2, 3, 3}, Data: make([]float32, 18)}
			for i := range input.Data {
				input.Data[i] = v
			}
			for _, o := range pool(t, rt, input, p, "Identity") {
				for _, got := range o.Data { // every pooling of a constant map is the constant
					if d := math.Abs(float64(got - v)); !(d <= 1e-5*math.Abs(float64(v))+1e-12) {
						t.Errorf("%v of a map of %v gives %v", p, v, got)
					}
				}
			}
		}
	}
}

func TestPoolingOfSeveralImages(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, name := range []string{"avg/3x3", "max/3x3", "gem:3/2x2"} {
		p, err := onnx.ParsePooling(name)
		if err != nil {
			t.Fatal(err)
		}
		one := ortrun.Tensor{Shape: []int64{1, 2, 5, 8}}
		for i := range 80 {
			one.Data = append(one.Data, float32(i%17)-8)
		}
		two := ortrun.Tensor{Shape: []int64{2, 2, 5, 8}, Data: append(append([]float32{}, one.Data...), one.Data...)}
		m := pooledCopy(t, one.Shape, p, 0)
		single, both := run(t, rt, m, one), run(t, rt, m, two)
		for i := range single {
			if got, want := fmt.Sprint(both[i].Data), fmt.Sprint(append(append([]float32{}, single[i].Data...), single[i].Data...)); got != want {
				t.Errorf("%v, output %d: %v, want %v", p, i, got, want)
			}
		}
	}
}

// pooledCopy is a network that hands its input on, with the pooled outputs of that one layer.
func pooledCopy(t *testing.T, shape []int64, p onnx.Pooling, opset int) *onnxpb.ModelProto {
	t.Helper()
	b := onnx.NewBuilder("copy", opset)
	b.Identity("layer", b.Input("input", shape...))
	m, err := b.Model("layer")
	if err != nil {
		t.Fatal(err)
	}
	m, err = onnx.WithPooledOutputs(m, shape, []onnx.PooledLayer{{Value: "layer", Pooling: p}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Files of any opset can be pooled: the nodes added are those of their opset.
func TestPoolingInEveryOpset(t *testing.T) {
	rt := ortruntest.Open(t)
	input := ortrun.Tensor{Shape: []int64{1, 2, 11, 13}}
	for i := range 2 * 11 * 13 {
		input.Data = append(input.Data, float32(i*7%23)-9)
	}
	for _, name := range []string{"avg/5x5", "max/5x5", "gem:3/5x5", "gem:5/3x3"} {
		p, err := onnx.ParsePooling(name)
		if err != nil {
			t.Fatal(err)
		}
		var first string
		for _, opset := range []int{8, 9, 10, 11, 13, 17, 18, 21} {
			m := pooledCopy(t, input.Shape, p, opset)
			got := fmt.Sprint(run(t, rt, m, input))
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%v, opset %d: %s, want %s", p, opset, got, first)
			}
		}
	}
}

func TestPooledVectorIsItself(t *testing.T) {
	rt := ortruntest.Open(t)
	b := onnx.NewBuilder("dense", 0)
	b.Flatten("fc", b.Input("input", 1, 2, 1, 2), 1)
	m, err := b.Model("fc")
	if err != nil {
		t.Fatal(err)
	}
	m, err = onnx.WithPooledOutputs(m, []int64{1, 2, 1, 2}, []onnx.PooledLayer{{Value: "fc", Pooling: onnx.DefaultPooling}})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range run(t, rt, m, ortrun.Tensor{Shape: []int64{1, 2, 1, 2}, Data: []float32{1, -2, 3, -4}}) {
		if fmt.Sprint(o.Shape, o.Data) != "[1 4] [1 -2 3 -4]" {
			t.Errorf("output %d is %v", i, o)
		}
	}
}

func TestPooledOutputsRefuse(t *testing.T) {
	b := onnx.NewBuilder("small", 0)
	x := b.Input("input", 1, 2, 4, 4)
	b.Relu("relu", x)
	b.Reshape("flat", "relu", 0, 2, 16)
	m, err := b.Model("relu", "flat")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		layer onnx.PooledLayer
		shape []int64
	}{
		{"no such value", onnx.PooledLayer{Value: "conv", Pooling: onnx.DefaultPooling}, []int64{1, 2, 4, 4}},
		{"three dimensions", onnx.PooledLayer{Value: "flat", Pooling: onnx.DefaultPooling}, []int64{1, 2, 4, 4}},
		{"no pooling", onnx.PooledLayer{Value: "relu"}, []int64{1, 2, 4, 4}},
		{"grid too fine", onnx.PooledLayer{Value: "relu", Pooling: onnx.Pooling{Kind: onnx.PoolMax, Grid: 5}}, []int64{1, 2, 4, 4}},
		{"other input", onnx.PooledLayer{Value: "relu", Pooling: onnx.DefaultPooling}, []int64{1, -2, 4, 4}},
	} {
		if _, err := onnx.WithPooledOutputs(m, test.shape, []onnx.PooledLayer{test.layer}); err == nil {
			t.Errorf("%s: accepted", test.name)
		}
	}
}

func run(t *testing.T, rt *ortrun.Runtime, m *onnxpb.ModelProto, input ortrun.Tensor) []ortrun.Tensor {
	t.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := rt.NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), input)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
