package keras

import "github.com/convnet-playground/convnet/internal/onnx"

// separable adds a SeparableConv2D: a depthwise convolution with the window, then one of 1×1 over all channels.
func (n *net) separable(x *layer, name string, c conv) *layer {
	l := n.add("SeparableConv2D", name, x)
	c.over(n, l, x)
	l.c = c.filters
	l.takes("depthwise_kernel", c.kh, c.kw, x.c, 1)
	l.takes("pointwise_kernel", 1, 1, x.c, c.filters)
	if c.bias {
		l.takes("bias", c.filters)
	}
	l.emit = func(e *emitter) string {
		in, win := e.windowed(x, c.window)
		win.Group = int64(x.c)
		depthwise := e.b.Conv(l.name+"/depthwise", in, e.depthwiseKernel(l, "depthwise_kernel"), "", win)
		pointwise := e.kernel(l, "pointwise_kernel")
		return e.activated(l, c.activation, func(out string) string {
			return e.b.Conv(out, depthwise, pointwise, e.bias(l), onnx.Window{})
		})
	}
	return l
}
