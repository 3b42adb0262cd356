package cnn

import (
	"runtime"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// computesInBlocks says whether ONNX Runtime keeps maps in blocks of channels from one convolution to the next: it does
// on x86 processors.
func computesInBlocks(provider string) bool {
	return runtime.GOARCH == "amd64" && (provider == "" || provider == ortrun.CPU)
}

// spreadGates returns the model with every gate, one factor for each channel of a map, spread over the whole map before
// the two are multiplied.
//
// In blocks of channels ONNX Runtime multiplies only maps of one shape, which must not depend on the batch size. For a
// map and a gate it brings the map out of the blocks and back into them, which takes a tenth of EfficientNet-B0's time;
// spreading the gates takes a fiftieth. The numbers stay the same. A model without gates is returned as it is.
func spreadGates(m *onnxpb.ModelProto, in Input) (*onnxpb.ModelProto, error) {
	if onnx.Opset(m) < 13 {
		return m, nil // Resize took other inputs then
	}
	shapes, err := onnx.InferShapes(m, map[string][]int64{in.Name: in.Shape()})
	if err != nil {
		return nil, err
	}
	spread := onnx.Copy(m)
	g := spread.GetGraph()
	g.Node = nil
	blocked := map[string]bool{}
	for _, n := range m.GetGraph().GetNode() {
		if staysBlocked(n, blocked) {
			blocked[n.GetOutput()[0]] = true
			if at := gateOf(n, shapes); at >= 0 {
				scales := onnx.FloatTensor(onnx.Unused(m, n.GetOutput()[0]+"/scales"), []int64{4}, scalesTo(shapes[n.GetInput()[1-at]]))
				gate := spreading(n.GetInput()[at], scales.GetName(), onnx.Unused(m, n.GetOutput()[0]+"/gate"))
				g.Initializer, g.Node = append(g.Initializer, scales), append(g.Node, gate)
				n = multiplying(n, at, gate.GetOutput()[0])
			}
		}
		g.Node = append(g.Node, n)
	}
	if len(g.Node) == len(m.GetGraph().GetNode()) {
		return m, nil
	}
	for i, info := range g.GetInput() {
		if info.GetName() == in.Name {
			g.Input[i] = onnx.Declare(in.Name, onnxpb.TensorProto_FLOAT, in.Shape())
		}
	}
	return spread, nil
}

// inBlocks are the operators, beside Conv, that give blocks where they are given blocks.
var inBlocks = []string{"Add", "BatchNormalization", "GlobalAveragePool", "Mul", "Relu", "Sigmoid", "Tanh"}

// staysBlocked says whether a node's one output lies in blocks of channels, given the values before it that do.
func staysBlocked(n *onnxpb.NodeProto, blocked map[string]bool) bool {
	if n.GetDomain() != "" || len(n.GetOutput()) != 1 {
		return false
	}
	switch op := n.GetOpType(); {
	case op == "Conv":
		return true
	case op == "BatchNormalization":
		return blocked[n.GetInput()[0]] // the others are weights
	default:
		return slices.Contains(inBlocks, op) && !slices.ContainsFunc(n.GetInput(), func(v string) bool { return !blocked[v] })
	}
}

// gateOf says which input of a node is the gate of the other one; -1 if none is.
func gateOf(n *onnxpb.NodeProto, shapes map[string][]int64) int {
	if n.GetOpType() != "Mul" {
		return -1
	}
	for at, v := range n.GetInput() {
		gate, size := shapes[v], shapes[n.GetInput()[1-at]]
		if len(gate) == 4 && len(size) == 4 && slices.Equal(gate, []int64{1, size[1], 1, 1}) && size[2]*size[3] > 1 {
			return at
		}
	}
	return -1
}

// scalesTo are the factors by which a gate grows to a map of some shape.
func scalesTo(shape []int64) []float32 { return []float32{1, 1, float32(shape[2]), float32(shape[3])} }

// spreading is a node that repeats each number of a gate all over the map.
func spreading(gate, scales, out string) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{
		OpType: "Resize", Name: out, Input: []string{gate, "", scales}, Output: []string{out},
		Attribute: []*onnxpb.AttributeProto{
			onnx.String("mode", "nearest"), onnx.String("coordinate_transformation_mode", "asymmetric"), onnx.String("nearest_mode", "floor"),
		},
	}
}

// multiplying is the node n with another value as one of its inputs.
func multiplying(n *onnxpb.NodeProto, at int, gate string) *onnxpb.NodeProto {
	inputs := slices.Clone(n.GetInput())
	inputs[at] = gate
	return &onnxpb.NodeProto{Name: n.GetName(), OpType: n.GetOpType(), Domain: n.GetDomain(), Attribute: n.GetAttribute(), Input: inputs, Output: n.GetOutput()}
}
