package keras

import "math"

// The operations once more, slowly and in NHWC as TensorFlow defines them, to hold the graph against.

// hwc is a feature map, or a vector when h and w are 1.
type hwc struct {
	h, w, c int
	v       []float64
}

func newHWC(h, w, c int) hwc { return hwc{h, w, c, make([]float64, h*w*c)} }

func (m hwc) at(y, x, c int) *float64 { return &m.v[(y*m.w+x)*m.c+c] }

func (m hwc) each(f func(v float64, c int) float64) hwc {
	out := newHWC(m.h, m.w, m.c)
	for i, v := range m.v {
		out.v[i] = f(v, i%m.c)
	}
	return out
}

// slide calls visit for every place of the output and every place of the input under the window there.
func (m hwc) slide(w window, channels int, visit func(out hwc, oy, ox, y, x, ky, kx int)) hwc {
	oh, top := along(m.h, w.kh, w.stride, w.same)
	ow, left := along(m.w, w.kw, w.stride, w.same)
	out := newHWC(oh, ow, channels)
	for oy := range oh {
		for ox := range ow {
			for ky := range w.kh {
				for kx := range w.kw {
					y, x := oy*w.stride+ky-top, ox*w.stride+kx-left
					if y >= 0 && x >= 0 && y < m.h && x < m.w {
						visit(out, oy, ox, y, x, ky, kx)
					}
				}
			}
		}
	}
	return out
}

// along is TensorFlow's rule for one dimension: the output's length and the padding before.
func along(size, kernel, stride int, same bool) (out, before int) {
	if !same {
		return (size - kernel + stride) / stride, 0
	}
	out = int(math.Ceil(float64(size) / float64(stride)))
	if size%stride == 0 {
		return out, max(kernel-stride, 0) / 2
	}
	return out, max(kernel-size%stride, 0) / 2
}

func (m hwc) conv(w window, filters int, kernel []float32) hwc {
	return m.slide(w, filters, func(out hwc, oy, ox, y, x, ky, kx int) {
		for c := range m.c {
			for f := range filters {
				*out.at(oy, ox, f) += *m.at(y, x, c) * float64(kernel[((ky*w.kw+kx)*m.c+c)*filters+f])
			}
		}
	})
}

func (m hwc) depthwise(w window, kernel []float32) hwc {
	return m.slide(w, m.c, func(out hwc, oy, ox, y, x, ky, kx int) {
		for c := range m.c {
			*out.at(oy, ox, c) += *m.at(y, x, c) * float64(kernel[(ky*w.kw+kx)*m.c+c])
		}
	})
}

func (m hwc) maxPool(w window) hwc {
	seen := map[*float64]bool{}
	return m.slide(w, m.c, func(out hwc, oy, ox, y, x, _, _ int) {
		for c := range m.c {
			to, v := out.at(oy, ox, c), *m.at(y, x, c)
			if !seen[to] || v > *to {
				*to, seen[to] = v, true
			}
		}
	})
}

func (m hwc) averagePool(w window) hwc {
	count := map[*float64]float64{}
	out := m.slide(w, m.c, func(out hwc, oy, ox, y, x, _, _ int) {
		for c := range m.c {
			*out.at(oy, ox, c) += *m.at(y, x, c)
			count[out.at(oy, ox, c)]++
		}
	})
	for i := range out.v {
		out.v[i] /= count[&out.v[i]]
	}
	return out
}

func (m hwc) pad(p pads) hwc {
	out := newHWC(m.h+p[0]+p[2], m.w+p[1]+p[3], m.c)
	for y := range m.h {
		for x := range m.w {
			for c := range m.c {
				*out.at(y+p[0], x+p[1], c) = *m.at(y, x, c)
			}
		}
	}
	return out
}

func (m hwc) dense(units int, kernel []float32) hwc {
	out := newHWC(1, 1, units)
	for i, v := range m.v {
		for j := range units {
			out.v[j] += v * float64(kernel[i*units+j])
		}
	}
	return out
}

func (m hwc) add(bias []float32) hwc {
	return m.each(func(v float64, c int) float64 { return v + float64(bias[c]) })
}
