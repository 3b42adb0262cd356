package keras

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
)

// BuildOptions says what to build.
type BuildOptions struct {
	Top bool // with the classifier, if the file has its weights
}

// Build makes an architecture's network from weights.
func Build(arch string, w *Weights, opt BuildOptions) (*cnn.Network, error) {
	a, err := find(arch)
	if err != nil {
		return nil, err
	}
	layers, m, err := a.matched(w, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.File, err)
	}
	data, err := emit(a.Name, layers, m.arrays)
	if err != nil {
		return nil, fmt.Errorf("build %s from %s: %w", a.Name, w.File, err)
	}
	manifest := a.manifest(layers)
	manifest.Provenance = cnn.Provenance{
		Source:      "Keras weights for " + a.Title,
		WeightsFile: w.File, WeightsSHA256: w.SHA256,
	}
	return &cnn.Network{Manifest: manifest, ONNX: data}, manifest.Validate()
}

// matched decides whether the file has a classifier, which its number of layers tells, and finds the weights of the
// layers that are wanted.
func (a Architecture) matched(w *Weights, opt BuildOptions) ([]*layer, matching, error) {
	whole, err := a.layers(true)
	if err != nil {
		return nil, nil, err
	}
	bare, err := a.layers(false)
	if err != nil {
		return nil, nil, err
	}
	if len(w.layers) == len(withWeights(bare)) {
		m, err := w.match(bare)
		return bare, m, a.explain(w, err)
	}
	if opt.Top {
		m, err := w.match(whole)
		return whole, m, a.explain(w, err)
	}
	m, err := w.withoutClassifier(whole, bare).match(bare)
	return bare, m, a.explain(w, err)
}

// withoutClassifier drops the last layers of the file if it has as many as the whole network.
func (w *Weights) withoutClassifier(whole, bare []*layer) *Weights {
	n := len(withWeights(whole))
	if len(w.layers) != n {
		return w
	}
	shorter := *w
	shorter.layers = slices.Clone(w.layers[:len(withWeights(bare))])
	return &shorter
}

// explain says which network a file that does not match belongs to, where it is one of ours.
func (a Architecture) explain(w *Weights, err error) error {
	if err == nil || unreadable(err) {
		return err
	}
	for _, other := range architectures {
		if other.Name != a.Name && other.accepts(w) {
			return fmt.Errorf("%w: they fit %s, not %s", ErrOtherNetwork, other.Name, a.Name)
		}
	}
	return fmt.Errorf("%w than %s: %w", ErrOtherNetwork, a.Name, err)
}

// accepts says whether a file has the architecture's weights, with or without classifier.
func (a Architecture) accepts(w *Weights) bool {
	for _, top := range []bool{true, false} {
		layers, err := a.layers(top)
		if err != nil {
			continue
		}
		if _, err := w.match(layers); err == nil {
			return true
		}
	}
	return false
}

// arrays returns a layer's weights by their roles.
type arrays func(*layer) (map[string][]float32, error)

// arrays reads weights from the file when they are asked for.
func (m matching) arrays(l *layer) (map[string][]float32, error) {
	read := map[string][]float32{}
	for i, a := range m[l] {
		data, err := a.object.Float32s()
		if err != nil {
			return nil, explain(err)
		}
		read[l.weights[i].role] = data
	}
	return read, nil
}

// emit writes the layers as an ONNX model that ends in the last of them. One layer's weights at a time are in memory
// besides the model.
func emit(name string, layers []*layer, weights arrays) ([]byte, error) {
	e := &emitter{b: onnx.NewBuilder(name, onnx.DefaultOpset), value: map[*layer]string{}, pads: map[*layer]pads{}}
	for _, l := range layers {
		var err error
		if e.arrays, err = weights(l); err != nil {
			return nil, fmt.Errorf("layer %s: %w", l.name, err)
		}
		e.value[l] = l.emit(e)
	}
	if e.err != nil {
		return nil, e.err
	}
	model, err := e.b.Model(e.value[layers[len(layers)-1]])
	if err != nil {
		return nil, err
	}
	return onnx.Marshal(model)
}
