package onnx_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

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

// normed is a convolution, with or without a bias, a normalisation and an activation.
type normed struct {
	bias  bool
	gamma float32 // of the first channel
	fork  bool    // something else looks at the convolution, too
}

func (n normed) model(t *testing.T) *onnxpb.ModelProto {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(b *onnx.Builder, name string, shift, scale float64, dims ...int64) string {
		size := int64(1)
		for _, d := range dims {
			size *= d
		}
		data := make([]float32, size)
		for i := range data {
			data[i] = float32(shift + scale*(2*r.Float64()-1))
		}
		if name == "gamma" {
			data[0] = n.gamma
		}
		return b.Floats(name, dims, data)
	}
	b := onnx.NewBuilder("normed", 0)
	x := b.Input("input", 1, 3, 9, 11)
	bias := ""
	if n.bias {
		bias = draw(b, "bias", 0, 1, 4)
	}
	conv := b.Conv("conv", x, draw(b, "kernel", 0, 1, 4, 3, 3, 3), bias, onnx.Window{Pads: [4]int64{1, 1, 1, 1}})
	norm := b.BatchNormalization("norm", conv, onnx.BatchNorm{
		Scale: draw(b, "gamma", 1, 0.5, 4), Bias: draw(b, "beta", 0, 1, 4),
		Mean: draw(b, "mean", 0, 1, 4), Variance: draw(b, "variance", 1, 0.5, 4), Epsilon: 1e-3,
	})
	out := b.Relu("relu", norm)
	if n.fork {
		out = b.Add("sum", out, conv)
	}
	m, err := b.Model(out)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What comes out of the taps is what the values hold, whether or not the graph had to be rewritten for it.
func TestWithTaps(t *testing.T) {
	rt := ortruntest.Open(t)
	tests := []struct {
		name   string
		net    normed
		values []string
		merged bool
	}{
		{"a convolution", normed{gamma: 1}, []string{"conv", "relu"}, true},
		{"with a bias", normed{gamma: 1, bias: true}, []string{"conv", "relu"}, true},
		{"turned over", normed{gamma: -0.3, bias: true}, []string{"conv", "relu"}, true},
		{"both sides of the normalisation", normed{gamma: 1}, []string{"conv", "norm", "relu"}, true},
		{"a channel that is next to nothing", normed{gamma: 1e-5}, []string{"conv", "relu"}, false},
		{"a channel that is nothing", normed{}, []string{"conv", "relu"}, false},
		{"another consumer", normed{gamma: 1, fork: true}, []string{"conv", "sum"}, false},
		{"nothing behind it", normed{gamma: 1}, []string{"conv"}, false},
		{"the input, and a value twice", normed{gamma: 1}, []string{"input", "relu", "relu"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := test.net.model(t)
			before := fmt.Sprint(m)
			shape := []int64{1, 3, 9, 11}
			tapped, taps, err := onnx.WithTaps(m, shape, test.values)
			if err != nil {
				t.Fatal(err)
			}
			if got := taps[0].Scale != nil; got != test.merged {
				t.Errorf("merged: %v, want %v", got, test.merged)
			}
			if fmt.Sprint(m) != before {
				t.Error("the model given has changed")
			}
			input := ortrun.Tensor{Shape: shape}
			r := rand.New(rand.NewPCG(3, 4))
			for range 3 * 9 * 11 {
				input.Data = append(input.Data, float32(r.NormFloat64()))
			}
			compareTaps(t, rt, m, tapped, taps, test.values, input)
		})
	}
}

func compareTaps(t *testing.T, rt *ortrun.Runtime, m, tapped *onnxpb.ModelProto, taps []onnx.Tap, values []string, input ortrun.Tensor) {
	t.Helper()
	var outputs []string
	for _, o := range tapped.GetGraph().GetOutput() {
		outputs = append(outputs, o.GetName())
	}
	out := run(t, rt, tapped, input)
	for i, v := range values {
		want := input
		if v != "input" {
			pruned, err := onnx.Prune(m, []string{v})
			if err != nil {
				t.Fatal(err)
			}
			want = run(t, rt, pruned, input)[0]
		}
		got := out[slices.Index(outputs, taps[i].Output)]
		if !slices.Equal(got.Shape, want.Shape) || !slices.Equal(taps[i].Dims, want.Shape) {
			t.Fatalf("%s has the shape %v, want %v", v, got.Shape, want.Shape)
		}
		area := len(want.Data) / int(want.Shape[1])
		for j, w := range want.Data {
			g := got.Data[j]
			if c := j / area; taps[i].Scale != nil {
				g = g*taps[i].Scale[c] + taps[i].Shift[c]
			}
			if math.Abs(float64(g-w)) > 2e-5 {
				t.Fatalf("%s: value %d is %v, want %v", v, j, g, w)
			}
		}
	}
}

func TestWithTapsRefuses(t *testing.T) {
	m := normed{gamma: 1}.model(t)
	for says, values := range map[string][]string{"nowhere": {"nowhere"}, "one is needed": {"gamma"}, "only maps": {"relu", "gamma"}} {
		if _, _, err := onnx.WithTaps(m, []int64{1, 3, 9, 11}, values); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", values, err)
		}
	}
}
