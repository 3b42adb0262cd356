package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// upsample makes an Upsample a Resize. Its scales are an attribute before version 9. None of them may be less than 1.
func (u *upgrader) upsample(n *onnxpb.NodeProto) error {
	if err := toInputs("scales")(u, n); err != nil {
		return err
	}
	toResize(n, "floor")
	return nil
}

// resize makes a Resize of version 10 a newer one, which has more inputs and says how it rounds. That version did not;
// ONNX Runtime takes the pixel before where it enlarges and the one after where it shrinks. A map that is enlarged along
// one axis and shrunk along another so takes two nodes.
func (u *upgrader) resize(n *onnxpb.NodeProto) error {
	scales := u.known(inputName(n, 1)).floats
	shrinks := slices.ContainsFunc(scales, func(s float32) bool { return s < 1 })
	enlarges := slices.ContainsFunc(scales, func(s float32) bool { return s > 1 })
	switch nearest := stringAttribute(n, "mode", "nearest") == "nearest"; {
	case !nearest || !shrinks:
		toResize(n, "floor")
	case !enlarges:
		toResize(n, "ceil")
	default:
		up, down := slices.Clone(scales), slices.Clone(scales)
		for i, s := range scales {
			up[i], down[i] = max(s, 1), min(s, 1)
		}
		dims := []int64{int64(len(scales))}
		first := &onnxpb.NodeProto{OpType: "Resize", Input: []string{inputName(n, 0), u.constant(FloatTensor("scales", dims, up))},
			Output: []string{u.unused("enlarged")}, Attribute: slices.Clone(n.GetAttribute())}
		first.Name = first.Output[0]
		toResize(first, "floor")
		u.graph.Node = append(u.graph.Node, first)
		n.Input = []string{first.Output[0], u.constant(FloatTensor("scales", dims, down))}
		toResize(n, "ceil")
	}
	return nil
}

// toResize gives a node with a map and scales the form of a Resize that measures from the corner, as old ones do.
func toResize(n *onnxpb.NodeProto, rounding string) {
	n.OpType = "Resize"
	n.Input = []string{inputName(n, 0), "", inputName(n, 1)}
	n.Attribute = append(n.Attribute, String("coordinate_transformation_mode", "asymmetric"), String("nearest_mode", rounding))
}

// batchNormalization leaves out the outputs of training, and the attribute that lets every place of a map have its own
// statistics. Some exporters set that wrongly: with one number per channel there is but one reading.
func (u *upgrader) batchNormalization(n *onnxpb.NodeProto) error {
	if intAttribute(n, "spatial", 1) == 0 && len(u.known(inputName(n, 1)).dims) != 1 {
		return errors.New("it normalises every place of a map by itself (spatial=0), which no newer version does")
	}
	n.Attribute = without(n.GetAttribute(), "spatial")
	return u.onlyFirst(n)
}

// dropout makes a Dropout what it is outside of training.
func (u *upgrader) dropout(n *onnxpb.NodeProto) error {
	n.OpType, n.Attribute = "Identity", nil
	n.Input = n.Input[:min(1, len(n.Input))]
	return u.onlyFirst(n)
}

func (u *upgrader) scatter(n *onnxpb.NodeProto) error {
	n.OpType = "ScatterElements"
	return nil
}

// onlyFirst leaves out the outputs behind the first, which must not be used: the versions differ in what they hold.
func (u *upgrader) onlyFirst(n *onnxpb.NodeProto) error {
	first := min(1, len(n.GetOutput()))
	for _, name := range n.GetOutput()[first:] {
		if name != "" && u.read[name] {
			return fmt.Errorf("the graph uses its output %q, which is made for training", name)
		}
	}
	n.Output = n.Output[:first]
	return nil
}
