package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// mergeNorms merges every BatchNormalization that is the only consumer of a tapped convolution into it:
//
//	y = scale·(x − mean)/√(variance + ε) + bias
//
// so that the graph has y where it had x. The taps say how x follows from y. The model given stays as it is.
func mergeNorms(m *onnxpb.ModelProto, values []string) (*onnxpb.ModelProto, map[string]Tap, error) {
	g := m.GetGraph()
	out := &onnxpb.GraphProto{
		Name: g.GetName(), Input: g.GetInput(), Output: g.GetOutput(), ValueInfo: g.GetValueInfo(),
		Node: slices.Clone(g.GetNode()), Initializer: slices.Clone(g.GetInitializer()),
	}
	merged := map[string]Tap{}
	for _, v := range values {
		p, err := findPair(out, v)
		if err != nil {
			return nil, nil, err
		}
		if p == nil {
			continue
		}
		tap, err := p.merge(out)
		if err != nil {
			return nil, nil, err
		}
		if tap != nil {
			merged[v] = *tap
		}
	}
	return withGraph(m, out), merged, nil
}

// pair is a convolution with the normalisation behind it, and their stored arrays.
type pair struct {
	conv, norm                  *onnxpb.NodeProto
	kernel, bias                *onnxpb.TensorProto // bias is nil without one
	scale, shift, mean, squares []float32
}

// findPair returns the pair that a value lies between; nil if there is none, or if it cannot be merged.
func findPair(g *onnxpb.GraphProto, v string) (*pair, error) {
	p := &pair{}
	consumers := 0
	for _, n := range g.GetNode() {
		if slices.Contains(n.GetOutput(), v) {
			p.conv = n
		}
		if slices.Contains(n.GetInput(), v) {
			p.norm = n
			consumers++
		}
	}
	if consumers != 1 || p.conv.GetOpType() != "Conv" || p.norm.GetOpType() != "BatchNormalization" || p.norm.GetInput()[0] != v {
		return nil, nil
	}
	if len(p.conv.GetInput()) < 2 || len(p.norm.GetInput()) != 5 || len(p.norm.GetOutput()) != 1 {
		return nil, nil // shape inference says it better
	}
	return p.stored(g)
}

// stored finds the pair's arrays; nil if one of them is computed, or not float32.
func (p *pair) stored(g *onnxpb.GraphProto) (*pair, error) {
	tensors := map[string]*onnxpb.TensorProto{}
	for _, t := range g.GetInitializer() {
		if t.GetDataType() == int32(onnxpb.TensorProto_FLOAT) && t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			tensors[t.GetName()] = t
		}
	}
	p.kernel = tensors[p.conv.GetInput()[1]]
	hasBias := len(p.conv.GetInput()) > 2 && p.conv.GetInput()[2] != ""
	if hasBias {
		p.bias = tensors[p.conv.GetInput()[2]]
	}
	if len(p.kernel.GetDims()) == 0 || p.kernel.GetDims()[0] < 1 || hasBias && p.bias == nil {
		return nil, nil
	}
	for i, to := range []*[]float32{&p.scale, &p.shift, &p.mean, &p.squares} {
		t := tensors[p.norm.GetInput()[i+1]]
		if t == nil {
			return nil, nil
		}
		var err error
		if *to, err = Float32s(t); err != nil {
			return nil, err
		}
		if int64(len(*to)) != p.kernel.GetDims()[0] {
			return nil, nil // shape inference says it better
		}
	}
	return p, nil
}

// mostCancelled bounds how much larger than the numbers themselves the shift may be that is taken off them again: it
// costs as many units in the last place.
const mostCancelled = 64

// merge rewrites the graph; nil if the way back from y to x would lose precision, as it does where a channel's scale is
// next to nothing.
func (p *pair) merge(g *onnxpb.GraphProto) (*Tap, error) {
	epsilon := float64(floatAttribute(p.norm, "epsilon", 1e-5))
	tap := &Tap{Output: p.norm.GetOutput()[0]}
	factors := make([]float64, len(p.scale))
	for c := range factors {
		deviation := math.Sqrt(float64(p.squares[c]) + epsilon)
		factors[c] = float64(p.scale[c]) / deviation
		back := float64(p.shift[c]) / factors[c]
		if !(math.Abs(back) <= mostCancelled*(deviation+math.Abs(float64(p.mean[c])))) {
			return nil, nil
		}
		tap.Scale = append(tap.Scale, float32(1/factors[c]))
		tap.Shift = append(tap.Shift, float32(float64(p.mean[c])-back))
	}
	kernel, bias, err := p.weights(factors)
	if err != nil {
		return nil, err
	}
	p.replace(g, kernel, bias)
	return tap, nil
}

// weights are the merged convolution's.
func (p *pair) weights(factors []float64) (kernel, bias []float32, err error) {
	if kernel, err = Float32s(p.kernel); err != nil {
		return nil, nil, err
	}
	kernel, bias = slices.Clone(kernel), make([]float32, len(factors))
	if p.bias != nil {
		stored, err := Float32s(p.bias)
		if err != nil {
			return nil, nil, err
		}
		copy(bias, stored)
	}
	if len(kernel)%len(factors) != 0 || p.bias != nil && len(p.bias.GetDims()) != 1 {
		return nil, nil, fmt.Errorf("node %s (Conv): its weights have the shape %v", p.conv.GetName(), p.kernel.GetDims())
	}
	each := len(kernel) / len(factors)
	for c, f := range factors {
		for i := c * each; i < (c+1)*each; i++ {
			kernel[i] = float32(float64(kernel[i]) * f)
		}
		bias[c] = float32((float64(bias[c])-float64(p.mean[c]))*f + float64(p.shift[c]))
	}
	return kernel, bias, nil
}

// replace puts the merged convolution in the place of the two nodes.
func (p *pair) replace(g *onnxpb.GraphProto, kernel, bias []float32) {
	name := p.norm.GetOutput()[0]
	node := &onnxpb.NodeProto{
		Name: p.conv.GetName(), OpType: "Conv", Attribute: p.conv.GetAttribute(),
		Input: []string{p.conv.GetInput()[0], name + "/kernel", name + "/bias"}, Output: []string{name},
	}
	g.Node[slices.Index(g.Node, p.conv)] = node
	g.Node = slices.DeleteFunc(g.Node, func(n *onnxpb.NodeProto) bool { return n == p.norm })
	g.Initializer = append(g.Initializer,
		FloatTensor(name+"/kernel", p.kernel.GetDims(), kernel), FloatTensor(name+"/bias", []int64{int64(len(bias))}, bias))
}
