package onnx

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// reshapes are the operators that give numbers another shape and nothing else.
var reshapes = []string{"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout"}

// BeforeSoftmax is the value that goes into the Softmax which a value comes out of, perhaps in another shape; the value
// itself if it comes out of none.
func BeforeSoftmax(m *onnxpb.ModelProto, value string) string {
	at := value
	for _, n := range slices.Backward(m.GetGraph().GetNode()) {
		if len(n.Input) == 0 || !slices.Contains(n.Output, at) {
			continue
		}
		switch {
		case n.OpType == "Softmax" || n.OpType == "LogSoftmax":
			return n.Input[0]
		case !slices.Contains(reshapes, n.OpType):
			return value
		}
		at = n.Input[0]
	}
	return value
}
