package onnx

import (
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// foldNorms merges every BatchNormalization into the convolution before it, as mergeNorms does, except where a kept value
// lies between the two. The model given stays as it is.
func foldNorms(m *onnxpb.ModelProto, kept []string) (*onnxpb.ModelProto, error) {
	g := m.GetGraph()
	folded := &onnxpb.GraphProto{
		Name: g.GetName(), Input: g.GetInput(), Output: g.GetOutput(), ValueInfo: g.GetValueInfo(),
		Node: slices.Clone(g.GetNode()), Initializer: slices.Clone(g.GetInitializer()),
	}
	for _, n := range g.GetNode() {
		if n.GetOpType() != "Conv" || slices.Contains(kept, n.GetOutput()[0]) {
			continue
		}
		p, err := findPair(folded, n.GetOutput()[0])
		if err != nil {
			return nil, err
		}
		if p == nil {
			continue
		}
		kernel, bias, err := p.weights(p.factors())
		if err != nil {
			return nil, err
		}
		p.replace(folded, kernel, bias)
	}
	return withGraph(m, folded), nil
}

// factors are what the normalisation multiplies each channel by.
func (p *pair) factors() []float64 {
	epsilon := float64(floatAttribute(p.norm, "epsilon", 1e-5))
	factors := make([]float64, len(p.scale))
	for c := range factors {
		factors[c] = float64(p.scale[c]) / math.Sqrt(float64(p.squares[c])+epsilon)
	}
	return factors
}
