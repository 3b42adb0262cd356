package imported

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// surveyed is a graph with what is known of its values.
type surveyed struct {
	model   *onnxpb.ModelProto
	shapes  map[string][]int64
	maker   map[string]*onnxpb.NodeProto
	users   map[string][]*onnxpb.NodeProto
	at      map[*onnxpb.NodeProto]int // place in the graph's order
	seen    map[string]bool           // values that hang on the picture
	last    map[string]bool           // of these, those with the channels last
	depth   map[string]int            // of these: convolutions and matrix products on the longest way from the picture
	weights map[string]*onnxpb.TensorProto
	found   []candidate
}

// candidate is a value that can be a layer.
type candidate struct {
	node       *onnxpb.NodeProto
	value      string // what the layer yields: the node's output, or that of a bias or a rounding behind it
	kind       string // Keras' class name
	name       string
	parameters int64
}

// survey finds out what is in a graph.
func survey(m *onnxpb.ModelProto, p picture) (*surveyed, error) {
	shapes, err := onnx.InferShapes(m, map[string][]int64{p.name: p.shape()})
	if err != nil {
		return nil, err
	}
	s := &surveyed{
		model: m, shapes: shapes,
		maker: map[string]*onnxpb.NodeProto{}, users: map[string][]*onnxpb.NodeProto{}, at: map[*onnxpb.NodeProto]int{},
		seen: map[string]bool{p.name: true}, last: map[string]bool{}, depth: map[string]int{}, weights: map[string]*onnxpb.TensorProto{},
	}
	for _, t := range m.GetGraph().GetInitializer() {
		s.weights[t.GetName()] = t
	}
	for i, n := range m.GetGraph().GetNode() {
		s.add(n, i)
	}
	s.find()
	s.name()
	return s, nil
}

// add takes note of a node; those before it are known.
func (s *surveyed) add(n *onnxpb.NodeProto, at int) {
	s.at[n] = at
	op := n.GetOpType()
	seen, last, depth := false, false, 0
	for _, in := range n.GetInput() {
		s.users[in] = append(s.users[in], n)
		seen = seen || s.seen[in]
		last = last || s.last[in]
		depth = max(depth, s.depth[in])
	}
	switch {
	case op == "Shape" || op == "Size":
		seen = false
	case op == "Constant":
		s.constant(n)
	case slices.Contains(weighted, op):
		depth, last = depth+1, false
	case op == "Transpose":
		last = turned(n, last)
	}
	for _, out := range n.GetOutput() {
		s.maker[out] = n
		s.seen[out], s.last[out], s.depth[out] = seen, last, depth
	}
}

// weighted are the operators that make a network deeper.
var weighted = []string{"Conv", "ConvTranspose", "Gemm", "MatMul"}

// constant keeps what a node of that name holds, as a file's own weights.
func (s *surveyed) constant(n *onnxpb.NodeProto) {
	for _, a := range n.GetAttribute() {
		if a.GetT() != nil && len(n.GetOutput()) > 0 {
			s.weights[n.GetOutput()[0]] = a.GetT()
		}
	}
}

// turned reports whether a transposition leaves the channels last.
func turned(n *onnxpb.NodeProto, last bool) bool {
	for _, a := range n.GetAttribute() {
		switch {
		case a.GetName() != "perm":
		case slices.Equal(a.GetInts(), []int64{0, 2, 3, 1}):
			return true
		case slices.Equal(a.GetInts(), []int64{0, 3, 1, 2}):
			return false
		}
	}
	return last
}

// seenInputs are the inputs of a node that hang on the picture.
func (s *surveyed) seenInputs(n *onnxpb.NodeProto) []string {
	var list []string
	for _, in := range n.GetInput() {
		if s.seen[in] {
			list = append(list, in)
		}
	}
	return list
}

// onlyUser is the node that a value is used by, nil if there are several or none, or if the value is an output.
func (s *surveyed) onlyUser(value string) *onnxpb.NodeProto {
	if len(s.users[value]) != 1 || slices.Contains(names(s.model.GetGraph().GetOutput()), value) {
		return nil
	}
	return s.users[value][0]
}

// layers are the candidates as a manifest describes them.
func (s *surveyed) layers() []cnn.Layer {
	var layers []cnn.Layer
	for _, c := range s.found {
		dims := append(slices.Clone(s.shapes[c.value]), 1, 1)
		layers = append(layers, cnn.Layer{
			Name: c.name, Type: c.kind, Index: s.at[c.node], Value: c.value, Parameters: c.parameters,
			Channels: int(dims[1]), Height: int(dims[2]), Width: int(dims[3]),
		})
	}
	return layers
}
