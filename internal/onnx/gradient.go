package onnx

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Objective adds to a builder, which ends in the given values, the number that is to be raised: a value of one element.
// It may declare inputs of its own.
type Objective func(b *Builder, values []string) string

// GradientOptions say how a gradient is taken.
type GradientOptions struct {
	// RedirectReLU lets the gradient through a ReLU that would let nothing of it through for a whole picture, but for
	// what would push a unit further from where it is alive. It starts optimisations that begin among dead units, and
	// is Lucid's override (lucid/optvis/overrides/redirected_relu_grad.py).
	RedirectReLU bool

	// By is the value by which the objective is differentiated, as if it were given and what leads to it did not exist;
	// "" is the picture. The graph then yields the value too.
	By string
}

// by names in words what the objective is differentiated by.
func (o GradientOptions) by() string { return cmp.Or(o.By, "the picture") }

// Names of the outputs of a gradient's graph.
const (
	ObjectiveOutput = "objective"
	GradientOutput  = "gradient"
	ValueOutput     = "value" // of GradientOptions.By
)

// Gradient makes a graph that computes an objective on some values of a model, and its derivative by the picture, by
// reverse accumulation. inputShape is the shape of the model's one input, N included. The result has the model's input,
// then those that the objective declares, and the outputs "objective", of shape [1], and "gradient", of the input's
// shape, or that of the value by which it is taken. It holds only what the values need, with normalisations merged into
// convolutions. Weights are shared with m.
//
// Operators of versions before DefaultOpset are not differentiated: Upgrade makes newer ones of them.
func Gradient(m *onnxpb.ModelProto, inputShape []int64, values []string, objective Objective, opt GradientOptions) (*onnxpb.ModelProto, error) {
	kept := values
	if opt.By != "" {
		kept = append(kept[:len(kept):len(kept)], opt.By)
	}
	b, by, err := forward(m, inputShape, kept)
	if err != nil {
		return nil, err
	}
	if opt.By != "" {
		by = opt.By
	}
	y := objective(b, values)
	if b.err == nil && times(b.Dims(y)...) != 1 {
		b.fail(fmt.Errorf("the objective has the shape %v; it must be one number", b.Dims(y)))
	}
	if b.err != nil {
		return nil, fmt.Errorf("objective on %v: %w", values, b.err)
	}
	r, err := newReverse(b, by, y, opt)
	if err != nil {
		return nil, fmt.Errorf("gradient of %v: %w", values, err)
	}
	gradient := r.run(by, y)
	b.Reshape(ObjectiveOutput, y, 1)
	b.Reshape(GradientOutput, gradient, b.Dims(by)...)
	if opt.By == "" {
		return b.Model(ObjectiveOutput, GradientOutput)
	}
	b.Identity(ValueOutput, by)
	return b.Model(ObjectiveOutput, GradientOutput, ValueOutput)
}

// forward is a builder that ends in the values, and the name of its input.
func forward(m *onnxpb.ModelProto, inputShape []int64, values []string) (*Builder, string, error) {
	if v := opsetOf(m); v < DefaultOpset {
		return nil, "", fmt.Errorf("the graph %s has operators of version %d; gradients are taken of version %d and newer", m.GetGraph().GetName(), v, DefaultOpset)
	}
	pruned, err := Prune(m, values)
	if err != nil {
		return nil, "", err
	}
	if pruned, err = foldNorms(pruned, values); err != nil {
		return nil, "", err
	}
	input, err := onlyInput(pruned)
	if err != nil {
		return nil, "", err
	}
	b, err := extend(pruned, inputShape)
	if err != nil {
		return nil, "", err
	}
	b.model.Graph.Input = []*onnxpb.ValueInfoProto{Declare(input, onnxpb.TensorProto_FLOAT, inputShape)}
	b.model.Graph.ValueInfo = nil
	return b, input, nil
}

// reverse is a graph on its way back from the objective to the picture, or to another value.
type reverse struct {
	*Builder
	opt   GradientOptions
	nodes []*onnxpb.NodeProto // between that value and the objective, in the graph's order
	seen  map[string]bool     // values that hang on it
	parts map[string][]string // by value: contributions to its derivative so far
}

// newReverse finds the way back from y to the value by, and refuses it if there is an operator on it that has no rule.
func newReverse(b *Builder, by, y string, opt GradientOptions) (*reverse, error) {
	r := &reverse{Builder: b, opt: opt, seen: map[string]bool{by: true}, parts: map[string][]string{}}
	g := b.model.Graph
	wanted, err := needed(&onnxpb.GraphProto{Name: g.Name, Node: g.Node, Initializer: g.Initializer, Input: g.Input}, []string{y})
	if err != nil {
		return nil, err
	}
	for _, n := range g.Node {
		if !wanted.node[n] || !slices.ContainsFunc(n.Input, func(in string) bool { return r.seen[in] }) || constantWhatever[n.OpType] {
			continue
		}
		rule, ok := gradients[n.OpType]
		if !ok || !isStandard(n.Domain) {
			return nil, fmt.Errorf("node %s: nothing is known of the derivative of %s", n.Name, fullName(n))
		}
		for i, in := range n.Input {
			if r.seen[in] && i >= rule.data {
				return nil, fmt.Errorf("node %s (%s): its input %s hangs on %s; that is not differentiated", n.Name, n.OpType, in, opt.by())
			}
		}
		r.nodes = append(r.nodes, n)
		for _, out := range n.Output {
			r.seen[out] = true
		}
	}
	if !r.seen[y] {
		return nil, fmt.Errorf("the objective does not hang on %s", opt.by())
	}
	return r, nil
}

// run adds the nodes of the way back, and returns the value that holds the derivative by the value they lead back to.
func (r *reverse) run(by, y string) string {
	r.parts[y] = []string{r.ones(r.Dims(y))}
	for _, n := range slices.Backward(r.nodes) {
		s := &backward{reverse: r, node: node{NodeProto: n, opset: r.opset()}, dys: make([]string, len(n.Output))}
		some := false
		for i, out := range n.Output {
			if len(r.parts[out]) > 0 {
				s.dys[i], some = r.sum(out), true
			}
		}
		if !some || r.err != nil {
			continue
		}
		for _, in := range n.Input {
			s.in = append(s.in, r.values[in])
		}
		for i, dx := range gradients[n.OpType].rule(s) {
			if dx != "" && r.seen[n.Input[i]] {
				r.parts[n.Input[i]] = append(r.parts[n.Input[i]], dx)
			}
		}
	}
	if len(r.parts[by]) == 0 {
		return r.zeros(r.Dims(by))
	}
	return r.sum(by)
}

// sum joins the contributions to a value's derivative.
func (r *reverse) sum(value string) string {
	parts := r.parts[value]
	if len(parts) > 1 {
		parts = []string{r.Node("Sum", "", parts)}
		r.parts[value] = parts
	}
	return parts[0]
}

// constantWhatever are the operators whose output does not change with small changes of their input.
var constantWhatever = map[string]bool{
	"Shape": true, "Size": true, "Sign": true, "Floor": true, "Ceil": true, "Round": true, "ArgMax": true, "ArgMin": true,
	"Equal": true, "Greater": true, "GreaterOrEqual": true, "Less": true, "LessOrEqual": true, "Not": true, "And": true,
	"Or": true, "Xor": true, "IsNaN": true, "IsInf": true, "ConstantOfShape": true,
}
