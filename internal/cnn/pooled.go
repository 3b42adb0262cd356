package cnn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/pooling"
)

// tapped returns the network cut down to the given layers, and where each of them comes out.
func (n *Network) tapped(layers []Layer) (model *onnxpb.ModelProto, taps []onnx.Tap, err error) {
	if len(layers) == 0 {
		return nil, nil, errors.New("no layers to take")
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return nil, nil, fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	if err := n.verifyShapes(m, layers); err != nil {
		return nil, nil, err
	}
	values := make([]string, len(layers))
	for i, l := range layers {
		values[i] = l.Value
	}
	model, taps, err = onnx.WithTaps(m, n.Manifest.Input.Shape(), values)
	if err != nil {
		return nil, nil, fmt.Errorf("layers of model %s: %w", n.Manifest.Name, err)
	}
	return model, taps, nil
}

// arranged is the ONNX bytes of a network of tapped, as a provider computes it fastest.
func (n *Network) arranged(m *onnxpb.ModelProto, provider string) ([]byte, error) {
	if computesInBlocks(provider) {
		var err error
		if m, err = spreadGates(m, n.Manifest.Input); err != nil {
			return nil, fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
		}
	}
	return onnx.Marshal(m)
}

// fit is the pooling that each layer gets: p with a smaller grid where the layer's map asks for it.
func fit(layers []Layer, p pooling.Pooling) ([]pooling.Pooling, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	fitted := make([]pooling.Pooling, len(layers))
	for i, l := range layers {
		fitted[i] = p.Fit(l.Channels, l.Height, l.Width)
		if d := fitted[i].Dimension(l.Channels); d > pooling.MaxDimension {
			return nil, fmt.Errorf("layer %s has %d numbers, more than the %d that a vector can hold", l.Name, d, pooling.MaxDimension)
		}
	}
	return fitted, nil
}

// Verify holds every layer of the manifest against the graph.
func (n *Network) Verify() error {
	if err := n.Manifest.Validate(); err != nil {
		return err
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	return n.verifyShapes(m, n.Manifest.Layers)
}

// verifyShapes holds the manifest against the graph: everything downstream believes what the manifest says.
func (n *Network) verifyShapes(m *onnxpb.ModelProto, layers []Layer) error {
	in := n.Manifest.Input
	if inputs := onnx.Inputs(m); !slices.Equal(inputs, []string{in.Name}) {
		return fmt.Errorf("graph and manifest of model %s contradict each other: the inputs %q should be %q", n.Manifest.Name, inputs, in.Name)
	}
	shapes, err := onnx.InferShapes(m, map[string][]int64{in.Name: in.Shape()})
	if err != nil {
		return fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	for _, l := range layers {
		got := shapes[l.Value]
		vector := l.Height == 1 && l.Width == 1 && slices.Equal(got, []int64{1, int64(l.Channels)})
		if !vector && !slices.Equal(got, []int64{1, int64(l.Channels), int64(l.Height), int64(l.Width)}) {
			return fmt.Errorf("graph and manifest of model %s contradict each other: layer %s should be %d×%d×%d but its value %q has the shape %v",
				n.Manifest.Name, l.Name, l.Channels, l.Height, l.Width, l.Value, got)
		}
	}
	return nil
}
