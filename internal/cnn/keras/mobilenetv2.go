package keras

import "fmt"

// Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018. Width multiplier 1.

// mobileNetV2Stages lists the stages after the first block: filters, blocks, stride of the first block.
var mobileNetV2Stages = [][3]int{{24, 2, 2}, {32, 3, 2}, {64, 4, 2}, {96, 3, 1}, {160, 3, 2}, {320, 1, 1}}

var mobileNetV2Norm = batchNorm{epsilon: defaultEpsilon}

func mobileNetV2(n *net, x *layer, top bool) *layer {
	x = n.zeroPad(x, "Conv1_pad", correctPad(x, 3))
	x = n.conv(x, "Conv1", conv{filters: 32, window: square(3, 2, false)})
	x = n.batchNorm(x, "bn_Conv1", mobileNetV2Norm)
	x = n.relu6(x, "Conv1_relu")
	x = n.squeeze(x, x, "expanded_conv_", 16, 1)
	block := 0
	for _, stage := range mobileNetV2Stages {
		filters, count, stride := stage[0], stage[1], stage[2]
		for i := range count {
			if i > 0 {
				stride = 1
			}
			block++
			x = n.invertedResidual(x, fmt.Sprintf("block_%d_", block), filters, stride)
		}
	}
	x = n.conv(x, "Conv_1", conv{filters: 1280, window: square(1, 1, false)})
	x = n.batchNorm(x, "Conv_1_bn", mobileNetV2Norm)
	x = n.relu6(x, "out_relu")
	if !top {
		return x
	}
	x = n.globalAveragePool(x, "")
	return n.dense(x, "Logits", imageNetClasses, "softmax")
}

// invertedResidual widens the map sixfold before it is filtered and narrowed.
func (n *net) invertedResidual(x *layer, prefix string, filters, stride int) *layer {
	const expansion = 6
	y := n.conv(x, prefix+"expand", conv{filters: expansion * x.c, window: square(1, 1, true)})
	y = n.batchNorm(y, prefix+"expand_BN", mobileNetV2Norm)
	y = n.relu6(y, prefix+"expand_relu")
	return n.squeeze(x, y, prefix, filters, stride)
}

// squeeze filters y channel by channel, narrows it, and adds x where the shapes allow it.
func (n *net) squeeze(x, y *layer, prefix string, filters, stride int) *layer {
	if stride == 2 {
		y = n.zeroPad(y, prefix+"pad", correctPad(y, 3))
	}
	y = n.depthwise(y, prefix+"depthwise", conv{window: square(3, stride, stride == 1)})
	y = n.batchNorm(y, prefix+"depthwise_BN", mobileNetV2Norm)
	y = n.relu6(y, prefix+"depthwise_relu")
	y = n.conv(y, prefix+"project", conv{filters: filters, window: square(1, 1, true)})
	y = n.batchNorm(y, prefix+"project_BN", mobileNetV2Norm)
	if x.c != filters || stride != 1 {
		return y
	}
	return n.sum(prefix+"add", x, y)
}
