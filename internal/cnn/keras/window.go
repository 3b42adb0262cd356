package keras

import "github.com/convnet-playground/convnet/internal/onnx"

// window is a kernel that slides over a map, by TensorFlow's rules.
type window struct {
	kh, kw, stride int
	same           bool
}

func square(size, stride int, same bool) window { return window{size, size, stride, same} }

// out is the length of one dimension after the window has passed over it.
func (w window) out(size, kernel int) int {
	if w.same {
		return (size + w.stride - 1) / w.stride
	}
	return (size-kernel)/w.stride + 1
}

// over sets the output size of l to that of the window over its input x.
func (w window) over(n *net, l, x *layer) {
	if !w.same && (x.h < w.kh || x.w < w.kw) {
		n.sized(l, 0, 0)
		return
	}
	n.sized(l, w.out(x.h, w.kh), w.out(x.w, w.kw))
}

// onnx says the same to the graph builder, for an input of the given size.
func (w window) onnx(x *layer) onnx.Window {
	stride := int64(w.stride)
	win := onnx.Window{Kernel: [2]int64{int64(w.kh), int64(w.kw)}, Stride: [2]int64{stride, stride}}
	if w.same {
		win.Pads[0], win.Pads[2] = onnx.SamePads(int64(x.h), int64(w.kh), stride, 1)
		win.Pads[1], win.Pads[3] = onnx.SamePads(int64(x.w), int64(w.kw), stride, 1)
	}
	return win
}

// pads is an explicit padding: top, left, bottom, right.
type pads [4]int

func around(n int) pads { return pads{n, n, n, n} }

// correctPad is Keras' padding before a "valid" convolution of stride 2, which depends on whether the size is odd.
func correctPad(x *layer, kernel int) pads {
	half := kernel / 2
	return pads{half - (1 - x.h%2), half - (1 - x.w%2), half, half}
}
