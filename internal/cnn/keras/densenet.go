package keras

import "fmt"

// Huang et al., Densely Connected Convolutional Networks, 2017.

// denseNetNorm is the epsilon that Keras' DenseNets share.
var denseNetNorm = batchNorm{epsilon: 1.001e-5}

// denseNet builds a DenseNet with the given number of blocks in each of its four stages.
func denseNet(blocks [4]int) func(*net, *layer, bool) *layer {
	return func(n *net, x *layer, top bool) *layer {
		x = n.zeroPad(x, "", around(3))
		x = n.conv(x, "conv1/conv", conv{filters: 64, window: square(7, 2, false)})
		x = n.batchNorm(x, "conv1/bn", denseNetNorm)
		x = n.activation(x, "conv1/relu", "relu")
		x = n.zeroPad(x, "", around(1))
		x = n.maxPool(x, "pool1", square(3, 2, false))
		for i, count := range blocks {
			stage := i + 2
			for b := range count {
				x = n.denseBlock(x, fmt.Sprintf("conv%d_block%d", stage, b+1))
			}
			if i < len(blocks)-1 {
				x = n.transition(x, fmt.Sprintf("pool%d", stage))
			}
		}
		x = n.batchNorm(x, "bn", denseNetNorm)
		x = n.activation(x, "relu", "relu")
		if !top {
			return x
		}
		x = n.globalAveragePool(x, "avg_pool")
		return n.dense(x, "fc1000", imageNetClasses, "softmax")
	}
}

// denseBlock adds 32 channels to those that came before.
func (n *net) denseBlock(x *layer, name string) *layer {
	const growth = 32
	y := n.batchNorm(x, name+"_0_bn", denseNetNorm)
	y = n.activation(y, name+"_0_relu", "relu")
	y = n.conv(y, name+"_1_conv", conv{filters: 4 * growth, window: square(1, 1, false)})
	y = n.batchNorm(y, name+"_1_bn", denseNetNorm)
	y = n.activation(y, name+"_1_relu", "relu")
	y = n.conv(y, name+"_2_conv", conv{filters: growth, window: square(3, 1, true)})
	return n.concatenate(name+"_concat", x, y)
}

// transition halves the channels, height and width between two stages.
func (n *net) transition(x *layer, name string) *layer {
	y := n.batchNorm(x, name+"_bn", denseNetNorm)
	y = n.activation(y, name+"_relu", "relu")
	y = n.conv(y, name+"_conv", conv{filters: x.c / 2, window: square(1, 1, false)})
	return n.averagePool(y, name+"_pool", square(2, 2, false))
}
