package onnx

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// softmax rewrites a Softmax, LogSoftmax or Hardmax. Before version 13 it takes the axis and all behind it for one, so
// that today's is the same only where these have one number per number of the axis. Elsewhere the map is made
// two-dimensional before it and brought back to its shape, which the graph computes, behind it.
func (u *upgrader) softmax(n *onnxpb.NodeProto) error {
	axis := intAttribute(n, "axis", 1)
	x := inputName(n, 0)
	if u.isLast(axis, x) {
		n.Attribute = []*onnxpb.AttributeProto{Int("axis", axis)}
		return nil
	}
	flat, result, shape := u.unused("flat"), u.unused("normalised"), u.unused("shape")
	u.graph.Node = append(u.graph.Node,
		&onnxpb.NodeProto{Name: flat, OpType: "Flatten", Input: []string{x}, Output: []string{flat}, Attribute: []*onnxpb.AttributeProto{Int("axis", axis)}},
		&onnxpb.NodeProto{Name: n.GetName(), OpType: n.GetOpType(), Input: []string{flat}, Output: []string{result},
			Attribute: []*onnxpb.AttributeProto{Int("axis", -1)}},
		&onnxpb.NodeProto{Name: shape, OpType: "Shape", Input: []string{x}, Output: []string{shape}})
	n.Name, n.OpType, n.Input, n.Attribute = u.unused("reshaped"), "Reshape", []string{result, shape}, nil
	return nil
}

// isLast reports whether it is known that an axis of a value is the last one with more than one number behind it.
func (u *upgrader) isLast(axis int64, name string) bool {
	if axis == -1 {
		return true
	}
	dims := u.known(name).dims
	at, err := axisOf(axis, len(dims))
	if err != nil {
		return false
	}
	behind := dims[at+1:]
	return len(behind) == 0 || u.fixed && !slices.ContainsFunc(behind, func(d int64) bool { return d != 1 })
}

// openSide stands for a size of pictures that the file leaves open. It is what most networks are made for.
const openSide = 224

// known is what can be told of one of the old graph's values without running it; nothing where the file leaves too much
// open.
func (u *upgrader) known(name string) value {
	if u.values == nil {
		u.inferWhatIsKnown()
	}
	return u.values[name]
}

func (u *upgrader) inferWhatIsKnown() {
	g := u.old.GetGraph()
	u.values, u.fixed = map[string]value{"": {absent: true}}, true
	for _, t := range g.GetInitializer() {
		if v, err := constant(t); err == nil {
			u.values[t.GetName()] = v
		}
	}
	for _, info := range g.GetInput() {
		if _, initializer := u.values[info.GetName()]; !initializer {
			u.assume(info)
		}
	}
	for _, n := range g.GetNode() {
		outputs, err := inferNode(n, u.opset, u.values)
		for i := 0; err == nil && i < len(n.GetOutput()); i++ {
			if name := n.GetOutput()[i]; name != "" {
				u.values[name] = outputs[i]
			}
		}
	}
}

// assume settles the shape of an input, with one picture in an open batch.
func (u *upgrader) assume(info *onnxpb.ValueInfoProto) {
	dims, ok := DeclaredDims(info)
	if !ok {
		return
	}
	for i, d := range dims {
		switch {
		case d < 0 && i == 0:
			dims[i] = 1
		case d < 0:
			dims[i], u.fixed = openSide, false
		}
	}
	if _, err := elements(dims); err == nil {
		u.values[info.GetName()] = value{dims: dims}
	}
}
