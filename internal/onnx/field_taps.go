package onnx

// Routes of operators that read, for every unit of the output, some units of the input side by side.

// taps are the units that one unit of the output reads: count of them from first on, step apart. Those before the
// first or behind the last unit there is are padding.
type taps struct{ first, step, count int64 }

// lens is what units far from any border read, in units of the input.
type lens struct {
	place  float64 // the middle of what unit 0 reads
	reach  float64 // from the first to the last
	stride float64 // from one unit to the next
}

// through moves an axis along an operator whose output has that many units.
func (a axis) through(units int64, l lens, read func(unit int64) taps) axis {
	if units > maxTraced {
		return a.collapsed()
	}
	moved := axis{at: a.at, whole: a.whole, seen: make([]span, units)}
	for y := range moved.seen {
		moved.seen[y] = a.reading(read(int64(y)))
	}
	moved.centre = a.centre + l.place*a.stride
	moved.reach = a.reach + l.reach*a.stride
	moved.stride = a.stride * l.stride
	return moved
}

// reading is what one unit sees through its taps.
func (a axis) reading(t taps) span {
	var all span
	for i := max(0, ceilDiv(-t.first, t.step)); i < t.count; i++ {
		tap := t.first + i*t.step
		if tap >= int64(len(a.seen)) {
			break
		}
		all = all.join(a.seen[tap])
	}
	return all
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }

// slide is the route below a sliding window.
func (s *step) slide(a axis) axis {
	i := a.at - 2
	kernel, _ := intsAttribute(s.NodeProto, "kernel_shape")
	if s.GetOpType() == "Conv" {
		kernel = s.in[1].dims[2:]
	}
	w, err := windowOf(&s.node, kernel, len(s.dims)-2)
	if err != nil || i < 0 || s.from != 0 {
		return a.collapsed()
	}
	before := w.before(i, int64(len(a.seen)), s.dims[a.at])
	reach := float64((w.kernel[i] - 1) * w.dilation[i])
	l := lens{place: reach/2 - float64(before), reach: reach, stride: float64(w.stride[i])}
	return a.through(s.dims[a.at], l, func(y int64) taps {
		return taps{y*w.stride[i] - before, w.dilation[i], w.kernel[i]}
	})
}

// before is the padding in front of dimension i.
func (w window) before(i int, size, out int64) int64 {
	reach := (w.kernel[i]-1)*w.dilation[i] + 1
	total := max((out-1)*w.stride[i]+reach-size, 0)
	switch w.auto {
	case "VALID":
		return 0
	case "SAME_UPPER":
		return total / 2
	case "SAME_LOWER":
		return total - total/2
	}
	return w.begin[i]
}

// unslide is the route of a transposed convolution: unit i of the input meets place k of the kernel in unit
// stride·i - padding + k·dilation of the output.
func (s *step) unslide(a axis) axis {
	i := a.at - 2
	w, err := transposedOf(&s.node)
	if err != nil || i < 0 || s.from != 0 {
		return a.collapsed()
	}
	stride, begin, kernel, dilation := w.stride[i], w.begin[i], w.kernel[i], w.dilation[i]
	every := stride / gcd(stride, dilation) // of so many places of the kernel one meets a given unit of the output
	if every > maxTraced {
		return a.collapsed()
	}
	step := dilation * every / stride
	middle := float64(begin) - float64((kernel-1)*dilation)/2
	l := lens{place: middle / float64(stride), reach: float64((kernel - 1) / every * step), stride: 1 / float64(stride)}
	return a.through(s.dims[a.at], l, func(y int64) taps {
		for k := kernel - 1; k >= max(0, kernel-every); k-- {
			if from := y + begin - k*dilation; from%stride == 0 {
				return taps{from / stride, step, k/every + 1}
			}
		}
		return taps{0, 1, 0}
	})
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// pool is the route of a pooling of the whole map.
func (s *step) pool(a axis) axis {
	if a.at < 2 {
		return a // over other axes than these
	}
	return a.collapsed()
}

// block is the route of a SpaceToDepth: squares of units become one unit with more channels.
func (s *step) block(a axis) axis {
	size := intAttribute(s.NodeProto, "blocksize", 1)
	if a.at < 2 || size < 1 {
		return a.collapsed()
	}
	l := lens{place: float64(size-1) / 2, reach: float64(size - 1), stride: float64(size)}
	return a.through(s.dims[a.at], l, func(y int64) taps { return taps{y * size, 1, size} })
}

// unblock is the route of a DepthToSpace.
func (s *step) unblock(a axis) axis {
	size := intAttribute(s.NodeProto, "blocksize", 1)
	if a.at < 2 || size < 1 {
		return a.collapsed()
	}
	l := lens{place: -float64(size-1) / 2 / float64(size), stride: 1 / float64(size)}
	return a.through(s.dims[a.at], l, func(y int64) taps { return taps{y / size, 1, 1} })
}
