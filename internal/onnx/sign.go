package onnx

// A map without negative values, as an activation leaves it, needs less work to
// be pooled. Whether a value can be negative follows from the operators alone.

// sign says what is known of the sign of an operator's output.
type sign int

const (
	signUnknown sign = iota
	signKept         // no negative values if no input has any
	signNever        // never negative
)

// nonNegative reports whether a node cannot make negative values.
func (n *node) nonNegative(s sign) bool {
	switch n.GetOpType() {
	case "Clip":
		return n.in[0].nonNegative || n.clipsAtZero()
	case "Max":
		for _, v := range n.in {
			if v.nonNegative {
				return true
			}
		}
		return false
	case "Resize": // cubic interpolation overshoots
		return n.in[0].nonNegative && stringAttribute(n.NodeProto, "mode", "nearest") != "cubic"
	case "Pad":
		return n.in[0].nonNegative && n.padsWithNoLess()
	}
	if s == signKept {
		for i, v := range n.in {
			parameter := v.absent || (i > 0 && v.ints != nil) // axes, shapes
			if !v.nonNegative && !parameter {
				return false
			}
		}
	}
	return s != signUnknown
}

func (n *node) clipsAtZero() bool {
	if a := attribute(n.NodeProto, "min"); a != nil {
		return a.GetF() >= 0
	}
	return !n.input(1).absent && n.input(1).nonNegative
}

func (n *node) padsWithNoLess() bool {
	fill := n.input(2)
	return attribute(n.NodeProto, "value").GetF() >= 0 && (fill.absent || fill.nonNegative)
}

// noneNegative reports whether known contents have no negative number.
func noneNegative(floats []float32) bool {
	for _, v := range floats {
		if !(v >= 0) {
			return false
		}
	}
	return len(floats) > 0
}
