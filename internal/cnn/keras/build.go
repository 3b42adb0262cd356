package keras

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// BuildOptions says what to build.
type BuildOptions struct {
	Top           bool   // with the classifier, if the file has its weights and the input's size allows it
	Height, Width int    // of the input; 0 is the size the network was trained on
	Name          string // of the model; "" is the architecture's
}

// Build makes an architecture's network from weights. Where Keras has defined the network more than once, the names of
// the file's layers decide which definition it is.
func Build(arch string, w *Weights, opt BuildOptions) (*cnn.Network, error) {
	a, err := find(arch)
	if err != nil {
		return nil, err
	}
	v, layers, m, err := a.chosen(w, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.File, err)
	}
	return v.network(w, layers, m, opt)
}

// chosen is the variant of the architecture that the file belongs to, with the layers that are wanted and their weights.
func (a Architecture) chosen(w *Weights, opt BuildOptions) (Architecture, []*layer, matching, error) {
	var first error
	for _, v := range a.candidates(w) {
		layers, m, err := v.matched(w, opt)
		if err == nil {
			return v, layers, m, nil
		}
		first = cmp.Or(first, err)
	}
	return a, nil, nil, first
}

// candidates lists the variants of an architecture of whose layers the file names most. A file that names none of them
// leaves all: then the order of its arrays decides, since by their shapes only one of the orders can be right.
func (a Architecture) candidates(w *Weights) []Architecture {
	var best []Architecture
	most := 0
	for _, v := range architectures {
		if v.Name != a.Name {
			continue
		}
		switch n := v.named(w); {
		case n > most:
			best, most = []Architecture{v}, n
		case n == most:
			best = append(best, v)
		}
	}
	return best
}

// named counts the layers of the architecture that the file has under their names.
func (a Architecture) named(w *Weights) (count int) {
	layers, err := a.layers(true)
	if err != nil {
		return 0
	}
	stored := map[string]bool{}
	for _, s := range w.layers {
		stored[canonical(s.name)] = true
	}
	for _, l := range withWeights(layers) {
		if !l.auto && stored[canonical(l.name)] {
			count++
		}
	}
	return count
}

// network builds the graph of layers whose weights have been found.
func (a Architecture) network(w *Weights, layers []*layer, m matching, opt BuildOptions) (*cnn.Network, error) {
	data, err := emit(a.id(), layers, m.arrays)
	if err != nil {
		return nil, fmt.Errorf("build %s from %s: %w", a.Name, w.File, err)
	}
	manifest := a.manifest(layers)
	manifest.Name = cmp.Or(opt.Name, manifest.Name)
	manifest.Provenance = w.provenance(a)
	return &cnn.Network{Manifest: manifest, ONNX: data}, manifest.Validate()
}

// matched decides whether the file has a classifier, which its number of layers tells, and finds the weights of the
// layers that are wanted.
func (a Architecture) matched(w *Weights, opt BuildOptions) ([]*layer, matching, error) {
	layers, err := a.fitting(opt)
	if err != nil {
		return nil, nil, err
	}
	opt.Top = false
	bare, err := a.fitting(opt)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(w.layers) == len(withWeights(bare)):
		layers = bare
	case len(layers) == len(bare):
		w = a.withoutClassifier(w, bare)
	}
	m, err := w.match(layers)
	return layers, m, a.explain(w, err)
}

// withoutClassifier drops the last layers of the file if it has as many as the whole network.
func (a Architecture) withoutClassifier(w *Weights, bare []*layer) *Weights {
	whole, err := a.layers(true)
	if err != nil || len(w.layers) != len(withWeights(whole)) {
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
		data, err := a.read()
		if err != nil {
			return nil, explain(err)
		}
		read[l.weights[i].role] = data
	}
	return read, nil
}

// emit writes the layers as an ONNX model that ends in the last of them. One layer's weights at a time are in memory
// besides the model. Without weights it is a skeleton.
func emit(name string, layers []*layer, weights arrays) ([]byte, error) {
	model, err := graph(name, layers, weights)
	if err != nil {
		return nil, err
	}
	return onnx.Marshal(model)
}

func graph(name string, layers []*layer, weights arrays) (*onnxpb.ModelProto, error) {
	e := &emitter{
		b: onnx.NewBuilder(name, onnx.DefaultOpset), skeleton: weights == nil,
		value: map[*layer]string{}, pads: map[*layer]pads{},
	}
	for _, l := range layers {
		if weights != nil {
			var err error
			if e.arrays, err = weights(l); err != nil {
				return nil, fmt.Errorf("layer %s: %w", l.name, err)
			}
		}
		e.value[l] = l.emit(e)
	}
	if e.err != nil {
		return nil, e.err
	}
	return e.b.Model(e.value[layers[len(layers)-1]])
}
