package keras

import "fmt"

// Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2017.

var xceptionNorm = batchNorm{epsilon: defaultEpsilon}

func xception(n *net, x *layer, top bool) *layer {
	x = n.xceptionStem(x)
	x = n.xceptionStep(x, "block2", false, 128, 128)
	x = n.xceptionStep(x, "block3", true, 256, 256)
	x = n.xceptionStep(x, "block4", true, 728, 728)
	for block := 5; block <= 12; block++ {
		y := n.separables(x, fmt.Sprintf("block%d", block), true, 728, 728, 728)
		x = n.sum("", y, x)
	}
	x = n.xceptionStep(x, "block13", true, 728, 1024)
	for i, filters := range []int{1536, 2048} {
		name := fmt.Sprintf("block14_sepconv%d", i+1)
		x = n.separable(x, name, conv{filters: filters, window: square(3, 1, true)})
		x = n.activation(n.batchNorm(x, name+"_bn", xceptionNorm), name+"_act", "relu")
	}
	if !top {
		return x
	}
	return n.dense(n.globalAveragePool(x, "avg_pool"), "predictions", imageNetClasses, "softmax")
}

func (n *net) xceptionStem(x *layer) *layer {
	for i, c := range []conv{{filters: 32, window: square(3, 2, false)}, {filters: 64, window: square(3, 1, false)}} {
		name := fmt.Sprintf("block1_conv%d", i+1)
		x = n.activation(n.batchNorm(n.conv(x, name, c), name+"_bn", xceptionNorm), name+"_act", "relu")
	}
	return x
}

// xceptionStep halves height and width, on the way through the convolutions and on the short cut past them.
func (n *net) xceptionStep(x *layer, block string, active bool, filters ...int) *layer {
	short := n.conv(x, "", conv{filters: filters[len(filters)-1], window: square(1, 2, true)})
	short = n.batchNorm(short, "", xceptionNorm)
	x = n.maxPool(n.separables(x, block, active, filters...), block+"_pool", square(3, 2, true))
	return n.sum("", x, short)
}

// separables adds separable convolutions, each behind an activation; the first one only if active.
func (n *net) separables(x *layer, block string, active bool, filters ...int) *layer {
	for i, f := range filters {
		name := fmt.Sprintf("%s_sepconv%d", block, i+1)
		if active || i > 0 {
			x = n.activation(x, name+"_act", "relu")
		}
		x = n.separable(x, name, conv{filters: f, window: square(3, 1, true)})
		x = n.batchNorm(x, name+"_bn", xceptionNorm)
	}
	return x
}
