package onnx

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// OneByOne makes a graph that was written for batches of a fixed size take one picture at a time. The size stands in the
// shape of its input, which is given for one picture, and at the front of the shapes that it reshapes to.
func OneByOne(m *onnxpb.ModelProto, input *onnxpb.ValueInfoProto, size int64) (*onnxpb.ModelProto, error) {
	single := Copy(m)
	for i, in := range single.Graph.Input {
		if in.GetName() == input.GetName() {
			single.Graph.Input[i] = input
		}
	}
	targets := map[string]bool{}
	for _, n := range single.Graph.Node {
		if n.GetOpType() == "Reshape" && len(n.GetInput()) > 1 {
			targets[n.GetInput()[1]] = true
		}
	}
	for i, t := range single.Graph.Initializer {
		if !targets[t.GetName()] {
			continue
		}
		changed, err := startingWithOne(t, size)
		if err != nil {
			return nil, err
		}
		single.Graph.Initializer[i] = changed
	}
	for i, n := range single.Graph.Node {
		if n.GetOpType() != "Constant" || len(n.GetOutput()) == 0 || !targets[n.GetOutput()[0]] {
			continue
		}
		n = proto.Clone(n).(*onnxpb.NodeProto)
		if a := attribute(n, "value"); a.GetT() != nil {
			changed, err := startingWithOne(a.GetT(), size)
			if err != nil {
				return nil, err
			}
			a.T = changed
		}
		single.Graph.Node[i] = n
	}
	return single, nil
}

// startingWithOne is a stored shape with 1 for the given size at its front.
func startingWithOne(t *onnxpb.TensorProto, size int64) (*onnxpb.TensorProto, error) {
	if t.GetDataType() != int32(onnxpb.TensorProto_INT64) || t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		return t, nil
	}
	dims, err := int64s(t)
	if err != nil || len(dims) == 0 || dims[0] != size {
		return t, err
	}
	dims = slices.Clone(dims)
	dims[0] = 1
	return Int64Tensor(t.GetName(), t.GetDims(), dims), nil
}
