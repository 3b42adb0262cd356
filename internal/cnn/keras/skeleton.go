package keras

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Skeleton is an architecture's network without its weights: their initializers have a shape and are marked as external,
// but nothing says where they are. It is good for whatever needs no numbers. The input has the given height and width,
// and 0 stands for the size the network was trained on; top asks for the classifier, which a network that flattens its
// last map has at that one size only.
func Skeleton(name string, height, width int, top bool) (*cnn.Network, error) {
	a, err := find(name)
	if err != nil {
		return nil, err
	}
	layers, err := a.fitting(BuildOptions{Top: top, Height: height, Width: width})
	if err != nil {
		return nil, err
	}
	data, err := emit(a.id(), layers, nil)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", a.id(), err)
	}
	n := &cnn.Network{Manifest: a.manifest(layers), ONNX: data}
	return n, n.Manifest.Validate()
}

// Resize makes a network that Build has made take pictures of another size; 0 stands for the size it was trained on. The
// weights and whatever the manifest says of its own remain. A classifier that is tied to the size, as those behind a
// Flatten are, is left out.
func Resize(n *cnn.Network, height, width int) (*cnn.Network, error) {
	a, err := find(n.Manifest.Architecture)
	if err != nil {
		return nil, fmt.Errorf("resize %s: it does not say which of Keras' networks it is (%q); "+
			"if it is one, add it again from its weight file", n.Manifest.Name, n.Manifest.Architecture)
	}
	whole, err := a.layers(true)
	if err != nil {
		return nil, err
	}
	top := whole[len(whole)-1].name == n.Manifest.Output
	layers, err := a.fitting(BuildOptions{Top: top, Height: height, Width: width})
	if err != nil {
		return nil, err
	}
	data, err := a.refilled(layers, n.ONNX)
	if err != nil {
		return nil, fmt.Errorf("resize %s: %w", n.Manifest.Name, err)
	}
	resized := &cnn.Network{Manifest: refitted(n.Manifest, a.manifest(layers)), ONNX: data}
	return resized, resized.Manifest.Validate()
}

// refilled writes the layers as a graph with the weights of another graph of the same architecture.
func (a Architecture) refilled(layers []*layer, data []byte) ([]byte, error) {
	model, err := graph(a.id(), layers, nil)
	if err != nil {
		return nil, err
	}
	from, err := onnx.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	stored := map[string]*onnxpb.TensorProto{}
	for _, t := range from.GetGraph().GetInitializer() {
		stored[t.GetName()] = t
	}
	for i, t := range model.Graph.Initializer {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		weights := stored[t.GetName()]
		if !slices.Equal(weights.GetDims(), t.GetDims()) {
			return nil, fmt.Errorf("its graph has no weights %s of the shape %v; add the network again from its weight file",
				t.GetName(), t.GetDims())
		}
		model.Graph.Initializer[i] = weights
	}
	return onnx.Marshal(model)
}

// refitted is a manifest with what depends on the input's size taken from another.
func refitted(m, sized cnn.Manifest) cnn.Manifest {
	m.Input.Height, m.Input.Width = sized.Input.Height, sized.Input.Width
	m.Layers, m.Output, m.Parameters = sized.Layers, sized.Output, sized.Parameters
	m.DefaultLayers = slices.DeleteFunc(slices.Clone(m.DefaultLayers), func(name string) bool {
		_, there := sized.Layer(name)
		return !there
	})
	if len(sized.Classes) == 0 {
		m.Classes = nil
	}
	return m
}
