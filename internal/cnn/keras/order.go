package keras

import "slices"

// keepBooks returns the layers that the output depends on in the order of Keras' model.layers: by decreasing distance
// from the output, and at equal distance in the order in which a depth-first walk from the output first meets them.
// Indexes and weight files follow this order, which is not that of creation where a network branches.
func keepBooks(output *layer) []*layer {
	w := &walk{met: map[*layer]int{}, done: map[*layer]bool{}}
	w.visit(output)
	depth := map[*layer]int{}
	for _, l := range slices.Backward(w.finished) {
		for _, x := range l.inputs {
			depth[x] = max(depth[x], depth[l]+1)
		}
	}
	layers := slices.Clone(w.finished)
	slices.SortFunc(layers, func(a, b *layer) int {
		if depth[a] != depth[b] {
			return depth[b] - depth[a]
		}
		return w.met[a] - w.met[b]
	})
	return layers
}

type walk struct {
	met      map[*layer]int // order of first meeting
	done     map[*layer]bool
	finished []*layer // every layer after all its inputs
}

func (w *walk) visit(l *layer) {
	if w.done[l] {
		return
	}
	if _, met := w.met[l]; !met {
		w.met[l] = len(w.met)
	}
	for _, x := range l.inputs {
		w.visit(x)
	}
	w.done[l] = true
	w.finished = append(w.finished, l)
}
