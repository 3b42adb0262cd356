package onnx

import (
	"fmt"
	"slices"
)

// Shapes of transposed convolutions.

// transposed is the window of a ConvTranspose, with the padding in front that it ends up with and the sizes that come
// out.
type transposed struct {
	window
	out []int64
}

// transposedOf follows the rules of the operator's specification: the size may be asked for, and then the padding
// follows from it.
func transposedOf(n *node) (transposed, error) {
	x, k := n.in[0].dims, n.in[1].dims
	if len(x) < 3 || len(k) != len(x) {
		return transposed{}, fmt.Errorf("a map of shape %v and a kernel of shape %v do not go together", x, k)
	}
	rank := len(x) - 2
	w, err := windowOf(n, k[2:], rank)
	if err != nil {
		return transposed{}, err
	}
	extra := intsOr(n, "output_padding", rank, 0)
	asked, sized := intsAttribute(n.NodeProto, "output_shape")
	if sized && len(asked) == len(x) {
		asked = asked[2:]
	}
	if len(extra) != rank || !within(0, extra...) || sized && (len(asked) != rank || !within(1, asked...)) || !within(0, x[2:]...) {
		return transposed{}, fmt.Errorf("output_padding %v and output_shape %v do not suit a map of shape %v", extra, asked, x)
	}
	t := transposed{window: w, out: make([]int64, rank)}
	t.begin = slices.Clone(w.begin)
	for i := range rank {
		full := (x[2+i]-1)*w.stride[i] + extra[i] + (w.kernel[i]-1)*w.dilation[i] + 1
		switch {
		case sized:
			t.out[i] = asked[i]
		case w.auto == "SAME_UPPER" || w.auto == "SAME_LOWER":
			t.out[i] = x[2+i] * w.stride[i]
		default:
			t.out[i] = full - w.begin[i] - w.end[i]
			continue
		}
		total := max(full-t.out[i], 0)
		if t.begin[i] = total - total/2; w.auto == "SAME_UPPER" {
			t.begin[i] = total / 2
		}
		if !sized {
			t.out[i] = full - total
		}
	}
	return t, nil
}

func convTransposeShape(n *node) ([]value, error) {
	t, err := transposedOf(n)
	if err != nil {
		return nil, err
	}
	x, k := n.in[0].dims, n.in[1].dims
	group := intAttribute(n.NodeProto, "group", 1)
	if !within(1, group) || k[0] != x[1] || k[0]%group != 0 {
		return nil, fmt.Errorf("the map has %d channels, the kernel of shape %v in %d groups wants %d", x[1], k, group, k[0])
	}
	channels := times(k[1], group)
	if bias := n.input(2); !bias.absent && (len(bias.dims) != 1 || bias.dims[0] != channels) {
		return nil, fmt.Errorf("the bias has shape %v, the kernel makes %d channels", bias.dims, channels)
	}
	return []value{{dims: append([]int64{x[0], channels}, t.out...)}}, nil
}
