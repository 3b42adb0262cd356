package cnn

import (
	"fmt"
	"slices"
	"strings"
)

// passive lists the layer types whose output says nothing that the layer before them does not say already:
// "all" leaves them out.
var passive = []string{
	"InputLayer", "ZeroPadding2D", "Cropping2D", "Dropout", "Flatten", "Reshape", "Rescaling", "Normalization",
}

// SelectLayers turns what a user wrote into layers, in network order and each once: "default" (or nothing) are the
// manifest's default layers, "all" every layer that computes something, anything else a comma-separated list of names.
func (m *Manifest) SelectLayers(spec string) ([]Layer, error) {
	switch strings.TrimSpace(spec) {
	case "", "default":
		return m.named(m.DefaultLayers)
	case "all":
		return m.active(), nil
	}
	return m.named(strings.Split(spec, ","))
}

func (m *Manifest) active() []Layer {
	var layers []Layer
	for _, l := range m.Layers {
		if !slices.Contains(passive, l.Type) {
			layers = append(layers, l)
		}
	}
	return layers
}

func (m *Manifest) named(names []string) ([]Layer, error) {
	var layers []Layer
	for _, name := range names {
		name = strings.TrimSpace(name)
		l, ok := m.Layer(name)
		if !ok {
			return nil, m.unknownLayer(name)
		}
		if !slices.Contains(layers, l) {
			layers = append(layers, l)
		}
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("model %s has no default layers; name some of its layers, or say all", m.Name)
	}
	slices.SortStableFunc(layers, func(a, b Layer) int { return a.Index - b.Index })
	return layers, nil
}

func (m *Manifest) unknownLayer(name string) error {
	if name == "" {
		return fmt.Errorf("empty layer name; separate the names of %s's layers by single commas", m.Name)
	}
	names := make([]string, len(m.Layers))
	for i, l := range m.Layers {
		names[i] = l.Name
	}
	return fmt.Errorf("model %s has no layer %q%s; \"convnet models show %s\" lists its layers",
		m.Name, name, DidYouMean(name, names), m.Name)
}
