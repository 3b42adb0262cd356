package keras

import "fmt"

// Zoph et al., Learning Transferable Architectures for Scalable Image Recognition, 2018: NASNet-A (4 @ 1056).

const (
	nasNetFilters = 1056 / 24 // of the first cells at full depth
	nasNetBlocks  = 4         // normal cells between two reductions
)

var nasNetNorm = batchNorm{epsilon: defaultEpsilon}

func nasNetMobile(n *net, x *layer, top bool) *layer {
	x = n.conv(x, "stem_conv1", conv{filters: 32, window: square(3, 2, false)})
	x = n.batchNorm(x, "stem_bn1", nasNetNorm)
	x, p := n.reductionCell(x, nil, nasNetFilters/4, "stem_1")
	x, p = n.reductionCell(x, p, nasNetFilters/2, "stem_2")
	filters, cell := nasNetFilters, 0
	for reductions := 0; ; reductions++ {
		for range nasNetBlocks {
			x, p = n.normalCell(x, p, filters, fmt.Sprint(cell))
			cell++
		}
		if reductions == 2 {
			break
		}
		filters *= 2
		x, p = n.reductionCell(x, p, filters, fmt.Sprintf("reduce_%d", nasNetBlocks*(reductions+1)))
		cell = nasNetBlocks*(reductions+1) + 1
	}
	x = n.activation(x, "", "relu")
	if !top {
		return x
	}
	return n.dense(n.globalAveragePool(x, ""), "predictions", imageNetClasses, "softmax")
}

// normalCell keeps height and width. It returns its output, and its input as what the next cell takes besides.
func (n *net) normalCell(x, p *layer, filters int, id string) (out, previous *layer) {
	p = n.adjusted(p, x, filters, id)
	h := n.narrowed(x, filters, "normal", id)

	x1 := n.sum("normal_add_1_"+id,
		n.separableTwice(h, filters, 5, 1, "normal_left1_"+id), n.separableTwice(p, filters, 3, 1, "normal_right1_"+id))
	x2 := n.sum("normal_add_2_"+id,
		n.separableTwice(p, filters, 5, 1, "normal_left2_"+id), n.separableTwice(p, filters, 3, 1, "normal_right2_"+id))
	x3 := n.sum("normal_add_3_"+id, n.averagePool(h, "normal_left3_"+id, square(3, 1, true)), p)
	x4 := n.sum("normal_add_4_"+id,
		n.averagePool(p, "normal_left4_"+id, square(3, 1, true)), n.averagePool(p, "normal_right4_"+id, square(3, 1, true)))
	x5 := n.sum("normal_add_5_"+id, n.separableTwice(h, filters, 3, 1, "normal_left5_"+id), h)
	return n.concatenate("normal_concat_"+id, p, x1, x2, x3, x4, x5), x
}

// reductionCell halves height and width. Its poolings look at a map with zeros around it, which count: they come after
// a normalisation and may well be the largest values under a window.
func (n *net) reductionCell(x, p *layer, filters int, id string) (out, previous *layer) {
	p = n.adjusted(p, x, filters, id)
	h := n.narrowed(x, filters, "reduction", id)
	h3 := n.zeroPad(h, "reduction_pad_1_"+id, correctPad(h, 3))

	x1 := n.sum("reduction_add_1_"+id,
		n.separableTwice(h, filters, 5, 2, "reduction_left1_"+id), n.separableTwice(p, filters, 7, 2, "reduction_right1_"+id))
	x2 := n.sum("reduction_add_2_"+id,
		n.maxPool(h3, "reduction_left2_"+id, square(3, 2, false)), n.separableTwice(p, filters, 7, 2, "reduction_right2_"+id))
	x3 := n.sum("reduction_add3_"+id,
		n.averagePool(h3, "reduction_left3_"+id, square(3, 2, false)), n.separableTwice(p, filters, 5, 2, "reduction_right3_"+id))
	x4 := n.sum("", x2, n.averagePool(x1, "reduction_left4_"+id, square(3, 1, true)))
	x5 := n.sum("reduction_add4_"+id,
		n.separableTwice(x1, filters, 3, 1, "reduction_left4_"+id), n.maxPool(h3, "reduction_right5_"+id, square(3, 2, false)))
	return n.concatenate("reduction_concat_"+id, x2, x3, x4, x5), x
}

// narrowed brings the cell's input to its number of channels.
func (n *net) narrowed(x *layer, filters int, kind, id string) *layer {
	x = n.activation(x, "", "relu")
	x = n.conv(x, kind+"_conv_1_"+id, conv{filters: filters, window: square(1, 1, true)})
	return n.batchNorm(x, kind+"_bn_1_"+id, nasNetNorm)
}

// separableTwice is what NASNet's cells are made of: two separable convolutions, the stride in the first.
func (n *net) separableTwice(x *layer, filters, kernel, stride int, id string) *layer {
	x = n.activation(x, "", "relu")
	if stride == 2 {
		x = n.zeroPad(x, "separable_conv_1_pad_"+id, correctPad(x, kernel))
	}
	x = n.separable(x, "separable_conv_1_"+id, conv{filters: filters, window: square(kernel, stride, stride == 1)})
	x = n.batchNorm(x, "separable_conv_1_bn_"+id, nasNetNorm)
	x = n.activation(x, "", "relu")
	x = n.separable(x, "separable_conv_2_"+id, conv{filters: filters, window: square(kernel, 1, true)})
	return n.batchNorm(x, "separable_conv_2_bn_"+id, nasNetNorm)
}

// adjusted brings the output of the cell before the last to the size and the channels of this one. Keras looks at the
// width to tell whether a reduction lies between.
func (n *net) adjusted(p, x *layer, filters int, id string) *layer {
	switch {
	case p == nil:
		return x
	case p.w != x.w:
		return n.halved(p, filters, id)
	case p.c != filters:
		p = n.activation(p, "", "relu")
		p = n.conv(p, "adjust_conv_projection_"+id, conv{filters: filters, window: square(1, 1, true)})
		return n.batchNorm(p, "adjust_bn_"+id, nasNetNorm)
	}
	return p
}

// halved takes every second place of the map, and, shifted by one, those between.
func (n *net) halved(p *layer, filters int, id string) *layer {
	half := conv{filters: filters / 2, window: square(1, 1, true)}
	p = n.activation(p, "adjust_relu_1_"+id, "relu")
	even := n.averagePool(p, "adjust_avg_pool_1_"+id, square(1, 2, false))
	even = n.conv(even, "adjust_conv_1_"+id, half)
	odd := n.crop(n.zeroPad(p, "", pads{0, 0, 1, 1}), "", pads{1, 1, 0, 0})
	odd = n.averagePool(odd, "adjust_avg_pool_2_"+id, square(1, 2, false))
	odd = n.conv(odd, "adjust_conv_2_"+id, half)
	return n.batchNorm(n.concatenate("", even, odd), "adjust_bn_"+id, nasNetNorm)
}
