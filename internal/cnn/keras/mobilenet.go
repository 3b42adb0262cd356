package keras

import "fmt"

// Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017. Width
// multiplier 1.

// mobileNetBlocks lists filters and stride of each block.
var mobileNetBlocks = [][2]int{
	{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
}

var mobileNetNorm = batchNorm{epsilon: defaultEpsilon}

// mobileNetPad is what comes before a stride of 2, whatever the size.
var mobileNetPad = pads{0, 0, 1, 1}

func mobileNet(n *net, x *layer, top bool) *layer {
	x = n.zeroPad(x, "conv1_pad", mobileNetPad)
	x = n.conv(x, "conv1", conv{filters: 32, window: square(3, 2, false)})
	x = n.relu6(n.batchNorm(x, "conv1_bn", mobileNetNorm), "conv1_relu")
	for i, block := range mobileNetBlocks {
		x = n.depthwiseSeparable(x, fmt.Sprint(i+1), block[0], block[1])
	}
	if !top {
		return x
	}
	x = n.globalAveragePool(x, "")
	x = n.reshape(x, "reshape_1", 1, 1, x.c)
	x = n.dropout(x, "dropout")
	x = n.conv(x, "conv_preds", conv{filters: imageNetClasses, window: square(1, 1, true), bias: true})
	x = n.reshape(x, "reshape_2", 0, 0, imageNetClasses)
	return n.activation(x, "act_softmax", "softmax")
}

// depthwiseSeparable filters channel by channel and then mixes the channels.
func (n *net) depthwiseSeparable(x *layer, id string, filters, stride int) *layer {
	if stride == 2 {
		x = n.zeroPad(x, "conv_pad_"+id, mobileNetPad)
	}
	x = n.depthwise(x, "conv_dw_"+id, conv{window: square(3, stride, stride == 1)})
	x = n.relu6(n.batchNorm(x, "conv_dw_"+id+"_bn", mobileNetNorm), "conv_dw_"+id+"_relu")
	x = n.conv(x, "conv_pw_"+id, conv{filters: filters, window: square(1, 1, true)})
	return n.relu6(n.batchNorm(x, "conv_pw_"+id+"_bn", mobileNetNorm), "conv_pw_"+id+"_relu")
}
