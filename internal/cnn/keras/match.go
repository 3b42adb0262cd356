package keras

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrOtherNetwork is wrapped by errors about a file that holds the weights of another network.
var ErrOtherNetwork = errors.New("these are the weights of another network")

// matching says which arrays of a file belong to which layer of a network, in the order of the layer's weights.
type matching map[*layer][]array

// match finds the weights of the given layers in the file, by Keras' rules: if every layer has a name and the file has
// them all, by name; otherwise by order among the layers with weights. Every array's shape must fit.
func (w *Weights) match(layers []*layer) (matching, error) {
	weighted := withWeights(layers)
	if len(weighted) != len(w.layers) {
		return nil, fmt.Errorf("%d layers of the file have weights, %d of the network", len(w.layers), len(weighted))
	}
	byName := w.byName(weighted)
	m := matching{}
	for i, l := range weighted {
		stored := w.layers[i]
		if byName != nil {
			stored = byName[l]
		}
		arrays, err := stored.fit(l)
		if err != nil {
			return nil, err
		}
		m[l] = arrays
	}
	return m, nil
}

func withWeights(layers []*layer) []*layer {
	return slices.DeleteFunc(slices.Clone(layers), func(l *layer) bool { return len(l.weights) == 0 })
}

// byName pairs layers with the stored ones of their name, or returns nil if that cannot be done: made-up names say
// nothing, since they depend on what else Keras had built before.
func (w *Weights) byName(layers []*layer) map[*layer]storedLayer {
	stored := map[string]storedLayer{}
	for _, s := range w.layers {
		stored[canonical(s.name)] = s
	}
	pairs := map[*layer]storedLayer{}
	for _, l := range layers {
		s, ok := stored[canonical(l.name)]
		if !ok || l.auto {
			return nil
		}
		pairs[l] = s
	}
	return pairs
}

// canonical makes names equal that differ only in how a version of Keras wrote them: conv1/conv and conv1_conv.
func canonical(name string) string { return strings.ReplaceAll(name, "/", "_") }

// fit returns the stored layer's arrays in the order of the network's layer.
func (s storedLayer) fit(l *layer) ([]array, error) {
	if len(s.arrays) != len(l.weights) {
		return nil, fmt.Errorf("layer %s has %d arrays (%s) in the network, but %s has %d in the file",
			l.name, len(l.weights), roles(l), s.name, len(s.arrays))
	}
	names := s.ordered(l)
	arrays := make([]array, len(names))
	for i, name := range names {
		a, err := s.open(name)
		if err != nil {
			return nil, err
		}
		if want := l.weights[i]; !slices.Equal(a.shape, want.shape) {
			return nil, fmt.Errorf("layer %s: the %s is %s in the network, but %s is %s in the file",
				l.name, want.role, times(want.shape), name, times(a.shape))
		}
		arrays[i] = a
	}
	return arrays, nil
}

// ordered sorts the stored names by the roles they state; if they state others, their own order counts, as in Keras.
func (s storedLayer) ordered(l *layer) []string {
	names := make([]string, len(l.weights))
	for i, w := range l.weights {
		at := slices.IndexFunc(s.arrays, func(name string) bool { return role(name) == w.role })
		if at < 0 {
			return s.arrays
		}
		names[i] = s.arrays[at]
	}
	return names
}

func roles(l *layer) string {
	var names []string
	for _, w := range l.weights {
		names = append(names, w.role)
	}
	return strings.Join(names, ", ")
}

// times writes a shape as people do: 3×3×64×128.
func times(shape []int) string {
	if len(shape) == 0 {
		return "a single number"
	}
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "×")
}
