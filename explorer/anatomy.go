package explorer

import (
	"context"
	"image"
	"sync"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/store"
)

// anatomy is what only a network's graph says about its layers.
type anatomy struct {
	fields map[string]onnx.Field // by layer: which pixels a place of its map sees
	before map[string][]string   // by layer: the layers that it is made of
}

// field is a layer's receptive field, false where it is not known.
func (a *anatomy) field(layer string) (onnx.Field, bool) {
	if a == nil {
		return onnx.Field{}, false
	}
	f, ok := a.fields[layer]
	return f, ok
}

// box is what a place of a layer's map sees, in pixels of the network's input; empty where it is not known.
func (a *anatomy) box(layer string, row, column int) image.Rectangle {
	f, ok := a.field(layer)
	if !ok {
		return image.Rectangle{}
	}
	top, left, bottom, right := f.Box(row, column)
	return image.Rect(left, top, right, bottom)
}

// anatomies keeps what was read of the models' graphs, which takes a while for large ones.
type anatomies struct {
	db *store.DB

	mu    sync.Mutex
	known map[int64]*anatomy
}

// of is a model's anatomy, nil for a model whose network is not in the file, or whose graph is not understood: then the
// pages have everything else.
func (k *anatomies) of(ctx context.Context, m store.Model, parsed manifest) (*anatomy, error) {
	if !m.HasGraph {
		return nil, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if a, ok := k.known[m.ID]; ok {
		return a, nil
	}
	data, err := k.db.ModelGraph(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	a := dissect(data, parsed)
	if k.known == nil {
		k.known = map[int64]*anatomy{}
	}
	k.known[m.ID] = a
	return a, nil
}

// dissect reads a graph, nil if it cannot be read.
func dissect(data []byte, parsed manifest) *anatomy {
	graph, err := onnx.Unmarshal(data)
	if err != nil {
		return nil
	}
	in := parsed.Input
	costs, err := onnx.Costs(graph, []int64{1, int64(in.Channels), int64(in.Height), int64(in.Width)})
	if err != nil {
		return nil
	}
	a := &anatomy{fields: map[string]onnx.Field{}, before: map[string][]string{}}
	layerOf := map[string]string{}
	for _, l := range parsed.Layers {
		a.fields[l.Name] = costs[l.Value].ReceptiveField
		layerOf[l.Value] = l.Name
	}
	sources := newSources(graph, layerOf)
	for _, l := range parsed.Layers {
		a.before[l.Name] = sources.before(l.Value)
	}
	return a
}

// sources follows values back to the layers that they are made of.
type sources struct {
	made    map[string]*onnxpb.NodeProto
	layerOf map[string]string
}

func newSources(graph *onnxpb.ModelProto, layerOf map[string]string) sources {
	s := sources{made: map[string]*onnxpb.NodeProto{}, layerOf: layerOf}
	for _, n := range graph.GetGraph().GetNode() {
		for _, out := range n.GetOutput() {
			s.made[out] = n
		}
	}
	return s
}

// before are the layers of which a layer's value is made with no other layer between them, each once.
func (s sources) before(value string) []string {
	var layers []string
	seen := map[string]bool{value: true}
	open := s.inputs(value)
	for len(open) > 0 {
		v := open[0]
		open = open[1:]
		if seen[v] {
			continue
		}
		seen[v] = true
		if layer, ok := s.layerOf[v]; ok {
			layers = append(layers, layer)
		} else {
			open = append(open, s.inputs(v)...)
		}
	}
	return layers
}

func (s sources) inputs(value string) []string {
	if n := s.made[value]; n != nil {
		return n.GetInput()
	}
	return nil
}
