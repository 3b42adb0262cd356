package keras

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// input adds the InputLayer: a picture of three channels.
func (n *net) input(height, width int) *layer {
	l := n.add("InputLayer", "")
	l.c = 3
	n.sized(l, height, width)
	l.emit = func(e *emitter) string {
		return e.b.Input(l.name, 1, int64(l.c), int64(l.h), int64(l.w))
	}
	return l
}

// batchNorm describes a BatchNormalization.
type batchNorm struct {
	epsilon float32
	noGamma bool // Keras' scale=False
}

// defaultEpsilon is Keras' own.
const defaultEpsilon = 1e-3

func (n *net) batchNorm(x *layer, name string, p batchNorm) *layer {
	l := n.add("BatchNormalization", name, x)
	if !p.noGamma {
		l.takes("gamma", x.c)
	}
	for _, role := range []string{"beta", "moving_mean", "moving_variance"} {
		l.takes(role, x.c)
	}
	l.emit = func(e *emitter) string {
		return e.b.BatchNormalization(l.name, e.value[x], onnx.BatchNorm{
			Scale:    e.gamma(l, p),
			Bias:     e.stored(l, "beta"),
			Mean:     e.stored(l, "moving_mean"),
			Variance: e.stored(l, "moving_variance"),
			Epsilon:  p.epsilon,
		})
	}
	return l
}

// gamma is the stored scale, or ones where the network has none.
func (e *emitter) gamma(l *layer, p batchNorm) string {
	if !p.noGamma {
		return e.stored(l, "gamma")
	}
	ones := make([]float32, l.c)
	for i := range ones {
		ones[i] = 1
	}
	return e.floats(l, "gamma", []int{l.c}, ones)
}

// activation adds an Activation layer.
func (n *net) activation(x *layer, name, function string) *layer {
	return n.activate("Activation", x, name, function)
}

// relu6 adds a ReLU layer that is cut off at 6.
func (n *net) relu6(x *layer, name string) *layer { return n.activate("ReLU", x, name, "relu6") }

func (n *net) activate(class string, x *layer, name, function string) *layer {
	l := n.add(class, name, x)
	l.relu = function == "relu" || function == "relu6"
	l.emit = func(e *emitter) string { return e.function(function, l.name, e.value[x]) }
	return l
}

// maxPool adds a MaxPooling2D. Zeros around a map that is never negative cannot win, so they need not be there: the
// window's own padding, which never wins, says the same and costs nothing.
func (n *net) maxPool(x *layer, name string, w window) *layer {
	return n.pool("MaxPooling2D", x, name, w, func(e *emitter, out string, win onnx.Window) string {
		in := e.value[x]
		if x.class == "ZeroPadding2D" && x.inputs[0].relu {
			in, win = e.windowed(x, w)
		}
		return e.b.MaxPool(out, in, win)
	})
}

// averagePool adds an AveragePooling2D. Padding does not count, in TensorFlow as in ONNX.
func (n *net) averagePool(x *layer, name string, w window) *layer {
	return n.pool("AveragePooling2D", x, name, w, func(e *emitter, out string, win onnx.Window) string {
		return e.b.AveragePool(out, e.value[x], win)
	})
}

func (n *net) pool(class string, x *layer, name string, w window, emit func(*emitter, string, onnx.Window) string) *layer {
	l := n.add(class, name, x)
	w.over(n, l, x)
	l.emit = func(e *emitter) string { return emit(e, l.name, w.onnx(x)) }
	return l
}

// globalAveragePool adds a GlobalAveragePooling2D: one number per channel.
func (n *net) globalAveragePool(x *layer, name string) *layer {
	l := n.add("GlobalAveragePooling2D", name, x)
	l.h, l.w, l.flat = 1, 1, true
	l.emit = func(e *emitter) string {
		return e.b.Flatten(l.name, e.b.GlobalAveragePool(l.name+"/map", e.value[x]), 1)
	}
	return l
}

// zeroPad adds a ZeroPadding2D.
func (n *net) zeroPad(x *layer, name string, p pads) *layer {
	l := n.add("ZeroPadding2D", name, x)
	n.sized(l, x.h+p[0]+p[2], x.w+p[1]+p[3])
	l.emit = func(e *emitter) string {
		e.pads[l] = p
		return e.b.Pad(l.name, e.value[x], [4]int64{int64(p[0]), int64(p[1]), int64(p[2]), int64(p[3])}, 0)
	}
	return l
}

// concatenate joins maps along their channels.
func (n *net) concatenate(name string, xs ...*layer) *layer {
	l := n.add("Concatenate", name, xs...)
	l.c = 0
	for _, x := range xs {
		l.c += x.c
		n.alike(l, xs[0], x)
	}
	l.emit = func(e *emitter) string { return e.b.Concat(l.name, 1, e.values(xs)...) }
	return l
}

// sum adds an Add layer.
func (n *net) sum(name string, x, y *layer) *layer {
	l := n.add("Add", name, x, y)
	n.alike(l, x, y)
	if x.c != y.c && n.err == nil {
		n.err = fmt.Errorf("layer %s adds %d channels to %d", l.name, x.c, y.c)
	}
	l.emit = func(e *emitter) string { return e.b.Add(l.name, e.value[x], e.value[y]) }
	return l
}

func (n *net) alike(l, x, y *layer) {
	if (x.h != y.h || x.w != y.w) && n.err == nil {
		n.err = fmt.Errorf("layer %s joins maps of %d×%d and %d×%d", l.name, x.h, x.w, y.h, y.w)
	}
}

// flatten turns a map into a vector in Keras' order: row by row, the channels of a place side by side.
func (n *net) flatten(x *layer, name string) *layer {
	l := n.add("Flatten", name, x)
	l.h, l.w, l.c, l.flat = 1, 1, x.h*x.w*x.c, true
	l.emit = func(e *emitter) string {
		return e.b.Flatten(l.name, e.b.Transpose(l.name+"/nhwc", e.value[x], 0, 2, 3, 1), 1)
	}
	return l
}

// dense adds a Dense layer with a bias.
func (n *net) dense(x *layer, name string, units int, activation string) *layer {
	l := n.add("Dense", name, x)
	l.c = units
	l.takes("kernel", x.c, units)
	l.takes("bias", units)
	l.emit = func(e *emitter) string {
		kernel := e.stored(l, "kernel")
		return e.activated(l, activation, func(out string) string {
			return e.b.Gemm(out, e.value[x], kernel, e.bias(l), false)
		})
	}
	return l
}
