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

// match finds the weights of the given layers in the file, by name where names mean something and otherwise by order
// among the layers with weights, as Keras does. Every array's shape must fit.
func (w *Weights) match(layers []*layer) (matching, error) {
	weighted := withWeights(layers)
	if len(weighted) != len(w.layers) {
		return nil, fmt.Errorf("%d layers of the file have weights, %d of the network", len(w.layers), len(weighted))
	}
	m := matching{}
	for i, stored := range w.paired(weighted) {
		l := weighted[i]
		arrays, err := stored.fit(l)
		if err != nil && !unreadable(err) && canonical(stored.name) != canonical(l.name) {
			err = fmt.Errorf("%w (%s and %s were paired by their order, since the names do not tell)", err, l.name, stored.name)
		}
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

// paired returns the file's layers in the order of the network's. If the file has every layer that has a name of its
// own, these go by name. What is left goes by order: made-up names say nothing, since they depend on what else Keras had
// built before.
func (w *Weights) paired(layers []*layer) []storedLayer {
	place := map[string]int{}
	for i, s := range w.layers {
		place[canonical(s.name)] = i
	}
	pairs, taken := make([]storedLayer, len(layers)), make([]bool, len(layers))
	for i, l := range layers {
		if l.auto {
			continue
		}
		at, ok := place[canonical(l.name)]
		if !ok || taken[at] {
			return w.layers
		}
		pairs[i], taken[at] = w.layers[at], true
	}
	next := 0
	for i, l := range layers {
		if !l.auto {
			continue
		}
		for taken[next] {
			next++
		}
		pairs[i], next = w.layers[next], next+1
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

// ordered sorts the stored names by the roles they state; if they state others (Keras 1 wrote conv1_W_1:0), their own
// order counts, as in Keras.
func (s storedLayer) ordered(l *layer) []string {
	names := make([]string, len(l.weights))
	for i, w := range l.weights {
		at := slices.IndexFunc(s.arrays, func(name string) bool { return states(name, w.role) })
		if at < 0 {
			return s.arrays
		}
		names[i] = s.arrays[at]
	}
	return names
}

// states says whether an array's name ends in a role: conv1/kernel:0 or, older, conv1_kernel:0.
func states(name, as string) bool { return role(name) == as || strings.HasSuffix(role(name), "_"+as) }

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
