package keras

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// multiply adds a Multiply of two maps, one of which may be of a single place: then it is one factor per channel.
func (n *net) multiply(name string, x, y *layer) *layer {
	l := n.add("Multiply", name, x, y)
	if x.h == 1 && x.w == 1 {
		l.h, l.w = y.h, y.w
	} else if y.h != 1 || y.w != 1 {
		n.alike(l, x, y)
	}
	if x.c != y.c && n.err == nil {
		n.err = fmt.Errorf("layer %s multiplies %d channels by %d", l.name, x.c, y.c)
	}
	l.emit = func(e *emitter) string { return e.b.Mul(l.name, e.value[x], e.value[y]) }
	return l
}

// dropout adds a Dropout, which does nothing but in training.
func (n *net) dropout(x *layer, name string) *layer {
	l := n.add("Dropout", name, x)
	l.emit = func(e *emitter) string { return e.b.Identity(l.name, e.value[x]) }
	return l
}

// reshape adds a Reshape between a vector and a map of a single place, where the order of the values cannot matter;
// c channels of h×w other than 1×1 are a mistake. A height of 0 makes a vector.
func (n *net) reshape(x *layer, name string, h, w, c int) *layer {
	l := n.add("Reshape", name, x)
	l.h, l.w, l.c, l.flat = 1, 1, c, h == 0
	if (x.h != 1 || x.w != 1 || x.c != c || max(h, 1) != 1 || max(w, 1) != 1) && n.err == nil {
		n.err = fmt.Errorf("layer %s reshapes %d×%d×%d to %d×%d×%d", l.name, x.h, x.w, x.c, h, w, c)
	}
	l.emit = func(e *emitter) string {
		if l.flat {
			return e.b.Reshape(l.name, e.value[x], 0, int64(c))
		}
		return e.b.Reshape(l.name, e.value[x], 0, int64(c), 1, 1)
	}
	return l
}

// crop adds a Cropping2D.
func (n *net) crop(x *layer, name string, p pads) *layer {
	l := n.add("Cropping2D", name, x)
	n.sized(l, x.h-p[0]-p[2], x.w-p[1]-p[3])
	l.emit = func(e *emitter) string {
		rows := onnx.Range{Axis: 2, Start: int64(p[0]), End: int64(x.h - p[2])}
		columns := onnx.Range{Axis: 3, Start: int64(p[1]), End: int64(x.w - p[3])}
		return e.b.Slice(l.name, e.value[x], rows, columns)
	}
	return l
}
