package onnx_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// meanOf is the objective that raises a value's mean.
func meanOf(b *onnx.Builder, values []string) string {
	axes := []int64{}
	for i := range b.Dims(values[0]) {
		axes = append(axes, int64(i))
	}
	return b.ReduceMean("", values[0], axes...)
}

// TestGradientsOfSights differentiates the graphs that the receptive fields are tested with, which have every kind of
// window, padding, branch and cut, and holds the result against central differences along random directions.
func TestGradientsOfSights(t *testing.T) {
	rt := ortruntest.Open(t)
	for name, build := range sights {
		t.Run(name, func(t *testing.T) {
			e := &eye{Builder: onnx.NewBuilder("sight", 0)}
			m, err := e.Model(build(e, e.Input("input", 1, 2, 12, 15)))
			if err != nil {
				t.Fatal(err)
			}
			shape := []int64{1, 2, 12, 15}
			g, err := onnx.Gradient(m, shape, []string{m.Graph.Output[0].Name}, meanOf, onnx.GradientOptions{})
			if err != nil {
				t.Fatal(err)
			}
			checkDirections(t, rt, g, shape)
		})
	}
}

// checkDirections compares the slope along random directions with what the gradient says it is.
func checkDirections(t *testing.T, rt *ortrun.Runtime, g *onnxpb.ModelProto, shape []int64) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	size := int64(1)
	for _, d := range shape {
		size *= d
	}
	x := make([]float32, size)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	eval := func(x []float32) (float64, []float32) {
		out := run(t, rt, g, ortrun.Tensor{Shape: shape, Data: x})
		return float64(out[0].Data[0]), out[1].Data
	}
	_, gradient := eval(x)
	const step = 2e-3
	for range 3 {
		slope, scale := 0.0, 0.0
		up, down := make([]float32, size), make([]float32, size)
		for i := range x {
			d := r.NormFloat64()
			up[i], down[i] = x[i]+float32(step*d), x[i]-float32(step*d)
			slope += float64(gradient[i]) * d
			scale += math.Pow(float64(gradient[i]), 2)
		}
		high, _ := eval(up)
		low, _ := eval(down)
		if measured := (high - low) / (2 * step); math.Abs(measured-slope) > 0.02*math.Sqrt(scale)+1e-6 {
			t.Errorf("the slope is %v, the gradient says %v (its length is %v)", measured, slope, math.Sqrt(scale))
		}
	}
}

// TestGradientRefuses: what cannot be differentiated is named before anything is done.
func TestGradientRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		opset int
		build func(b *onnx.Builder, x string) string
		says  string
	}{
		"no rule": {0, func(b *onnx.Builder, x string) string {
			return b.Relu("y", b.Node("GridSample", "sampled", []string{x, b.Floats("grid", []int64{1, 1, 1, 2}, []float32{0, 0})}))
		}, "node sampled: nothing is known of the derivative of GridSample"},
		"an old graph": {11, func(b *onnx.Builder, x string) string { return b.Relu("y", x) }, "operators of version 11"},
		"a kernel from the picture": {0, func(b *onnx.Builder, x string) string {
			return b.Conv("y", x, b.Reshape("kernel", b.GlobalAveragePool("", x), 1, 2, 1, 1), "", onnx.Window{})
		}, "its input kernel hangs on the picture"},
		"no way to the picture": {0, func(b *onnx.Builder, x string) string {
			return b.Relu("y", b.Node("Floor", "", []string{x}))
		}, "does not hang on the picture"},
	} {
		t.Run(name, func(t *testing.T) {
			b := onnx.NewBuilder("refused", test.opset)
			m, err := b.Model(test.build(b, b.Input("input", 1, 2, 5, 5)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = onnx.Gradient(m, []int64{1, 2, 5, 5}, []string{"y"}, meanOf, onnx.GradientOptions{})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
		})
	}
}

// FuzzGradient: whatever a graph holds, it is differentiated or refused.
func FuzzGradient(f *testing.F) {
	for _, build := range sights {
		e := &eye{Builder: onnx.NewBuilder("sight", 0)}
		m, err := e.Model(build(e, e.Input("input", 1, 2, 12, 15)))
		if err != nil {
			f.Fatal(err)
		}
		data, err := onnx.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Unmarshal(data)
		if err != nil || len(m.GetGraph().GetNode()) > 50 || len(m.GetGraph().GetOutput()) == 0 {
			return
		}
		g, err := onnx.Gradient(m, []int64{1, 2, 12, 15}, []string{m.Graph.Output[0].Name}, meanOf, onnx.GradientOptions{RedirectReLU: len(data)%2 == 0})
		if err != nil {
			return
		}
		shapes, err := onnx.InferShapes(g, nil)
		if err != nil {
			t.Errorf("the graph of the gradient does not hold together: %v", err)
		} else if got := shapes[onnx.GradientOutput]; len(got) != 4 || got[3] != 15 {
			t.Errorf("the gradient has the shape %v", got)
		}
	})
}
