package imported

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
)

// Resize makes a network take pictures of another size. The graph decides whether it can: one that flattens its last map
// cannot. Weights, layers and whatever else the manifest says remain.
func Resize(n *cnn.Network, height, width int) (*cnn.Network, error) {
	in := n.Manifest.Input
	fixed := func(err error) error {
		return fmt.Errorf("model %s takes %d×%d pixels and cannot take %d×%d: %w", n.Manifest.Name, in.Height, in.Width, height, width, err)
	}
	model, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		return nil, fmt.Errorf("graph of model %s: %w", n.Manifest.Name, err)
	}
	p, err := theInput(model)
	if err != nil {
		return nil, fixed(err)
	}
	p.channels, p.height, p.width = int64(in.Channels), int64(height), int64(width)
	sized := p.ask(model)
	shapes, err := onnx.InferShapes(sized, map[string][]int64{p.name: p.shape()})
	if err != nil {
		return nil, fixed(err)
	}
	resized := &cnn.Network{Manifest: n.Manifest}
	m := &resized.Manifest
	m.Input.Height, m.Input.Width = height, width
	m.Layers = nil
	for _, l := range n.Manifest.Layers {
		dims := append(append([]int64(nil), shapes[l.Value]...), 1, 1)
		if len(dims) < 4 || dims[1] != int64(l.Channels) {
			return nil, fixed(fmt.Errorf("its layer %s would have the shape %s", l.Name, shape(shapes[l.Value])))
		}
		l.Height, l.Width = int(dims[2]), int(dims[3])
		m.Layers = append(m.Layers, l)
	}
	if resized.ONNX, err = onnx.Marshal(sized); err != nil {
		return nil, err
	}
	return resized, resized.Verify()
}
