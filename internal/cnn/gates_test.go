package cnn

import (
	"context"
	"math"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

var gatedInput = Input{Name: "input", Channels: 3, Height: 12, Width: 10}

// gated is a network with a gate that a convolution makes from the map, or that is stored.
func gated(t *testing.T, opset int, stored bool) *onnxpb.ModelProto {
	t.Helper()
	b := onnx.NewBuilder("gated", opset)
	weights := func(name string, dims ...int64) string {
		data := make([]float32, dims[0]*dims[1]*dims[2]*dims[3])
		for i := range data {
			data[i] = float32(math.Sin(float64(i + len(name))))
		}
		return b.Floats(name, dims, data)
	}
	x := b.Conv("stem", b.Input("input", 1, 3, 12, 10), weights("stem/w", 32, 3, 3, 3), "", onnx.Window{Pads: [4]int64{1, 1, 1, 1}})
	x = b.Mul("swish", x, b.Sigmoid("", x))
	gate := weights("stored", 1, 32, 1, 1)
	if !stored {
		narrow := b.Relu("", b.Conv("", b.GlobalAveragePool("", x), weights("narrow/w", 8, 32, 1, 1), "", onnx.Window{}))
		gate = b.Sigmoid("gate", b.Conv("", narrow, weights("wide/w", 32, 8, 1, 1), "", onnx.Window{}))
	}
	x = b.Mul("gated", gate, x)
	m, err := b.Model(b.Conv("out", x, weights("out/w", 16, 32, 1, 1), "", onnx.Window{}))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSpreadGates holds the rewritten network against the original.
func TestSpreadGates(t *testing.T) {
	tests := map[string]struct {
		model *onnxpb.ModelProto
		gates int
	}{
		"computed by a convolution":           {gated(t, 0, false), 1},
		"stored, which the runtime can merge": {gated(t, 0, true), 0},
		"before Resize knew scales alone":     {gated(t, 12, false), 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(test.model.GetGraph().GetNode())
			spread, err := spreadGates(test.model, gatedInput)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(spread.GetGraph().GetNode()) - before; got != test.gates || len(test.model.GetGraph().GetNode()) != before {
				t.Fatalf("%d gates are spread, want %d", got, test.gates)
			}
			want, got := compute(t, test.model), compute(t, spread)
			for i := range want {
				// The same products; only the convolution behind them might add in another order.
				if math.Abs(float64(got[i]-want[i])) > 1e-5 {
					t.Fatalf("number %d is %v, want %v", i, got[i], want[i])
				}
			}
		})
	}
}

func compute(t *testing.T, m *onnxpb.ModelProto) []float32 {
	t.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ortruntest.Open(t).NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), ortrun.Tensor{Shape: gatedInput.Shape(), Data: picture(gatedInput, 1)})
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Data
}

func TestComputesInBlocks(t *testing.T) {
	if computesInBlocks("cuda") || computesInBlocks("") != computesInBlocks(ortrun.CPU) {
		t.Error("only the CPU computes in blocks of channels")
	}
}
