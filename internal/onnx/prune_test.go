package onnx_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// branches is a graph of two branches that share their beginning.
func branches(t *testing.T) *onnxpb.ModelProto {
	t.Helper()
	b := onnx.NewBuilder("branches", 0)
	w := func(name string) string { return b.Floats(name, []int64{2, 2, 1, 1}, []float32{1, 2, 3, 4}) }
	x := b.Conv("stem", b.Input("input", 1, 2, 4, 4), w("stem/kernel"), "", onnx.Window{})
	left := b.Conv("left", x, w("left/kernel"), "", onnx.Window{})
	right := b.Conv("right", x, w("right/kernel"), "", onnx.Window{})
	m, err := b.Model(b.Add("sum", left, right))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func namesOf[T interface{ GetName() string }](all []T) string {
	var names []string
	for _, x := range all {
		names = append(names, x.GetName())
	}
	return strings.Join(names, " ")
}

func TestPrune(t *testing.T) {
	for _, test := range []struct {
		outputs             []string
		nodes, initializers string
		inputs              string
	}{
		{[]string{"sum"}, "stem left right sum", "stem/kernel left/kernel right/kernel", "input"},
		{[]string{"left"}, "stem left", "stem/kernel left/kernel", "input"},
		{[]string{"right", "stem"}, "stem right", "stem/kernel right/kernel", "input"},
		{[]string{"input"}, "", "", "input"},
		{[]string{"left/kernel"}, "", "left/kernel", ""},
	} {
		m := branches(t)
		before := mustMarshal(t, m)
		p, err := onnx.Prune(m, test.outputs)
		if err != nil {
			t.Fatal(err)
		}
		g := p.GetGraph()
		if namesOf(g.Node) != test.nodes || namesOf(g.Initializer) != test.initializers || namesOf(g.Input) != test.inputs {
			t.Errorf("%v: nodes %q, initializers %q, inputs %q", test.outputs, namesOf(g.Node), namesOf(g.Initializer), namesOf(g.Input))
		}
		if namesOf(g.Output) != strings.Join(test.outputs, " ") {
			t.Errorf("%v: outputs %q", test.outputs, namesOf(g.Output))
		}
		if !slices.Equal(before, mustMarshal(t, m)) {
			t.Errorf("%v: pruning changed the model it was given", test.outputs)
		}
	}
}

func TestPruneSharesWeights(t *testing.T) {
	m := branches(t)
	p, err := onnx.Prune(m, []string{"left"})
	if err != nil {
		t.Fatal(err)
	}
	if &p.Graph.Initializer[0].RawData[0] != &m.Graph.Initializer[0].RawData[0] {
		t.Error("the weights were copied")
	}
}

func TestPruneUnknownOutput(t *testing.T) {
	if _, err := onnx.Prune(branches(t), []string{"middle"}); err == nil || !strings.Contains(err.Error(), "middle") {
		t.Errorf("got %v", err)
	}
}

// A branch of an If reads values of the graph around it without listing them.
func TestPruneKeepsWhatSubgraphsRead(t *testing.T) {
	m := branches(t)
	inner := &onnxpb.GraphProto{
		Node:   []*onnxpb.NodeProto{{OpType: "Relu", Input: []string{"left"}, Output: []string{"inner"}}},
		Output: []*onnxpb.ValueInfoProto{{Name: "inner"}, {Name: "right"}},
	}
	m.Graph.Node = append(m.Graph.Node, &onnxpb.NodeProto{
		Name: "if", OpType: "If", Input: []string{"input"}, Output: []string{"either"},
		Attribute: []*onnxpb.AttributeProto{{Name: "then_branch", Type: onnxpb.AttributeProto_GRAPH, G: inner}},
	})
	p, err := onnx.Prune(m, []string{"either"})
	if err != nil {
		t.Fatal(err)
	}
	if got := namesOf(p.Graph.Node); got != "stem left right if" {
		t.Errorf("kept %q", got)
	}
}

func TestPruneStopsAtCycles(t *testing.T) {
	m := &onnxpb.ModelProto{Graph: &onnxpb.GraphProto{Node: []*onnxpb.NodeProto{
		{OpType: "Relu", Input: []string{"b"}, Output: []string{"a"}},
		{OpType: "Relu", Input: []string{"a"}, Output: []string{"b"}},
	}}}
	if _, err := onnx.Prune(m, []string{"a"}); err != nil {
		t.Error(err)
	}
}

func mustMarshal(t testing.TB, m *onnxpb.ModelProto) []byte {
	t.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
