package onnx

import (
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Cost is what one value of a graph costs to compute, and what it sees.
type Cost struct {
	// MACs are the multiply-accumulates of the node that makes the value, for one picture: those of convolutions and
	// matrix products. Biases, normalisations, activations and poolings count nothing. Papers, torchvision's "GFLOPS"
	// and fvcore's flops are this number; who counts a multiplication and an addition as two has twice as many.
	MACs           int64
	ReceptiveField Field // zero for values that do not depend on the picture
}

// Costs finds the cost of the input and of every value that a node makes, by name. inputShape is the shape of the
// model's one input, a picture: N × C × height × width with N = 1. Weights need no contents, only dimensions.
func Costs(m *onnxpb.ModelProto, inputShape []int64) (map[string]Cost, error) {
	input, err := onlyInput(m)
	if err != nil {
		return nil, err
	}
	if len(inputShape) != 4 || max(inputShape[2], inputShape[3]) > maxTraced {
		return nil, fmt.Errorf("costs of the graph %s: its input of shape %v is no picture", m.GetGraph().GetName(), inputShape)
	}
	values, err := inferValues(m, map[string][]int64{input: inputShape})
	if err != nil {
		return nil, err
	}
	traces := map[string]*trace{input: newTrace(inputShape)}
	costs := map[string]Cost{input: {ReceptiveField: traces[input].field()}}
	for _, p := range m.GetGraph().GetNode() {
		s := newStep(p, opsetOf(m), values, traces)
		for i, name := range p.GetOutput() {
			if name == "" {
				continue
			}
			dims := values[name].dims
			traces[name] = s.trace(i, dims)
			costs[name] = Cost{MACs: s.macs(dims), ReceptiveField: traces[name].field()}
		}
	}
	return costs, nil
}

// macs are the multiply-accumulates of a node whose output has the given shape.
func (n *node) macs(out []int64) int64 {
	switch n.GetOpType() {
	case "Conv":
		return times(append(out[:len(out):len(out)], n.in[1].dims[1:]...)...)
	case "ConvTranspose": // every number of the input meets the kernels of its group
		return times(append(n.in[0].dims[:len(n.in[0].dims):len(n.in[0].dims)], n.in[1].dims[1:]...)...)
	case "MatMul":
		x := n.in[0].dims
		return times(times(out...), x[len(x)-1])
	case "Gemm":
		x := n.in[0].dims
		return times(times(out...), x[1-min(1, intAttribute(n.NodeProto, "transA", 0))])
	}
	return 0
}

// times is a product that stays at the largest number instead of overflowing: a foreign graph may claim any size.
func times(factors ...int64) int64 {
	product := int64(1)
	for _, f := range factors {
		if f != 0 && product > math.MaxInt64/f {
			return math.MaxInt64
		}
		product *= f
	}
	return product
}

// Shares splits a graph's multiply-accumulates among some of its values, which are given in the graph's order: each
// gets those of the nodes that it needs and no value before it does.
func Shares(m *onnxpb.ModelProto, costs map[string]Cost, values []string) []int64 {
	maker := map[string]*onnxpb.NodeProto{}
	for _, n := range m.GetGraph().GetNode() {
		for _, out := range n.GetOutput() {
			maker[out] = n
		}
	}
	shares := make([]int64, len(values))
	counted := map[*onnxpb.NodeProto]bool{}
	for i, value := range values {
		for open := []string{value}; len(open) > 0; {
			n := maker[open[len(open)-1]]
			open = open[:len(open)-1]
			if n == nil || counted[n] {
				continue
			}
			counted[n] = true
			shares[i] += min(costs[n.GetOutput()[0]].MACs, math.MaxInt64-shares[i])
			open = append(open, n.GetInput()...)
		}
	}
	return shares
}
