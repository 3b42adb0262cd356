package onnx

import "fmt"

// Shapes of operators that slide over a map.

// window is a node's sliding window, one entry per dimension of the map.
type window struct {
	kernel, stride, dilation, begin, end []int64
	auto                                 string
	ceil                                 bool
}

func windowOf(n *node, kernel []int64, dims int) (window, error) {
	w := window{
		kernel: kernel,
		auto:   stringAttribute(n.NodeProto, "auto_pad", "NOTSET"),
		ceil:   intAttribute(n.NodeProto, "ceil_mode", 0) == 1,
	}
	w.stride = intsOr(n, "strides", dims, 1)
	w.dilation = intsOr(n, "dilations", dims, 1)
	pads := intsOr(n, "pads", 2*dims, 0)
	if len(kernel) != dims || len(w.stride) != dims || len(w.dilation) != dims || len(pads) != 2*dims {
		return w, fmt.Errorf("kernel %v, strides %v, dilations %v and pads %v do not suit a map of %d dimensions",
			kernel, w.stride, w.dilation, pads, dims)
	}
	w.begin, w.end = pads[:dims], pads[dims:]
	for i := range dims {
		if !within(1, kernel[i], w.stride[i], w.dilation[i]) || !within(0, w.begin[i], w.end[i]) {
			return w, fmt.Errorf("kernel %v, strides %v, dilations %v or pads %v out of range", kernel, w.stride, w.dilation, pads)
		}
	}
	return w, nil
}

// within reports whether every value lies between low and a bound that keeps
// products of two of them from overflowing.
func within(low int64, values ...int64) bool {
	for _, v := range values {
		if v < low || v > 1<<30 {
			return false
		}
	}
	return true
}

func intsOr(n *node, name string, count int, fallback int64) []int64 {
	if v, ok := intsAttribute(n.NodeProto, name); ok {
		return v
	}
	v := make([]int64, count)
	for i := range v {
		v[i] = fallback
	}
	return v
}

// slide is the size of dimension i after the window went over it.
func (w window) slide(i int, size int64) (int64, error) {
	reach := (w.kernel[i]-1)*w.dilation[i] + 1
	stride := w.stride[i]
	switch w.auto {
	case "SAME_UPPER", "SAME_LOWER":
		return (size + stride - 1) / stride, nil
	case "VALID":
		w.begin, w.end = make([]int64, len(w.begin)), make([]int64, len(w.end))
	}
	room := size + w.begin[i] + w.end[i] - reach
	if room < 0 {
		return 0, fmt.Errorf("a window of %d does not fit into %d", reach, size+w.begin[i]+w.end[i])
	}
	if !w.ceil {
		return room/stride + 1, nil
	}
	out := (room+stride-1)/stride + 1
	if (out-1)*stride >= size+w.begin[i] {
		out-- // the last window would start in the padding
	}
	return out, nil
}

func (w window) over(batch, channels int64, sizes []int64) ([]value, error) {
	dims := []int64{batch, channels}
	for i, size := range sizes {
		out, err := w.slide(i, size)
		if err != nil {
			return nil, err
		}
		dims = append(dims, out)
	}
	return []value{{dims: dims}}, nil
}

func convShape(n *node) ([]value, error) {
	x, k := n.in[0].dims, n.in[1].dims
	if len(x) < 3 || len(k) != len(x) {
		return nil, fmt.Errorf("a map of shape %v and a kernel of shape %v do not go together", x, k)
	}
	group := intAttribute(n.NodeProto, "group", 1)
	if !within(1, group) || !within(0, k[1]) || k[1]*group != x[1] || k[0]%group != 0 {
		return nil, fmt.Errorf("the map has %d channels, the kernel of shape %v in %d groups wants %d", x[1], k, group, k[1]*group)
	}
	if bias := n.input(2); !bias.absent && (len(bias.dims) != 1 || bias.dims[0] != k[0]) {
		return nil, fmt.Errorf("the bias has shape %v, the kernel makes %d channels", bias.dims, k[0])
	}
	w, err := windowOf(n, k[2:], len(x)-2)
	if err != nil {
		return nil, err
	}
	return w.over(x[0], k[0], x[2:])
}

func poolShape(n *node) ([]value, error) {
	x := n.in[0].dims
	if len(x) < 3 {
		return nil, fmt.Errorf("shape %v is no map", x)
	}
	kernel, _ := intsAttribute(n.NodeProto, "kernel_shape")
	w, err := windowOf(n, kernel, len(x)-2)
	if err != nil {
		return nil, err
	}
	return w.over(x[0], x[1], x[2:])
}

// maxPoolShape has the maxima and where they were found.
func maxPoolShape(n *node) ([]value, error) {
	values, err := poolShape(n)
	return append(values, values...), err
}

func globalPoolShape(n *node) ([]value, error) {
	x := n.in[0].dims
	if len(x) < 3 {
		return nil, fmt.Errorf("shape %v is no map", x)
	}
	dims := []int64{x[0], x[1]}
	for range x[2:] {
		dims = append(dims, 1)
	}
	return []value{{dims: dims}}, nil
}
