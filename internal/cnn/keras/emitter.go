package keras

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// emitter turns layers into nodes of a graph. A layer's output has the layer's name; where an activation is part of the
// layer, what comes before it is called <name>/linear.
type emitter struct {
	b        *onnx.Builder
	skeleton bool              // there are no weights, only their shapes
	value    map[*layer]string // the value that holds a layer's output
	pads     map[*layer]pads   // of ZeroPadding2D layers
	arrays   map[string][]float32
	err      error
}

// array returns one of the arrays of the layer that is being emitted, with its shape.
func (e *emitter) array(l *layer, role string) ([]float32, []int) {
	for _, w := range l.weights {
		if w.role == role {
			return e.arrays[role], w.shape
		}
	}
	e.fail(fmt.Errorf("layer %s has no %s", l.name, role))
	return nil, []int{0, 0, 0, 0}
}

func (e *emitter) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// floats adds a weight to the graph; in a skeleton, where there is no data, its shape.
func (e *emitter) floats(l *layer, role string, shape []int, data []float32) string {
	dims := make([]int64, len(shape))
	for i, d := range shape {
		dims[i] = int64(d)
	}
	if e.skeleton && data == nil {
		return e.b.External(l.name+"/"+role, dims)
	}
	return e.b.Floats(l.name+"/"+role, dims, data)
}

// stored adds a weight as it is.
func (e *emitter) stored(l *layer, role string) string {
	data, shape := e.array(l, role)
	return e.floats(l, role, shape, data)
}

func (e *emitter) values(layers []*layer) []string {
	names := make([]string, len(layers))
	for i, l := range layers {
		names[i] = e.value[l]
	}
	return names
}

// activated adds a layer's operation and the activation that is part of it.
func (e *emitter) activated(l *layer, function string, operation func(out string) string) string {
	if function == "" {
		return operation(l.name)
	}
	return e.function(function, l.name, operation(l.name+"/linear"))
}

// function adds an activation function by Keras' name.
func (e *emitter) function(name, out, x string) string {
	switch name {
	case "relu":
		return e.b.Relu(out, x)
	case "relu6":
		return e.b.Clip(out, x, 0, 6)
	case "sigmoid":
		return e.b.Sigmoid(out, x)
	case "swish":
		return e.b.Mul(out, x, e.b.Sigmoid(out+"/gate", x))
	case "softmax":
		return e.b.Softmax(out, x, 1) // over the channels, of a vector as of a map
	}
	e.fail(fmt.Errorf("no activation is called %q", name))
	return x
}
