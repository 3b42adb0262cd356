package onnx

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Tap is where a value comes out of a graph that WithTaps has made.
type Tap struct {
	Output string
	Dims   []int64 // with N = 1: [1, C, H, W] or [1, C]

	// Scale and Shift, per channel, make the value of the output: Output·Scale + Shift. Both are nil where the output
	// is the value itself.
	Scale, Shift []float32
}

// WithTaps prunes a model to the given values, maps or vectors, and makes them its outputs. inputShape is the shape of
// the model's one input with N = 1.
//
// A convolution before a normalisation is not tapped itself: that would keep the runtime from merging the two, which
// costs a small network more than the tap. They are merged here, and the tap says how to get back.
func WithTaps(m *onnxpb.ModelProto, inputShape []int64, values []string) (*onnxpb.ModelProto, []Tap, error) {
	pruned, err := Prune(m, values)
	if err != nil {
		return nil, nil, err
	}
	pruned, merged, err := mergeNorms(pruned, values)
	if err != nil {
		return nil, nil, err
	}
	b, err := extend(pruned, inputShape)
	if err != nil {
		return nil, nil, err
	}
	taps := make([]Tap, len(values))
	var outputs []string
	for i, v := range values {
		tap, ok := merged[v]
		if !ok {
			tap.Output = b.tapped(v)
		}
		tap.Dims = b.Dims(tap.Output)
		if err := checkTap(v, tap.Dims); err != nil {
			return nil, nil, err
		}
		if !slices.Contains(outputs, tap.Output) {
			outputs = append(outputs, tap.Output)
		}
		taps[i] = tap
	}
	tapped, err := b.Model(outputs...)
	return tapped, taps, err
}

// tapped is a value that can be an output: an input cannot.
func (b *Builder) tapped(v string) string {
	if slices.Contains(Inputs(b.model), v) {
		return b.Identity("", v)
	}
	return v
}

func checkTap(value string, dims []int64) error {
	if n, err := elements(dims); err != nil || n == 0 || (len(dims) != 2 && len(dims) != 4) {
		return fmt.Errorf("layer %s has shape %v; only maps (4 dimensions) and vectors (2) can be pooled", value, dims)
	}
	return nil
}

// extend is a builder that goes on where a model ends. The model itself stays
// as it is.
func extend(m *onnxpb.ModelProto, inputShape []int64) (*Builder, error) {
	input, err := onlyInput(m)
	if err != nil {
		return nil, err
	}
	values, err := inferValues(m, map[string][]int64{input: inputShape})
	if err != nil {
		return nil, err
	}
	g := m.GetGraph()
	return &Builder{values: values, model: withGraph(m, &onnxpb.GraphProto{
		Name:        g.GetName(),
		Node:        slices.Clone(g.GetNode()),
		Initializer: slices.Clone(g.GetInitializer()),
		Input:       g.GetInput(),
		ValueInfo:   g.GetValueInfo(),
	})}, nil
}

// onlyInput is the name of a model's input.
func onlyInput(m *onnxpb.ModelProto) (string, error) {
	inputs := Inputs(m)
	if len(inputs) != 1 {
		return "", fmt.Errorf("the graph %s has the inputs %v; one is needed", m.GetGraph().GetName(), inputs)
	}
	return inputs[0], nil
}

// Inputs names what a model must be given. Old files list their initializers
// among the inputs too; those are left out.
func Inputs(m *onnxpb.ModelProto) []string {
	stored := map[string]bool{}
	for _, t := range m.GetGraph().GetInitializer() {
		stored[t.GetName()] = true
	}
	var names []string
	for _, in := range m.GetGraph().GetInput() {
		if !stored[in.GetName()] {
			names = append(names, in.GetName())
		}
	}
	return names
}
