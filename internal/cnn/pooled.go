package cnn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Pooled returns the ONNX bytes of the network cut down to the given layers, each pooled inside the graph, as
// onnx.WithPooledOutputs does it: outputs <i>_embedding, <i>_mean and <i>_max for layer i. fitted holds the pooling that
// each layer got: p with a smaller grid where the layer's map asks for it.
func (n *Network) Pooled(layers []Layer, p onnx.Pooling) (model []byte, fitted []onnx.Pooling, err error) {
	if len(layers) == 0 {
		return nil, nil, errors.New("no layers to pool")
	}
	m, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return nil, nil, fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	if err := n.verifyShapes(m, layers); err != nil {
		return nil, nil, err
	}
	pooled := make([]onnx.PooledLayer, len(layers))
	for i, l := range layers {
		f := p.Fit(l.Channels, l.Height, l.Width)
		if d := f.Dimension(l.Channels); d > onnx.MaxDimension {
			return nil, nil, fmt.Errorf("layer %s has %d numbers, more than the %d that a vector can hold", l.Name, d, onnx.MaxDimension)
		}
		fitted = append(fitted, f)
		pooled[i] = onnx.PooledLayer{Value: l.Value, Pooling: f}
	}
	m, err = onnx.WithPooledOutputs(m, n.Manifest.Input.Shape(), pooled)
	if err != nil {
		return nil, nil, fmt.Errorf("pool layers of model %s: %w", n.Manifest.Name, err)
	}
	model, err = onnx.Marshal(m)
	return model, fitted, err
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
