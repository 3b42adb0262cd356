package keras

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
)

// Describe returns an architecture's manifest with its classifier; it needs no weights.
func Describe(name string) (cnn.Manifest, error) {
	a, err := find(name)
	if err != nil {
		return cnn.Manifest{}, err
	}
	layers, err := a.layers(true)
	if err != nil {
		return cnn.Manifest{}, err
	}
	return a.manifest(layers), nil
}

// layers builds the architecture's books.
func (a Architecture) layers(top bool) ([]*layer, error) {
	n := &net{}
	output := a.build(n, n.input(a.InputSize, a.InputSize), top)
	return keepBooks(output), n.check()
}

func (a Architecture) manifest(layers []*layer) cnn.Manifest {
	last := layers[len(layers)-1]
	m := cnn.Manifest{
		Name: a.Name, Title: a.Title, Output: last.name,
		DefaultLayers: slices.Clone(a.DefaultLayers),
	}
	if last.flat && last.c == imageNetClasses {
		m.Classes = imageNetLabels()
	}
	in := layers[0]
	m.Input = cnn.Input{Name: in.name, Height: in.h, Width: in.w, Channels: in.c, Preprocess: a.Preprocess}
	for i, l := range layers {
		m.Parameters += l.parameters()
		m.Layers = append(m.Layers, cnn.Layer{
			Name: l.name, Type: l.class, Index: i,
			Channels: l.c, Height: l.h, Width: l.w,
			Parameters: l.parameters(), Value: l.name,
		})
	}
	return m
}
