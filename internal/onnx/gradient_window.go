package onnx

import "math"

// Derivatives of convolutions, which are convolutions the other way round.

// conv: a convolution of stride 1 is undone by one with the kernel turned around, which runtimes are faster at than at
// the transposed convolution that other strides need.
func (s *backward) conv() []string {
	return []string{s.unconv(s.dy(), s.x(1), intAttribute(s.NodeProto, "group", 1))}
}

func (s *backward) unconv(dy, kernel string, group int64) string {
	size, kernelSize := s.in[0].dims, s.Dims(kernel)
	if s.err != nil {
		return dy
	}
	w, err := windowOf(&s.node, kernelSize[2:], len(size)-2)
	if err != nil {
		s.fail(err)
		return dy
	}
	out := s.Dims(s.y())
	begin := make([]int64, len(w.kernel))
	single := true
	for i := range begin {
		begin[i] = w.before(i, size[i+2], out[i+2])
		single = single && w.stride[i] == 1
	}
	if single {
		return s.turnedConv(dy, kernel, group, w, begin)
	}
	return s.transposedConv(dy, kernel, group, w, begin)
}

// turnedConv undoes a convolution of stride 1.
func (s *backward) turnedConv(dy, kernel string, group int64, w window, begin []int64) string {
	size, out := s.in[0].dims, s.Dims(s.y())
	rank := len(begin)
	pads, crop := make([]int64, 2*rank), false
	for i := range rank {
		reach := w.dilation[i] * (w.kernel[i] - 1)
		pads[i] = reach - begin[i]
		pads[i+rank] = size[i+2] - out[i+2] + reach - pads[i]
		crop = crop || min(pads[i], pads[i+rank]) < 0
	}
	if crop { // padding that is wider than the kernel
		dy = s.padded(dy, pads)
		pads = make([]int64, 2*rank)
	}
	return s.Node("Conv", "", []string{dy, s.turned(kernel, group)},
		Ints("pads", pads...), Ints("dilations", w.dilation...), Ints("strides", w.stride...), Int("group", group), Ints("kernel_shape", w.kernel...))
}

// padded puts zeros around a map, or crops it where pads are negative: those in front of every dimension, then those
// behind.
func (r *reverse) padded(x string, pads []int64) string {
	rank := len(pads) / 2
	all := make([]int64, 0, 2*rank+4)
	all = append(append(all, 0, 0), pads[:rank]...)
	all = append(append(all, 0, 0), pads[rank:]...)
	return r.Node("Pad", "", []string{x, r.Int64s(r.unused("pads"), all...)})
}

// turned is a kernel with input and output channels exchanged and every other dimension reversed. The runtime computes
// it when it loads the graph.
func (r *reverse) turned(kernel string, group int64) string {
	dims := r.Dims(kernel)
	if r.err != nil {
		return kernel
	}
	outs, ins, rest := dims[0]/group, dims[1], dims[2:]
	if group == 1 || outs > 1 || ins > 1 {
		kernel = r.Reshape("", kernel, append([]int64{group, outs, ins}, rest...)...)
		perm := []int64{0, 2, 1}
		for i := range rest {
			perm = append(perm, int64(i+3))
		}
		kernel = r.Transpose("", kernel, perm...)
		kernel = r.Reshape("", kernel, append([]int64{group * ins, outs}, rest...)...)
	}
	for i, d := range rest {
		if d > 1 {
			kernel = r.reversed(kernel, int64(i+2))
		}
	}
	return kernel
}

// reversed is x from back to front along an axis.
func (r *reverse) reversed(x string, axis int64) string {
	return r.Node("Slice", "", []string{x, r.Int64s(r.unused("starts"), -1), r.Int64s(r.unused("ends"), math.MinInt64),
		r.Int64s(r.unused("axes"), axis), r.Int64s(r.unused("steps"), -1)})
}

// transposedConv undoes a convolution of any stride.
func (s *backward) transposedConv(dy, kernel string, group int64, w window, begin []int64) string {
	size, out := s.in[0].dims, s.Dims(s.y())
	rank := len(begin)
	pads, more := make([]int64, 2*rank), make([]int64, rank)
	for i := range rank {
		over := w.stride[i]*(out[i+2]-1) + w.dilation[i]*(w.kernel[i]-1) + 1 - begin[i] - size[i+2]
		pads[i], pads[i+rank], more[i] = begin[i], max(over, 0), max(-over, 0) // pixels that no window has read
	}
	return s.Node("ConvTranspose", "", []string{dy, kernel}, Ints("pads", pads...), Ints("output_padding", more...),
		Ints("dilations", w.dilation...), Ints("strides", w.stride...), Int("group", group), Ints("kernel_shape", w.kernel...))
}

// convTranspose is undone by the convolution that it is the transpose of.
func (s *backward) convTranspose() []string {
	t, err := transposedOf(&s.node)
	if err != nil {
		s.fail(err)
		return nil
	}
	dy, size := s.dy(), s.in[0].dims
	rank := len(t.begin)
	pads, crop := make([]int64, 2*rank), make([]int64, 2*rank)
	cropped := false
	for i := range rank {
		behind := t.stride[i]*(size[i+2]-1) + t.dilation[i]*(t.kernel[i]-1) + 1 - t.begin[i] - t.out[i]
		pads[i], pads[i+rank], crop[i+rank] = t.begin[i], max(behind, 0), min(behind, 0)
		cropped = cropped || behind < 0
	}
	if cropped {
		dy = s.padded(dy, crop)
	}
	return []string{s.Node("Conv", "", []string{dy, s.x(1)}, Ints("pads", pads...), Ints("dilations", t.dilation...),
		Ints("strides", t.stride...), Int("group", intAttribute(s.NodeProto, "group", 1)), Ints("kernel_shape", t.kernel...))}
}
