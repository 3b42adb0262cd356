package imported

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// unlearned are the inputs, by operator and place, that hold settings and not weights.
var unlearned = map[string][]int{
	"Clip": {1, 2}, "Pad": {1, 2}, "Resize": {1, 2, 3}, "Upsample": {1},
	"QuantizeLinear": {1, 2}, "DequantizeLinear": {1, 2}, "Sub": {0, 1}, "Div": {0, 1},
}

// count is how many weights some nodes use that have not been counted yet.
func (s *surveyed) count(nodes []*onnxpb.NodeProto, counted map[string]bool) int64 {
	total := int64(0)
	for _, n := range nodes {
		for i, in := range n.GetInput() {
			if s.seen[in] || counted[in] || slices.Contains(unlearned[n.GetOpType()], i) {
				continue
			}
			counted[in] = true
			if t := s.weights[in]; t != nil {
				total += learned(t)
			} else if m := s.maker[in]; m != nil {
				total += s.count([]*onnxpb.NodeProto{m}, counted)
			}
		}
	}
	return total
}

// learned is how many weights a tensor has: single numbers, and integers that are too wide to be quantized weights, are
// settings.
func learned(t *onnxpb.TensorProto) int64 {
	switch onnxpb.TensorProto_DataType(t.GetDataType()) {
	case onnxpb.TensorProto_FLOAT, onnxpb.TensorProto_INT8, onnxpb.TensorProto_UINT8, onnxpb.TensorProto_INT32:
	default:
		return 0
	}
	if len(t.GetDims()) == 0 {
		return 0
	}
	total := int64(1)
	for _, d := range t.GetDims() {
		total *= d
	}
	return total
}

// parameters is how many weights the whole network has, each counted once.
func (s *surveyed) parameters() int64 {
	return s.count(s.model.GetGraph().GetNode(), map[string]bool{})
}

// numbers are the contents of a short float32 constant; nil if they are not known.
func (s *surveyed) numbers(value string) []float32 {
	t := s.weights[value]
	if t == nil || learned(t) > maxShort {
		return nil
	}
	data, err := onnx.Float32s(t)
	if err != nil {
		return nil // of another type, or computed
	}
	return data
}

// maxShort bounds what is read of constants that may say how pictures are prepared.
const maxShort = 64
