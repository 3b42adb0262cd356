package onnx

import "testing"

func TestNonNegative(t *testing.T) {
	b := NewBuilder("signs", 13)
	x := b.Input("x", 1, 4, 6, 6)
	weights := b.Floats("weights", []int64{4, 4, 1, 1}, make([]float32, 16))
	relu := b.Relu("relu", x)
	for value, want := range map[string]bool{
		x:                              false,
		relu:                           true,
		b.Sigmoid("sigmoid", x):        true,
		b.Softmax("softmax", x, 1):     true,
		b.Clip("relu6", x, 0, 6):       true,
		b.Clip("hardtanh", x, -1, 1):   false,
		b.Clip("clipped", relu, -1, 1): true,
		b.Conv("conv", relu, weights, "", Window{}):               false,
		b.MaxPool("pooled", relu, Window{Kernel: [2]int64{2, 2}}): true,
		b.MaxPool("pooled x", x, Window{Kernel: [2]int64{2, 2}}):  false,
		b.Concat("both", 1, relu, "sigmoid"):                      true,
		b.Concat("mixed", 1, relu, x):                             false,
		b.Add("sum", relu, "sigmoid"):                             true,
		b.Add("residual", relu, x):                                false,
		b.Sub("difference", relu, "sigmoid"):                      false,
		b.Mul("gate", relu, "sigmoid"):                            true,
		b.Mul("swish", x, "sigmoid"):                              false,
		b.Reshape("reshaped", relu, 0, 2, 2, -1):                  true,
		b.Slice("sliced", relu, Range{2, 0, 3}):                   true,
		b.Pad("padded", relu, [4]int64{1, 1, 1, 1}, 0):            true,
		b.Pad("framed", relu, [4]int64{1, 1, 1, 1}, -1):           false,
		b.Resize("larger", relu, "linear", 12, 12):                true,
		b.Node("Max", "max", []string{x, relu}):                   true,
		b.Identity("same", relu):                                  true,
		b.Node("Dropout", "dropout", []string{relu}):              true,
	} {
		if got := b.values[value].nonNegative; got != want {
			t.Errorf("%s: non-negative is %v", value, got)
		}
	}
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
}

// The pooled graph of a map without negative values has no negative half.
func TestNoNegativeHalf(t *testing.T) {
	size := func(op string) int {
		b := NewBuilder("one", 0)
		b.Node(op, "layer", []string{b.Input("x", 1, 4, 6, 6)})
		m, err := b.Model("layer")
		if err != nil {
			t.Fatal(err)
		}
		m, err = WithPooledOutputs(m, []int64{1, 4, 6, 6}, []PooledLayer{{"layer", DefaultPooling}})
		if err != nil {
			t.Fatal(err)
		}
		return len(m.Graph.Node)
	}
	if with, without := size("Identity"), size("Relu"); without >= with {
		t.Errorf("%d nodes after ReLU, %d otherwise", without, with)
	}
}
