package keras

import "math"

// Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019, with the layers of the
// package efficientnet 0.0.4, none of which has a name of its own.

// efficientNetStage is a row of the paper's table for B0.
type efficientNetStage struct{ repeats, kernel, stride, expansion, filters int }

var efficientNetStages = []efficientNetStage{
	{1, 3, 1, 1, 16}, {2, 3, 2, 6, 24}, {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80}, {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320},
}

var efficientNetNorm = batchNorm{epsilon: defaultEpsilon}

// efficientNet builds a network scaled from B0 by a width and a depth coefficient.
func efficientNet(width, depth float64) func(*net, *layer, bool) *layer {
	return func(n *net, x *layer, top bool) *layer {
		x = n.swished(n.conv(x, "", conv{filters: scaledFilters(32, width), window: square(3, 2, true)}))
		for _, stage := range efficientNetStages {
			stage.filters = scaledFilters(stage.filters, width)
			for range int(math.Ceil(float64(stage.repeats) * depth)) {
				x = n.mobileInverted(x, stage)
				stage.stride = 1
			}
		}
		x = n.swished(n.conv(x, "", conv{filters: scaledFilters(1280, width), window: square(1, 1, true)}))
		if !top {
			return x
		}
		x = n.dropout(n.globalAveragePool(x, ""), "")
		return n.activation(n.dense(x, "", imageNetClasses, ""), "", "softmax")
	}
}

// scaledFilters rounds to the nearest multiple of eight that is not below nine tenths.
func scaledFilters(filters int, width float64) int {
	const divisor = 8
	scaled := float64(filters) * width
	rounded := max(divisor, int(scaled+divisor/2)/divisor*divisor)
	if float64(rounded) < 0.9*scaled {
		rounded += divisor
	}
	return rounded
}

// mobileInverted is MobileNetV2's block with a gate on its channels before they are narrowed.
func (n *net) mobileInverted(x *layer, s efficientNetStage) *layer {
	y := x
	if s.expansion != 1 {
		y = n.swished(n.conv(y, "", conv{filters: s.expansion * x.c, window: square(1, 1, true)}))
	}
	y = n.swished(n.depthwise(y, "", conv{window: square(s.kernel, s.stride, true)}))
	y = n.gated(y, max(1, x.c/4))
	y = n.batchNorm(n.conv(y, "", conv{filters: s.filters, window: square(1, 1, true)}), "", efficientNetNorm)
	if s.stride != 1 || x.c != s.filters {
		return y
	}
	return n.sum("", n.dropConnect(y), x)
}

// gated weighs the channels by what the whole map says: squeeze and excitation.
func (n *net) gated(x *layer, reduced int) *layer {
	y := n.spatialMean(x)
	y = n.swish(n.conv(y, "", conv{filters: reduced, window: square(1, 1, true), bias: true}))
	y = n.activation(n.conv(y, "", conv{filters: x.c, window: square(1, 1, true), bias: true}), "", "sigmoid")
	return n.multiply("", y, x)
}

func (n *net) swished(x *layer) *layer { return n.swish(n.batchNorm(x, "", efficientNetNorm)) }

func (n *net) swish(x *layer) *layer { return n.activate("Swish", x, "", "swish") }

// spatialMean adds the Lambda that keeps height and width, both 1.
func (n *net) spatialMean(x *layer) *layer {
	l := n.add("Lambda", "", x)
	l.h, l.w = 1, 1
	l.emit = func(e *emitter) string { return e.b.GlobalAveragePool(l.name, e.value[x]) }
	return l
}

// dropConnect adds the package's layer that leaves out whole blocks in training, and does nothing else.
func (n *net) dropConnect(x *layer) *layer {
	l := n.add("DropConnect", "", x)
	l.emit = func(e *emitter) string { return e.b.Identity(l.name, e.value[x]) }
	return l
}
