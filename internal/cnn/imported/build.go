package imported

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// build makes a network of a file's graph.
func build(m *onnxpb.ModelProto, weights cnn.Provenance, o Options) (*cnn.Network, Report, error) {
	m, notes, err := prepare(m)
	if err != nil {
		return nil, Report{}, err
	}
	r := Report{Notes: notes}
	m, p, err := findPicture(m, o.Height, o.Width)
	if err != nil {
		return nil, r, err
	}
	r.Notes = append(r.Notes, p.notes(o)...)
	manifest, notes, err := manifestOf(m, p, o)
	if err != nil {
		return nil, r, err
	}
	r.Notes = append(r.Notes, notes...)
	if err := o.apply(&manifest, weights); err != nil {
		return nil, r, err
	}
	data, err := onnx.Marshal(m)
	if err != nil {
		return nil, r, err
	}
	n := &cnn.Network{Manifest: manifest, ONNX: data}
	return n, r, n.Verify()
}

// prepare rewrites what does not hang on the picture: versions, types, and what nothing is made of.
func prepare(m *onnxpb.ModelProto) (*onnxpb.ModelProto, []string, error) {
	if err := checkVersion(m); err != nil {
		return nil, nil, err
	}
	g := m.GetGraph()
	if len(g.GetOutput()) == 0 {
		return nil, nil, fmt.Errorf("its graph has no outputs")
	}
	m, err := onnx.Prune(plain(m), names(g.GetOutput()))
	if err != nil {
		return nil, nil, err
	}
	m, notes, err := withoutObstacles(m)
	if err != nil {
		return nil, nil, err
	}
	m, types, err := onnx.Widen(m)
	if err != nil {
		return nil, nil, err
	}
	if len(types) > 0 {
		notes = append(notes, fmt.Sprintf("its numbers of the type %s are turned into FLOAT (float32)", strings.Join(types, " and ")))
	}
	if m, err = onnx.Upgrade(m); err != nil {
		return nil, nil, err
	}
	p, err := theInput(m)
	if err != nil || p.dims[0] <= 1 {
		return m, notes, err
	}
	notes = append(notes, fmt.Sprintf("the file takes batches of %d pictures; it is made to take one at a time", p.dims[0]))
	m, err = onnx.OneByOne(m, onnx.Declare(p.name, p.kind, append([]int64{1}, p.dims[1:]...)), p.dims[0])
	return m, notes, err
}

// Versions of the file format: from the first that lets weights be constant to that of the newest operators understood.
const oldestFormat, newestFormat = 4, 10

// plain is the model without what other programs note in it, among it the properties that an export would write, and
// with the weights constant: old files list them among the inputs, and then the runtime must expect others.
func plain(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	c := onnx.Copy(m)
	c.MetadataProps = nil
	c.IrVersion = min(max(c.IrVersion, oldestFormat), newestFormat)
	inputs := onnx.Inputs(m)
	c.Graph.Input = slices.DeleteFunc(c.Graph.Input, func(in *onnxpb.ValueInfoProto) bool { return !slices.Contains(inputs, in.GetName()) })
	return c
}

func names(infos []*onnxpb.ValueInfoProto) []string {
	var list []string
	for _, info := range infos {
		list = append(list, info.GetName())
	}
	return list
}

// notes say how the input is understood.
func (p picture) notes(o Options) []string {
	notes := []string{fmt.Sprintf("pictures of %d×%d pixels, as the file says", p.height, p.width)}
	declared := p.dims[2:]
	if p.last {
		declared = p.dims[1:3]
	}
	switch {
	case o.Height > 0 && slices.Min(declared) > 0 && !slices.Equal(declared, []int64{p.height, p.width}):
		notes[0] = fmt.Sprintf("pictures of %d×%d pixels, as you say, instead of the file's %d×%d", p.height, p.width, declared[0], declared[1])
	case o.Height > 0:
		notes[0] = fmt.Sprintf("pictures of %d×%d pixels, as you say", p.height, p.width)
	case slices.Min(declared) < 0:
		notes[0] = fmt.Sprintf("the file leaves the size of its pictures open; %d×%d is assumed (--input HEIGHTxWIDTH chooses another)", p.height, p.width)
	}
	if p.channels == 1 {
		notes = append(notes, "its pictures have one channel: yours are shown to it in shades of gray")
	}
	if p.last {
		notes = append(notes, "its pictures have their channels last; a transposition in front of the graph makes them of pictures with channels first")
	}
	if p.kind == onnxpb.TensorProto_UINT8 {
		notes = append(notes, "it takes whole numbers from 0 to 255; a cast in front of the graph makes them")
	}
	return notes
}

// manifestOf describes the network.
func manifestOf(m *onnxpb.ModelProto, p picture, o Options) (cnn.Manifest, []string, error) {
	s, err := survey(m, p)
	if err != nil {
		return cnn.Manifest{}, nil, err
	}
	layers := s.layers()
	if !slices.ContainsFunc(s.found, func(c candidate) bool { return len(s.shapes[c.value]) == 4 }) {
		return cnn.Manifest{}, nil, fmt.Errorf("none of its %d nodes makes maps (N × channels × height × width) that could be a layer; it is no convolutional network", len(m.GetGraph().GetNode()))
	}
	preprocess, notes, err := s.preprocess(p, o.Preprocess)
	if err != nil {
		return cnn.Manifest{}, nil, err
	}
	preprocess.Fit = "crop"
	manifest := cnn.Manifest{
		Name: o.Name, Title: o.Name,
		Input: cnn.Input{
			Name: p.name, Height: int(p.height), Width: int(p.width), Channels: int(p.channels), Preprocess: preprocess,
		},
		Layers: layers, DefaultLayers: s.defaults(), Parameters: s.parameters(),
		Output: cmp.Or(s.classifier(), m.GetGraph().GetOutput()[0].GetName()),
	}
	labelNotes, err := s.label(&manifest, o.Labels)
	if err != nil {
		return cnn.Manifest{}, nil, err
	}
	notes = append(notes, labelNotes...)
	notes = append(notes, fmt.Sprintf("%d layers; by default: %s", len(layers), strings.Join(manifest.DefaultLayers, ", ")))
	return manifest, notes, nil
}
