package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// oldestOpset is the first version whose operators broadcast as today's do.
const oldestOpset = 7

// upgrade is how a node becomes one of DefaultOpset.
type upgrade struct {
	since   int // the first version that has today's form
	rewrite func(u *upgrader, n *onnxpb.NodeProto) error
}

// upgrades has a row for every operator that changed its form after oldestOpset and up to DefaultOpset. Most changes let
// a number be computed that was fixed: what was an attribute is an input.
var upgrades = map[string]upgrade{
	"Clip":      {11, toInputs("min", "max")},
	"Pad":       {11, toInputs("pads", "value")},
	"ReduceSum": {13, toInputs("axes")},
	"Slice":     {10, toInputs("starts", "ends", "axes")},
	"Split":     {13, toInputs("split")},
	"Squeeze":   {13, toInputs("axes")},
	"TopK":      {10, toInputs("k")},
	"Unsqueeze": {13, toInputs("axes")},

	"Resize":   {11, (*upgrader).resize},
	"Upsample": {10, (*upgrader).upsample},

	"BatchNormalization": {14, (*upgrader).batchNormalization},
	"Dropout":            {12, (*upgrader).dropout},
	"Scatter":            {11, (*upgrader).scatter},

	"Hardmax":    {13, (*upgrader).softmax},
	"LogSoftmax": {13, (*upgrader).softmax},
	"Softmax":    {13, (*upgrader).softmax},
}

// Upgrade rewrites a graph whose standard operators have version 7 to 16 so that it computes the same with those of
// DefaultOpset. A newer graph is returned as it is. Numbers must be float32, as Widen leaves them. It is an error if the
// package does not know an operator, or if the graph uses what only training makes. The model given stays as it is; the
// result shares its weights and the nodes that need no change.
//
// What changed is in the changelog of the standard: https://onnx.ai/onnx/operators.
func Upgrade(m *onnxpb.ModelProto) (*onnxpb.ModelProto, error) {
	opset := opsetOf(m)
	if opset >= DefaultOpset {
		return m, nil
	}
	if opset < oldestOpset {
		return nil, fmt.Errorf("version %d of the operators is older than %d, the oldest that can be rewritten", opset, oldestOpset)
	}
	if types := foundFloats(m); len(types) > 0 {
		return nil, fmt.Errorf("a graph of version %d with numbers of the type %s cannot be rewritten before they are float32",
			opset, strings.Join(types, " and "))
	}
	u := newUpgrader(m)
	for _, n := range m.GetGraph().GetNode() {
		if err := u.take(n); err != nil {
			return nil, fmt.Errorf("node %s (%s) in its form of version %d: %w", n.GetName(), fullName(n), opset, err)
		}
	}
	return u.finish(), nil
}

// upgrader makes a new graph node by node.
type upgrader struct {
	old    *onnxpb.ModelProto
	opset  int // of the old graph
	graph  *onnxpb.GraphProto
	read   map[string]bool  // the old graph's values that are a node's input or an output of the graph
	taken  map[string]bool  // names that new values must not have
	count  int              // of names tried for new values
	values map[string]value // what is known of the old graph's values; nil before anyone asked
	fixed  bool             // the sizes among them hold for every picture
}

func newUpgrader(m *onnxpb.ModelProto) *upgrader {
	g := m.GetGraph()
	u := &upgrader{old: m, opset: opsetOf(m), read: map[string]bool{}, taken: map[string]bool{}}
	u.graph = &onnxpb.GraphProto{
		Name: g.GetName(), Input: g.GetInput(), Output: g.GetOutput(), ValueInfo: g.GetValueInfo(),
		Initializer: slices.Clone(g.GetInitializer()),
	}
	for _, n := range g.GetNode() {
		for _, name := range reads(n) {
			u.read[name], u.taken[name] = true, true
		}
		for _, name := range n.GetOutput() {
			u.taken[name] = true
		}
	}
	for _, name := range names(g.GetOutput()) {
		u.read[name] = true
	}
	for _, name := range slices.Concat(names(g.GetInput()), names(g.GetOutput()), names(g.GetInitializer())) {
		u.taken[name] = true
	}
	return u
}

// take puts a node into the new graph.
func (u *upgrader) take(n *onnxpb.NodeProto) error {
	if isStandard(n.GetDomain()) {
		change, changed := upgrades[n.GetOpType()]
		if !changed && !Knows(n) {
			return errors.New("the operator is not known here")
		}
		if changed && u.opset < change.since {
			n = proto.Clone(n).(*onnxpb.NodeProto)
			if err := change.rewrite(u, n); err != nil {
				return err
			}
		}
	}
	u.graph.Node = append(u.graph.Node, n)
	return nil
}

// finish is the model with the new graph.
func (u *upgrader) finish() *onnxpb.ModelProto {
	m := withGraph(u.old, u.graph)
	m.IrVersion = max(m.GetIrVersion(), irVersion(DefaultOpset))
	m.OpsetImport = []*onnxpb.OperatorSetIdProto{{Version: DefaultOpset}}
	for _, o := range u.old.GetOpsetImport() {
		if !isStandard(o.GetDomain()) {
			m.OpsetImport = append(m.OpsetImport, o)
		}
	}
	return m
}

// unused makes up a name for a new value, the same one in every run.
func (u *upgrader) unused(what string) string {
	for {
		u.count++
		name := fmt.Sprintf("%s_%d", what, u.count)
		if !u.taken[name] {
			u.taken[name] = true
			return name
		}
	}
}

// constant adds a tensor to the new graph and returns its name.
func (u *upgrader) constant(t *onnxpb.TensorProto) string {
	t.Name = u.unused(t.GetName())
	u.graph.Initializer = append(u.graph.Initializer, t)
	return t.Name
}
