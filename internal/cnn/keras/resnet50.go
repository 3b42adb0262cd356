package keras

import "fmt"

// He et al., Deep Residual Learning for Image Recognition, 2015. Keras has defined ResNet50 twice, in resnet50.py (2015)
// and in resnet.py (2019, which TensorFlow 2 took over). The weights have the same shapes but other names, another order
// and, above all, another epsilon, which no weight file states. Both files have the same name as well: only the layers'
// names tell them apart.

// resNet50Stages lists filters and blocks of the four stages.
var resNet50Stages = [4][2]int{{64, 3}, {128, 4}, {256, 6}, {512, 3}}

// resNet50 is the first definition, which the original playground uses.
func resNet50(n *net, x *layer, top bool) *layer {
	x = n.zeroPad(x, "conv1_pad", around(3))
	x = n.conv(x, "conv1", conv{filters: 64, window: square(7, 2, false), bias: true})
	x = n.batchNorm(x, "bn_conv1", batchNorm{epsilon: defaultEpsilon})
	x = n.activation(x, "", "relu")
	x = n.zeroPad(x, "pool1_pad", around(1))
	x = n.maxPool(x, "", square(3, 2, false))
	for i, stage := range resNet50Stages {
		for block := range stage[1] {
			x = n.residual(x, fmt.Sprintf("%d%c_branch", i+2, 'a'+block), stage[0], i > 0 && block == 0)
		}
	}
	if !top {
		return x
	}
	x = n.globalAveragePool(x, "avg_pool")
	return n.dense(x, "fc1000", imageNetClasses, "softmax")
}

// residual adds what three convolutions make of a map to it, or to its projection where the shape changes.
func (n *net) residual(x *layer, name string, filters int, halve bool) *layer {
	stride := 1
	if halve {
		stride = 2
	}
	convNorm := func(x *layer, branch string, filters int, w window) *layer {
		x = n.conv(x, "res"+name+branch, conv{filters: filters, window: w, bias: true})
		return n.batchNorm(x, "bn"+name+branch, batchNorm{epsilon: defaultEpsilon})
	}
	y := n.activation(convNorm(x, "2a", filters, square(1, stride, false)), "", "relu")
	y = n.activation(convNorm(y, "2b", filters, square(3, 1, true)), "", "relu")
	y = convNorm(y, "2c", 4*filters, square(1, 1, false))
	shortcut := x
	if x.c != y.c {
		shortcut = convNorm(x, "1", 4*filters, square(1, stride, false))
	}
	return n.activation(n.sum("", y, shortcut), "", "relu")
}

// resNet50TF2 is the second definition.
func resNet50TF2(n *net, x *layer, top bool) *layer {
	x = n.zeroPad(x, "conv1_pad", around(3))
	x = n.conv(x, "conv1_conv", conv{filters: 64, window: square(7, 2, false), bias: true})
	x = n.batchNorm(x, "conv1_bn", resNet50TF2Norm)
	x = n.activation(x, "conv1_relu", "relu")
	x = n.zeroPad(x, "pool1_pad", around(1))
	x = n.maxPool(x, "pool1_pool", square(3, 2, false))
	for i, stage := range resNet50Stages {
		for block := range stage[1] {
			x = n.residualTF2(x, fmt.Sprintf("conv%d_block%d", i+2, block+1), stage[0], i > 0 && block == 0)
		}
	}
	if !top {
		return x
	}
	x = n.globalAveragePool(x, "avg_pool")
	return n.dense(x, "probs", imageNetClasses, "softmax")
}

var resNet50TF2Norm = batchNorm{epsilon: 1.001e-5}

// residualTF2 is residual with the shortcut first.
func (n *net) residualTF2(x *layer, name string, filters int, halve bool) *layer {
	stride := 1
	if halve {
		stride = 2
	}
	convNorm := func(x *layer, i, filters int, w window) *layer {
		x = n.conv(x, fmt.Sprintf("%s_%d_conv", name, i), conv{filters: filters, window: w, bias: true})
		return n.batchNorm(x, fmt.Sprintf("%s_%d_bn", name, i), resNet50TF2Norm)
	}
	shortcut := x
	if x.c != 4*filters {
		shortcut = convNorm(x, 0, 4*filters, square(1, stride, false))
	}
	y := n.activation(convNorm(x, 1, filters, square(1, stride, false)), name+"_1_relu", "relu")
	y = n.activation(convNorm(y, 2, filters, square(3, 1, true)), name+"_2_relu", "relu")
	y = convNorm(y, 3, 4*filters, square(1, 1, false))
	return n.activation(n.sum(name+"_add", shortcut, y), name+"_out", "relu")
}
