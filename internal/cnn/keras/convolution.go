package keras

import "github.com/convnet-playground/convnet/internal/onnx"

// conv describes a convolution; the zero activation is linear.
type conv struct {
	filters int // not for depthwise ones
	window
	bias       bool
	activation string
}

// conv adds a Conv2D.
func (n *net) conv(x *layer, name string, c conv) *layer {
	l := n.add("Conv2D", name, x)
	c.over(n, l, x)
	l.c = c.filters
	l.takes("kernel", c.kh, c.kw, x.c, c.filters)
	if c.bias {
		l.takes("bias", c.filters)
	}
	l.emit = func(e *emitter) string {
		in, win := e.windowed(x, c.window)
		kernel := e.kernel(l, "kernel")
		return e.activated(l, c.activation, func(out string) string {
			return e.b.Conv(out, in, kernel, e.bias(l), win)
		})
	}
	return l
}

// depthwise adds a DepthwiseConv2D with one kernel per channel.
func (n *net) depthwise(x *layer, name string, c conv) *layer {
	l := n.add("DepthwiseConv2D", name, x)
	c.over(n, l, x)
	l.takes("depthwise_kernel", c.kh, c.kw, x.c, 1)
	if c.bias {
		l.takes("bias", x.c)
	}
	l.emit = func(e *emitter) string {
		in, win := e.windowed(x, c.window)
		win.Group = int64(x.c)
		kernel := e.depthwiseKernel(l, "depthwise_kernel")
		return e.activated(l, c.activation, func(out string) string {
			return e.b.Conv(out, in, kernel, e.bias(l), win)
		})
	}
	return l
}

// windowed returns what a window slides over and how. Zeros that a ZeroPadding2D has put around the map become padding
// of the window itself, which spares the runtime a copy of the map; they must mean the same there.
func (e *emitter) windowed(x *layer, w window) (string, onnx.Window) {
	win := w.onnx(x)
	if x.class != "ZeroPadding2D" || w.same {
		return e.value[x], win
	}
	for i, p := range e.pads[x] {
		win.Pads[i] = int64(p)
	}
	return e.value[x.inputs[0]], win
}

// kernel adds a convolution's kernel: height × width × in × out becomes out × in × height × width.
func (e *emitter) kernel(l *layer, role string) string {
	data, s := e.array(l, role)
	h, w, in, out := s[0], s[1], s[2], s[3]
	turned := transpose(data, s, [4]int{3, 2, 0, 1})
	return e.floats(l, role, []int{out, in, h, w}, turned)
}

// depthwiseKernel adds a depthwise kernel: height × width × in × multiplier becomes in·multiplier × 1 × height × width.
func (e *emitter) depthwiseKernel(l *layer, role string) string {
	data, s := e.array(l, role)
	h, w, in, multiplier := s[0], s[1], s[2], s[3]
	turned := transpose(data, s, [4]int{2, 3, 0, 1})
	return e.floats(l, role, []int{in * multiplier, 1, h, w}, turned)
}

// bias adds the layer's bias, if it has one.
func (e *emitter) bias(l *layer) string {
	for _, w := range l.weights {
		if w.role == "bias" {
			return e.stored(l, "bias")
		}
	}
	return ""
}

// transpose reorders the axes of a four-dimensional array: axis i of the result is axis order[i] of the source.
func transpose(data []float32, shape []int, order [4]int) []float32 {
	if data == nil {
		return nil // of a skeleton
	}
	strides := [4]int{shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1}
	var n, step [4]int
	for i, axis := range order {
		n[i], step[i] = shape[axis], strides[axis]
	}
	out := make([]float32, 0, len(data))
	for a := range n[0] {
		for b := range n[1] {
			for c := range n[2] {
				at := a*step[0] + b*step[1] + c*step[2]
				for d := range n[3] {
					out = append(out, data[at+d*step[3]])
				}
			}
		}
	}
	return out
}
