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

// layers builds the architecture's books at the size it was trained on.
func (a Architecture) layers(top bool) ([]*layer, error) {
	return a.sized(a.InputSize, a.InputSize, top)
}

// sized builds the architecture's books for an input of the given size.
func (a Architecture) sized(height, width int, top bool) ([]*layer, error) {
	n := &net{}
	output := a.build(n, n.input(height, width), top)
	return keepBooks(output), n.check()
}

// fitting builds the architecture's books as the options ask for. At a size where the classifier's weights do not fit,
// because it looks at every place of the last map through a weight of its own, there is none.
func (a Architecture) fitting(opt BuildOptions) ([]*layer, error) {
	height, width, err := a.size(opt.Height, opt.Width)
	if err != nil {
		return nil, err
	}
	layers, err := a.sized(height, width, opt.Top)
	if err != nil || !opt.Top {
		return layers, err
	}
	trained, err := a.layers(true)
	if err != nil || flattened(layers) == flattened(trained) {
		return layers, err
	}
	return a.sized(height, width, false)
}

// flattened is the length of the vector that a Flatten makes of the last map, 0 without one.
func flattened(layers []*layer) int {
	i := slices.IndexFunc(layers, func(l *layer) bool { return l.class == "Flatten" })
	if i < 0 {
		return 0
	}
	return layers[i].c
}

func (a Architecture) manifest(layers []*layer) cnn.Manifest {
	last := layers[len(layers)-1]
	m := cnn.Manifest{
		Name: a.Name, Title: a.Title, Architecture: a.id(), Output: last.name,
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
