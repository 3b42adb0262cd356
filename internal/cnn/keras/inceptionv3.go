package keras

import "fmt"

// Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015.

// inceptionV3 leaves nearly all layers without a name. They are numbered as they are made, so the order below is part
// of the definition.
func inceptionV3(n *net, x *layer, top bool) *layer {
	x = n.convNorm(x, 32, halve3)
	x = n.convNorm(x, 32, square(3, 1, false))
	x = n.convNorm(x, 64, square3)
	x = n.maxPool(x, "", halve3)
	x = n.convNorm(x, 80, square(1, 1, false))
	x = n.convNorm(x, 192, square(3, 1, false))
	x = n.maxPool(x, "", halve3)
	for i, pooled := range []int{32, 64, 64} {
		x = n.inceptionSquare(x, fmt.Sprintf("mixed%d", i), pooled)
	}
	x = n.inceptionShrink(x, "mixed3")
	for i, filters := range []int{128, 160, 160, 192} {
		x = n.inceptionCross(x, fmt.Sprintf("mixed%d", i+4), filters)
	}
	x = n.inceptionShrinkMore(x, "mixed8")
	for i := range 2 {
		x = n.inceptionWide(x, fmt.Sprintf("mixed%d", i+9), fmt.Sprintf("mixed9_%d", i))
	}
	if !top {
		return x
	}
	x = n.globalAveragePool(x, "avg_pool")
	return n.dense(x, "predictions", imageNetClasses, "softmax")
}

// convNorm is a convolution, normalised without a scale, and ReLU.
func (n *net) convNorm(x *layer, filters int, w window) *layer {
	x = n.conv(x, "", conv{filters: filters, window: w})
	x = n.batchNorm(x, "", batchNorm{epsilon: defaultEpsilon, noGamma: true})
	return n.activation(x, "", "relu")
}

// convNorms is a chain of convolutions, each with as many filters as the list says at its place.
func (n *net) convNorms(x *layer, filters []int, windows ...window) *layer {
	for i, w := range windows {
		x = n.convNorm(x, filters[i], w)
	}
	return x
}

// The windows of its branches: all but halve3 keep the size of the map.
var (
	dot     = square(1, 1, true)
	square3 = square(3, 1, true)
	square5 = square(5, 1, true)
	wide3   = window{1, 3, 1, true}
	tall3   = window{3, 1, 1, true}
	wide7   = window{1, 7, 1, true}
	tall7   = window{7, 1, 1, true}
	halve3  = square(3, 2, false)
)

// inceptionSquare looks through windows of 1×1, 5×5 and twice 3×3.
func (n *net) inceptionSquare(x *layer, name string, pooled int) *layer {
	a := n.convNorm(x, 64, dot)
	b := n.convNorms(x, []int{48, 64}, dot, square5)
	c := n.convNorms(x, []int{64, 96, 96}, dot, square3, square3)
	d := n.convNorm(n.averagePool(x, "", square3), pooled, dot)
	return n.concatenate(name, a, b, c, d)
}

// inceptionCross looks through windows of 1×7 and 7×1.
func (n *net) inceptionCross(x *layer, name string, f int) *layer {
	a := n.convNorm(x, 192, dot)
	b := n.convNorms(x, []int{f, f, 192}, dot, wide7, tall7)
	c := n.convNorms(x, []int{f, f, f, f, 192}, dot, tall7, wide7, tall7, wide7)
	d := n.convNorm(n.averagePool(x, "", square3), 192, dot)
	return n.concatenate(name, a, b, c, d)
}

// inceptionWide forks two of its branches once more at their ends.
func (n *net) inceptionWide(x *layer, name, inner string) *layer {
	a := n.convNorm(x, 320, dot)
	b := n.convNorm(x, 384, dot)
	b = n.concatenate(inner, n.convNorm(b, 384, wide3), n.convNorm(b, 384, tall3))
	c := n.convNorms(x, []int{448, 384}, dot, square3)
	c = n.concatenate("", n.convNorm(c, 384, wide3), n.convNorm(c, 384, tall3))
	d := n.convNorm(n.averagePool(x, "", square3), 192, dot)
	return n.concatenate(name, a, b, c, d)
}

// inceptionShrink halves the map for the second stage.
func (n *net) inceptionShrink(x *layer, name string) *layer {
	a := n.convNorm(x, 384, halve3)
	b := n.convNorms(x, []int{64, 96, 96}, dot, square3, halve3)
	return n.concatenate(name, a, b, n.maxPool(x, "", halve3))
}

// inceptionShrinkMore halves the map for the third stage.
func (n *net) inceptionShrinkMore(x *layer, name string) *layer {
	a := n.convNorms(x, []int{192, 320}, dot, halve3)
	b := n.convNorms(x, []int{192, 192, 192, 192}, dot, wide7, tall7, halve3)
	return n.concatenate(name, a, b, n.maxPool(x, "", halve3))
}
