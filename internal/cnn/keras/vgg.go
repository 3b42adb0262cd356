package keras

import "fmt"

// Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014.

// vgg builds a VGG with the given number of convolutions in each of its five blocks.
func vgg(convolutions [5]int) func(*net, *layer, bool) *layer {
	filters := [5]int{64, 128, 256, 512, 512}
	return func(n *net, x *layer, top bool) *layer {
		for i, count := range convolutions {
			block := fmt.Sprintf("block%d", i+1)
			for j := range count {
				x = n.conv(x, fmt.Sprintf("%s_conv%d", block, j+1),
					conv{filters: filters[i], window: square(3, 1, true), bias: true, activation: "relu"})
			}
			x = n.maxPool(x, block+"_pool", square(2, 2, false))
		}
		if !top {
			return x
		}
		x = n.flatten(x, "flatten")
		x = n.dense(x, "fc1", 4096, "relu")
		x = n.dense(x, "fc2", 4096, "relu")
		return n.dense(x, "predictions", imageNetClasses, "softmax")
	}
}
