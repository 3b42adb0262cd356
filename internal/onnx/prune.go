package onnx

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Prune keeps only what the given values need and makes them the outputs. The
// result shares nodes and initializers with m: no weights are copied, and
// neither model may be changed in place afterwards.
func Prune(m *onnxpb.ModelProto, outputs []string) (*onnxpb.ModelProto, error) {
	g := m.GetGraph()
	need, err := needed(g, outputs)
	if err != nil {
		return nil, err
	}
	pruned := &onnxpb.GraphProto{Name: g.GetName()}
	for _, n := range g.GetNode() {
		if need.node[n] {
			pruned.Node = append(pruned.Node, n)
		}
	}
	pruned.Initializer = keep(g.GetInitializer(), need.value)
	pruned.Input = keep(g.GetInput(), need.value)
	pruned.ValueInfo = keep(g.GetValueInfo(), need.value)
	pruned.Output = outputsOf(g, outputs)
	return withGraph(m, pruned), nil
}

// withGraph is m with another graph, sharing everything else.
func withGraph(m *onnxpb.ModelProto, g *onnxpb.GraphProto) *onnxpb.ModelProto {
	return &onnxpb.ModelProto{
		IrVersion:       m.GetIrVersion(),
		ProducerName:    m.GetProducerName(),
		ProducerVersion: m.GetProducerVersion(),
		Domain:          m.GetDomain(),
		ModelVersion:    m.GetModelVersion(),
		Graph:           g,
		OpsetImport:     m.GetOpsetImport(),
		MetadataProps:   m.GetMetadataProps(),
		Functions:       m.GetFunctions(),
	}
}

type named interface{ GetName() string }

func keep[T named](all []T, need map[string]bool) []T {
	var kept []T
	for _, x := range all {
		if need[x.GetName()] {
			kept = append(kept, x)
		}
	}
	return kept
}

// outputsOf describes the new outputs, with what the file already says of them.
func outputsOf(g *onnxpb.GraphProto, names []string) []*onnxpb.ValueInfoProto {
	known := map[string]*onnxpb.ValueInfoProto{}
	for _, infos := range [][]*onnxpb.ValueInfoProto{g.GetInput(), g.GetValueInfo(), g.GetOutput()} {
		for _, info := range infos {
			known[info.GetName()] = info
		}
	}
	infos := make([]*onnxpb.ValueInfoProto, len(names))
	for i, name := range names {
		if infos[i] = known[name]; infos[i] == nil {
			infos[i] = &onnxpb.ValueInfoProto{Name: name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
				TensorType: &onnxpb.TypeProto_Tensor{ElemType: int32(onnxpb.TensorProto_FLOAT)},
			}}}
		}
	}
	return infos
}

// need is the part of a graph that some values hang on.
type need struct {
	value map[string]bool
	node  map[*onnxpb.NodeProto]bool
}

func needed(g *onnxpb.GraphProto, outputs []string) (need, error) {
	maker := map[string]*onnxpb.NodeProto{}
	for _, n := range g.GetNode() {
		for _, out := range n.GetOutput() {
			maker[out] = n
		}
	}
	given := map[string]bool{}
	for _, in := range g.GetInput() {
		given[in.GetName()] = true
	}
	for _, t := range g.GetInitializer() {
		given[t.GetName()] = true
	}
	found := need{value: map[string]bool{}, node: map[*onnxpb.NodeProto]bool{}}
	for _, out := range outputs {
		if maker[out] == nil && !given[out] {
			return found, fmt.Errorf("the graph %s has no value %q", g.GetName(), out)
		}
	}
	for open := append([]string(nil), outputs...); len(open) > 0; {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		if name == "" || found.value[name] {
			continue
		}
		found.value[name] = true
		if n := maker[name]; n != nil && !found.node[n] {
			found.node[n] = true
			open = append(open, reads(n)...)
		}
	}
	return found, nil
}

// reads lists the values a node reads: its inputs, and those its subgraphs
// (branches and loops) take from outside.
func reads(n *onnxpb.NodeProto) []string {
	names := append([]string(nil), n.GetInput()...)
	for _, a := range n.GetAttribute() {
		for _, g := range append([]*onnxpb.GraphProto{a.GetG()}, a.GetGraphs()...) {
			for _, inner := range g.GetNode() {
				names = append(names, reads(inner)...)
			}
			for _, out := range g.GetOutput() {
				names = append(names, out.GetName())
			}
		}
	}
	return names
}
