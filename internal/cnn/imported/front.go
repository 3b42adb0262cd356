package imported

import (
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// preprocess is how pictures are prepared: as asked for, or as the graph's first nodes suggest.
func (s *surveyed) preprocess(p picture, asked string) (cnn.Preprocess, []string, error) {
	if asked != "" {
		pre, err := ParsePreprocess(asked, int(p.channels))
		return pre, nil, err
	}
	spec, why := "torch", "pictures are prepared as torchvision's networks want them (range 0..1, ImageNet's mean and deviation)"
	scale, shift, scaled := s.front(p.name)
	switch {
	case p.kind == onnxpb.TensorProto_UINT8:
		spec, why = "none", "pictures are given as they are, from 0 to 255"
	case scaled && (scale < 1.0/16 || shift > 2):
		spec, why = "none", "the graph prepares its pictures itself: they are given as they are, from 0 to 255"
	case scaled:
		spec, why = "range=0..1", "the graph prepares its pictures itself: they are given in the range 0..1"
	case p.channels == 1:
		spec, why = "range=0..1", "pictures are given in the range 0..1"
	}
	pre, err := ParsePreprocess(spec, int(p.channels))
	return pre, []string{fmt.Sprintf("%s; this is assumed (--preprocess chooses another way)", why)}, err
}

// front finds what the graph's first nodes do to the numbers of its input: the factor, and the largest number that is
// taken off. It reports whether they do anything.
func (s *surveyed) front(value string) (scale, shift float64, scaled bool) {
	scale = 1
	for len(s.users[value]) == 1 {
		n := s.users[value][0]
		number, known := s.constantOf(n)
		switch n.GetOpType() {
		case "Transpose", "Cast", "Identity", "QuantizeLinear", "DequantizeLinear":
		case "Mul":
			scale, scaled = scale*number, true
		case "Div":
			scale, scaled = scale/number, true
		case "Sub", "Add":
			shift, scaled = max(shift, math.Abs(number)), true
		case "BatchNormalization":
			return scale, shift, true
		default:
			return scale, shift, scaled
		}
		if scaled && !known {
			return scale, shift, false
		}
		value = n.GetOutput()[0]
	}
	return scale, shift, scaled
}

// constantOf is the largest of the numbers that a node combines its input with.
func (s *surveyed) constantOf(n *onnxpb.NodeProto) (float64, bool) {
	largest, known := 0.0, false
	for _, in := range n.GetInput() {
		for _, v := range s.numbers(in) {
			largest, known = max(largest, math.Abs(float64(v))), true
		}
	}
	return largest, known
}
