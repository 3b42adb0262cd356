package imported

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// kinds are the operators whose outputs people call layers, by Keras' names for them.
var kinds = map[string]string{
	"Conv": "Conv2D", "ConvTranspose": "Conv2DTranspose", "Gemm": "Dense", "MatMul": "Dense",
	"BatchNormalization": "BatchNormalization", "InstanceNormalization": "InstanceNormalization",
	"GroupNormalization": "GroupNormalization", "LayerNormalization": "LayerNormalization", "LRN": "LocalResponseNormalization",
	"Relu": "ReLU", "LeakyRelu": "LeakyReLU", "PRelu": "PReLU", "Elu": "ELU", "ThresholdedRelu": "ThresholdedReLU", "Softmax": "Softmax",
	"Celu": "Activation", "Clip": "Activation", "Gelu": "Activation", "HardSigmoid": "Activation", "HardSwish": "Activation",
	"Mish": "Activation", "Selu": "Activation", "Sigmoid": "Activation", "Softplus": "Activation", "Softsign": "Activation", "Tanh": "Activation",
	"Add": "Add", "Sum": "Add", "Mul": "Multiply", "Concat": "Concatenate", "Max": "Maximum",
	"MaxPool": "MaxPooling2D", "AveragePool": "AveragePooling2D", "LpPool": "LpPooling2D",
	"GlobalAveragePool": "GlobalAveragePooling2D", "GlobalMaxPool": "GlobalMaxPooling2D", "ReduceMean": "GlobalAveragePooling2D",
	"Resize": "UpSampling2D", "Upsample": "UpSampling2D",
}

// elementwise are the operators that activations are spelled out with where the standard has no name for them: x·σ(x)
// for SiLU, x·(1 + erf(x/√2))/2 for GELU, x·clip(x + 3, 0, 6)/6 for hard swish.
var elementwise = []string{
	"Sigmoid", "HardSigmoid", "Erf", "Tanh", "Softplus", "Exp", "Log", "Relu", "Clip", "Add", "Sub", "Mul", "Div", "Pow",
	"Neg", "Abs", "Sqrt", "Min", "Max", "Reciprocal", "Cast", "Identity",
}

// find lists the candidates in the graph's order.
func (s *surveyed) find() {
	spelled := s.spelledOut()
	counted := map[string]bool{}
	for _, n := range s.model.GetGraph().GetNode() {
		kind := s.kind(n)
		if kind == "" || spelled[n] == inner {
			continue
		}
		if spelled[n] == whole {
			kind = "Activation"
		}
		c := candidate{node: n, kind: kind, value: s.settled(n, kind)}
		if !s.isLayer(c.value) {
			continue
		}
		c.parameters = s.count(s.between(n, c.value), counted)
		s.found = append(s.found, c)
	}
}

// kind is Keras' name for what a node does, empty if that is no layer.
func (s *surveyed) kind(n *onnxpb.NodeProto) string {
	kind := kinds[n.GetOpType()]
	joined := len(s.seenInputs(n))
	switch {
	case joined == 0:
		return ""
	case (kind == "Add" || kind == "Multiply" || kind == "Maximum") && joined < 2:
		return "" // with a constant
	case kind == "Dense" && joined > 1:
		return ""
	case kind == "Conv2D" && s.isDepthwise(n):
		return "DepthwiseConv2D"
	case n.GetOpType() == "Clip" && s.fromZero(n):
		return "ReLU"
	}
	return kind
}

// isDepthwise reports whether a convolution looks at each channel by itself.
func (s *surveyed) isDepthwise(n *onnxpb.NodeProto) bool {
	kernel := s.shapes[n.GetInput()[1]]
	channels := s.shapes[n.GetInput()[0]]
	return len(kernel) > 1 && len(channels) > 1 && kernel[1] == 1 && channels[1] > 1
}

