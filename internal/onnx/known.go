package onnx

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Exporters compute the shape that a Reshape asks for, the sizes of a Resize and the like inside the graph, from the
// shape of the picture. What such values hold is therefore followed through the graph, as far as it is known beforehand
// and short. Truth values count as the integers 0 and 1.

// contents says, by operator, what one of its outputs holds; its dimensions are given. Both lists are nil in what it
// returns where the output hangs on something unknown, would overflow, or is not a number.
var contents = map[string]func(n *node, output int, dims []int64) value{
	"Cast":            (*node).cast,
	"Concat":          (*node).joined,
	"ConstantOfShape": (*node).repeated,
	"Range":           (*node).counted,
	"Where":           (*node).chosen,

	"Expand": moved(cyclic), "Flatten": moved(inOrder), "Gather": moved(gathered), "Identity": moved(inOrder),
	"Reshape": moved(inOrder), "Slice": moved(sliced), "Split": moved(chunk), "Squeeze": moved(inOrder),
	"Tile": moved(cyclic), "Transpose": moved(turned), "Unsqueeze": moved(inOrder),

	"Abs": (*node).mapped, "Ceil": (*node).mapped, "Floor": (*node).mapped, "Neg": (*node).mapped, "Not": (*node).mapped,
	"Reciprocal": (*node).mapped, "Round": (*node).mapped, "Sign": (*node).mapped, "Sqrt": (*node).mapped,

	"Add": (*node).folded, "And": (*node).folded, "Div": (*node).folded, "Equal": (*node).folded,
	"Greater": (*node).folded, "GreaterOrEqual": (*node).folded, "Less": (*node).folded, "LessOrEqual": (*node).folded,
	"Max": (*node).folded, "Min": (*node).folded, "Mod": (*node).folded, "Mul": (*node).folded, "Or": (*node).folded,
	"Pow": (*node).folded, "Sub": (*node).folded, "Sum": (*node).folded, "Xor": (*node).folded,

	"ReduceMax": (*node).reduced, "ReduceMin": (*node).reduced, "ReduceProd": (*node).reduced, "ReduceSum": (*node).reduced,
}

// fill adds what is known of an output's contents, and drops what does not go with its dimensions.
func (n *node) fill(output int, v *value) error {
	count, err := elements(v.dims)
	if err != nil {
		return err
	}
	if follow := contents[n.GetOpType()]; follow != nil && count <= knownContents {
		found := follow(n, output, v.dims)
		v.ints, v.floats = found.ints, found.floats
	}
	if int64(len(v.ints)) != count {
		v.ints = nil
	}
	if int64(len(v.floats)) != count {
		v.floats = nil
	}
	return nil
}

// smallIntegers reads a tensor of bytes or truth values.
func smallIntegers(t *onnxpb.TensorProto) ([]int64, error) {
	if _, err := storedElements(t, 1, len(t.GetInt32Data())); err != nil {
		return nil, err
	}
	data := []int64{}
	for _, v := range t.GetRawData() {
		if t.GetDataType() == int32(onnxpb.TensorProto_INT8) {
			data = append(data, int64(int8(v)))
		} else {
			data = append(data, int64(v))
		}
	}
	if len(data) == 0 {
		for _, v := range t.GetInt32Data() {
			data = append(data, int64(v))
		}
	}
	return data, nil
}

// joined is a Concat.
func (n *node) joined(_ int, dims []int64) value {
	at, err := axisOf(intAttribute(n.NodeProto, "axis", 1), len(dims))
	if err != nil {
		return value{}
	}
	outer := times(dims[:at]...)
	var ints [][]int64
	var floats [][]float32
	for _, v := range n.in {
		ints, floats = append(ints, v.ints), append(floats, v.floats)
	}
	return value{ints: join(ints, outer), floats: join(floats, outer)}
}

// join takes a part of every list in turn, as many times as given; nil where a list is not known.
func join[T any](lists [][]T, rounds int64) []T {
	all := []T{}
	for round := range rounds {
		for _, list := range lists {
			each := int64(len(list)) / rounds
			if list == nil {
				return nil
			}
			all = append(all, list[round*each:(round+1)*each]...)
		}
	}
	return all
}

// repeated is a ConstantOfShape.
func (n *node) repeated(_ int, dims []int64) value {
	one := value{floats: []float32{0}}
	if t := attribute(n.NodeProto, "value").GetT(); t != nil {
		one, _ = constant(t) // unknown where it cannot be read
	}
	count := int(times(dims...))
	return value{ints: slices.Repeat(one.ints, count), floats: slices.Repeat(one.floats, count)}
}

// counted is a Range of integers.
func (n *node) counted(_ int, dims []int64) value {
	if len(n.in[0].ints) != 1 || len(n.in[2].ints) != 1 {
		return value{}
	}
	v := value{ints: []int64{}}
	for i := range dims[0] {
		v.ints = append(v.ints, n.in[0].ints[0]+i*n.in[2].ints[0])
	}
	return v
}

// chosen is a Where.
func (n *node) chosen(_ int, dims []int64) value {
	var sides [3]value
	for i := range sides {
		sides[i] = n.in[i].picked(cyclicOver(n.in[i].dims, dims))
	}
	return value{
		ints:   choose(sides[0].ints, sides[1].ints, sides[2].ints),
		floats: choose(sides[0].ints, sides[1].floats, sides[2].floats),
	}
}

func choose[T any](which []int64, yes, no []T) []T {
	if which == nil || yes == nil || no == nil {
		return nil
	}
	chosen := slices.Clone(no)
	for i, w := range which {
		if w != 0 {
			chosen[i] = yes[i]
		}
	}
	return chosen
}
