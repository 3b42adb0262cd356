package keras

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// layer is one layer of a network under construction.
type layer struct {
	name    string
	class   string // Keras' class name
	auto    bool   // the name was made up by counting, as Keras does for layers without one
	inputs  []*layer
	h, w, c int
	flat    bool // the output is a vector of c numbers
	relu    bool // the output is never negative
	weights []weight
	emit    func(*emitter) string // adds the layer's nodes, returns the value that holds its output
}

// weight is one of a layer's arrays, in the order in which Keras keeps them.
type weight struct {
	role  string // the last word of Keras' name: kernel, bias, gamma, …
	shape []int
}

func (w weight) size() int {
	n := 1
	for _, d := range w.shape {
		n *= d
	}
	return n
}

func (l *layer) parameters() (n int64) {
	for _, w := range l.weights {
		n += int64(w.size())
	}
	return n
}

func (l *layer) takes(role string, shape ...int) {
	l.weights = append(l.weights, weight{role, shape})
}

// net collects layers in the order of their creation. After the first mistake it goes on, so that architectures need
// no error handling, and reports the mistake in the end.
type net struct {
	layers []*layer
	counts map[string]int
	err    error
}

// add appends a layer whose output is, until told otherwise, shaped like its first input.
func (n *net) add(class, name string, inputs ...*layer) *layer {
	l := &layer{name: name, class: class, inputs: inputs}
	if name == "" {
		l.name, l.auto = n.automatic(class), true
	}
	if len(inputs) > 0 {
		l.h, l.w, l.c, l.flat = inputs[0].h, inputs[0].w, inputs[0].c, inputs[0].flat
	}
	n.layers = append(n.layers, l)
	return l
}

// automatic names a layer as Keras 2 does: the class in snake case and how many of it there are so far.
func (n *net) automatic(class string) string {
	if n.counts == nil {
		n.counts = map[string]int{}
	}
	name := snakeCase(class)
	if class == "InputLayer" {
		name = "input"
	}
	n.counts[name]++
	return fmt.Sprintf("%s_%d", name, n.counts[name])
}

// snakeCase turns ZeroPadding2D into zero_padding2d.
func snakeCase(class string) string {
	var b strings.Builder
	runes := []rune(class)
	for i, r := range runes {
		starts := i > 0 && unicode.IsUpper(r) && unicode.IsLower(runes[i-1])
		if starts || i > 0 && unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// sized sets a map's height and width. A map that shrinks to nothing is a mistake: the input is too small.
func (n *net) sized(l *layer, h, w int) {
	if (h < 1 || w < 1) && n.err == nil {
		n.err = fmt.Errorf("the input is too small: layer %s would have no output", l.name)
	}
	l.h, l.w = max(h, 1), max(w, 1)
}

// check reports what is wrong with the network as a whole.
func (n *net) check() error {
	names := map[string]bool{}
	for _, l := range n.layers {
		if names[l.name] {
			return errors.Join(n.err, fmt.Errorf("two layers are named %s", l.name))
		}
		names[l.name] = true
	}
	return n.err
}
