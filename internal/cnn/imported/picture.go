package imported

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// usualSide is the input size of most networks that leave it open.
const usualSide = 224

// picture is a way to see a graph's input.
type picture struct {
	name                    string // of the input
	dims                    []int64
	kind                    onnxpb.TensorProto_DataType // of its numbers in the file
	last                    bool                        // its channels come last in the file
	channels, height, width int64
}

// theInput is a graph's one input. A file that says nothing of its shape leaves all of it open.
func theInput(m *onnxpb.ModelProto) (picture, error) {
	names := onnx.Inputs(m)
	if len(names) != 1 {
		return picture{}, fmt.Errorf("it has %d inputs, %q; convnet gives a network one picture and nothing else", len(names), names)
	}
	i := slices.IndexFunc(m.GetGraph().GetInput(), func(in *onnxpb.ValueInfoProto) bool { return in.GetName() == names[0] })
	in := m.GetGraph().GetInput()[i]
	p := picture{name: names[0], kind: onnxpb.TensorProto_DataType(in.GetType().GetTensorType().GetElemType())}
	if p.kind != onnxpb.TensorProto_FLOAT && p.kind != onnxpb.TensorProto_UINT8 {
		return p, fmt.Errorf("its input %s takes numbers of the type %s; pictures are FLOAT or UINT8", p.name, p.kind)
	}
	dims, ok := onnx.DeclaredDims(in)
	if !ok {
		dims = []int64{-1, -1, -1, -1}
	}
	if len(dims) != 4 {
		return p, fmt.Errorf("its input %s has the shape %s; convnet's pictures are N × channels × height × width", p.name, shape(dims))
	}
	p.dims = dims
	return p, nil
}

// views are the ways to see an input that the file's dimensions allow, the more certain ones first.
func (p picture) views(height, width int) []picture {
	var views []picture
	for _, channels := range []int64{3, 1} {
		for _, last := range []bool{false, true} {
			v := p
			v.channels, v.last = channels, last
			if declared := v.declared(); declared != channels && declared > 0 {
				continue
			}
			v.height, v.width = side(height, p.dims[2]), side(width, p.dims[3])
			if last {
				v.height, v.width = side(height, p.dims[1]), side(width, p.dims[2])
			}
			views = append(views, v)
		}
	}
	slices.SortStableFunc(views, func(a, b picture) int { return cmp.Compare(b.declared(), a.declared()) })
	return views
}

// declared is the number of channels that the file states, -1 if it states none.
func (p picture) declared() int64 {
	if p.last {
		return p.dims[3]
	}
	return p.dims[1]
}

// side is a length of the picture: the wanted one, or the file's, or the usual one.
func side(wanted int, declared int64) int64 {
	switch {
	case wanted > 0:
		return int64(wanted)
	case declared > 0:
		return declared
	}
	return usualSide
}

// open reports whether the file leaves the size of its pictures open.
func (p picture) open() bool { return slices.Min(p.dims[1:]) < 0 }

// shape is the input's shape with N = 1.
func (p picture) shape() []int64 { return []int64{1, p.channels, p.height, p.width} }

// findPicture finds out how a graph wants its pictures: channels first or last, in colour or gray. What the file leaves
// open is settled by what the graph can compute. It returns the graph with an input like those of convnet's own.
func findPicture(m *onnxpb.ModelProto, height, width int) (*onnxpb.ModelProto, picture, error) {
	p, err := theInput(m)
	if err != nil {
		return nil, p, err
	}
	var first error
	for _, v := range p.views(height, width) {
		asked := v.ask(m)
		_, err := onnx.InferShapes(asked, map[string][]int64{v.name: v.shape()})
		switch {
		case err == nil:
			return asked, v, nil
		case first == nil:
			first = fmt.Errorf("it cannot take pictures of %d×%d: %w", v.height, v.width, err)
		}
	}
	switch {
	case first == nil:
		first = fmt.Errorf("its input %s has the shape %s, with neither 3 channels nor 1; convnet's pictures have no others", p.name, shape(p.dims))
	case height == 0 && p.open():
		first = fmt.Errorf("%w; the file leaves the size open, give it with --input HEIGHTxWIDTH", first)
	}
	return nil, p, first
}

// ask puts an input for pictures with channels first in front of the graph, and what turns them into the file's.
func (p *picture) ask(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	asked := onnx.Copy(m)
	before := func(op string, attribute *onnxpb.AttributeProto) {
		target := p.name
		p.name = onnx.Unused(asked, "picture")
		node := &onnxpb.NodeProto{Name: p.name + "_" + op, OpType: op, Input: []string{p.name}, Output: []string{target},
			Attribute: []*onnxpb.AttributeProto{attribute}}
		asked.Graph.Node = append([]*onnxpb.NodeProto{node}, asked.Graph.Node...)
	}
	old := p.name
	if p.kind == onnxpb.TensorProto_UINT8 {
		before("Cast", onnx.Int("to", int64(p.kind)))
	}
	if p.last {
		before("Transpose", onnx.Ints("perm", 0, 2, 3, 1))
	}
	dims := p.shape()
	dims[0] = p.dims[0]
	for i, in := range asked.Graph.Input {
		if in.GetName() == old {
			asked.Graph.Input[i] = onnx.Declare(p.name, onnxpb.TensorProto_FLOAT, dims)
		}
	}
	return asked
}

// shape writes dimensions with ? for those left open.
func shape(dims []int64) string {
	text := ""
	for i, d := range dims {
		if i > 0 {
			text += "×"
		}
		if d < 0 {
			text += "?"
		} else {
			text += fmt.Sprint(d)
		}
	}
	return text
}