// fromZero reports whether a Clip is a ReLU with a ceiling.
func (s *surveyed) fromZero(n *onnxpb.NodeProto) bool {
	for _, a := range n.GetAttribute() {
		if a.GetName() == "min" {
			return a.GetF() == 0
		}
	}
	if len(n.GetInput()) < 2 {
		return false
	}
	low := s.numbers(n.GetInput()[1])
	return len(low) == 1 && low[0] == 0
}

// isLayer reports whether a value is a map or a vector of one picture.
func (s *surveyed) isLayer(value string) bool {
	dims := s.shapes[value]
	return (len(dims) == 4 && !s.last[value] || len(dims) == 2) && dims[0] == 1 && !slices.Contains(dims, 0)
}

// settled is the value that a layer yields in the end: with a bias added by a node of its own, and rounded where the
// network is quantized.
func (s *surveyed) settled(n *onnxpb.NodeProto, kind string) string {
	value := n.GetOutput()[0]
	for {
		next := s.onlyUser(value)
		switch {
		case next == nil:
			return value
		case next.GetOpType() == "QuantizeLinear" && next.GetInput()[0] == value:
			rounded := s.users[next.GetOutput()[0]]
			if len(rounded) == 0 || rounded[0].GetOpType() != "DequantizeLinear" {
				return value
			}
			value = rounded[0].GetOutput()[0]
			return value
		case next.GetOpType() == "Add" && slices.Contains(weighted, n.GetOpType()) && s.isConstant(next):
		case (next.GetOpType() == "Mul" || next.GetOpType() == "Div") && kind == "Activation" && s.isScaling(next):
		default:
			return value
		}
		value = next.GetOutput()[0]
	}
}

// isConstant reports whether all but one input of a node are given beforehand.
func (s *surveyed) isConstant(n *onnxpb.NodeProto) bool { return len(s.seenInputs(n)) == 1 }

// isScaling reports whether a node multiplies all of its input by one number, as GELU's last step does.
func (s *surveyed) isScaling(n *onnxpb.NodeProto) bool {
	for _, in := range n.GetInput() {
		if !s.seen[in] && len(s.numbers(in)) == 1 {
			return s.isConstant(n)
		}
	}
	return false
}

// between are the nodes from a layer's first to the one that makes its value.
func (s *surveyed) between(n *onnxpb.NodeProto, value string) []*onnxpb.NodeProto {
	nodes := []*onnxpb.NodeProto{n}
	for last := s.maker[value]; nodes[len(nodes)-1] != last; {
		nodes = append(nodes, s.users[nodes[len(nodes)-1].GetOutput()[0]][0])
	}
	return nodes
}

// Parts of an activation that is spelled out: inner ones, and the product that is its result.
const (
	inner = iota + 1
	whole
)

// spelledOut finds the products of a value with a function of itself, and the nodes of that function.
func (s *surveyed) spelledOut() map[*onnxpb.NodeProto]int {
	parts := map[*onnxpb.NodeProto]int{}
	for _, n := range s.model.GetGraph().GetNode() {
		if in := n.GetInput(); n.GetOpType() == "Mul" && len(s.seenInputs(n)) == 2 {
			for i := range in {
				if nodes := s.path(in[i], in[1-i]); nodes != nil {
					for _, part := range nodes {
						parts[part] = inner
					}
					parts[n] = whole
				}
			}
		}
	}
	return parts
}

// longestSpelling is how many nodes an activation is spelled out with at most.
const longestSpelling = 12

// path returns the nodes that make one value of another one, element by element and of nothing else that is seen; nil
// if it is not made so.
func (s *surveyed) path(to, from string) []*onnxpb.NodeProto {
	var nodes []*onnxpb.NodeProto
	for open := []string{to}; len(open) > 0; {
		value := open[len(open)-1]
		open = open[:len(open)-1]
		if value == from || !s.seen[value] {
			continue
		}
		n := s.maker[value]
		if n == nil || len(nodes) == longestSpelling || !slices.Contains(elementwise, n.GetOpType()) {
			return nil
		}
		nodes = append(nodes, n)
		open = append(open, n.GetInput()...)
	}
	return nodes
}
