package api

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/store"
)

// ReceptiveField is what one unit of a layer sees of the picture.
type ReceptiveField struct {
	Rows    Extent `json:"rows"`
	Columns Extent `json:"columns"`
	Gated   bool   `json:"gated" doc:"Numbers from the whole picture scale every unit, as squeeze-and-excite blocks do; rows and columns follow the map that is scaled."`
}

// Extent is a receptive field along one axis, in pixels.
type Extent struct {
	Size   int     `json:"size" doc:"From the first pixel that a unit sees to the last; may be more than there are."`
	Stride float64 `json:"stride" doc:"From one unit to the next."`
	Start  float64 `json:"start" doc:"Centre of unit 0's field; 0 is the centre of the first pixel."`
	Whole  bool    `json:"whole" doc:"Every unit sees the whole picture; the rest is 0."`
}

// fields traces the receptive fields of a model's layers once. It is safe for concurrent use.
type fields struct {
	db *store.DB

	mu    sync.Mutex // held while a graph is traced: a second caller would only do the same
	known map[[32]byte]map[string]*ReceptiveField
}

func newFields(db *store.DB) *fields {
	return &fields{db: db, known: map[[32]byte]map[string]*ReceptiveField{}}
}

// of returns the receptive fields of a model's layers, by name: none where the network is not in the file, or is none that
// can be traced.
func (f *fields) of(ctx context.Context, m store.Model) (map[string]*ReceptiveField, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found, ok := f.known[m.SHA256]; ok || !m.HasGraph {
		return found, nil
	}
	graph, err := f.db.ModelGraph(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	found, err := trace(m.Manifest, graph)
	if err != nil {
		return nil, fmt.Errorf("trace the layers of model %s: %w", m.Name, err)
	}
	f.known[m.SHA256] = found
	return found, nil
}

// traced is what the manifest says about where the layers are in the graph.
type traced struct {
	Input  struct{ Channels, Height, Width int64 }
	Layers []struct{ Name, Value string }
}

func trace(manifest, graph []byte) (map[string]*ReceptiveField, error) {
	found := map[string]*ReceptiveField{}
	var m traced
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, err
	}
	model, err := onnx.UnmarshalStructure(graph)
	if err != nil {
		return found, nil
	}
	costs, err := onnx.Costs(model, []int64{1, m.Input.Channels, m.Input.Height, m.Input.Width})
	if err != nil {
		return found, nil
	}
	for _, l := range m.Layers {
		if cost, ok := costs[l.Value]; ok {
			field := cost.ReceptiveField
			found[l.Name] = &ReceptiveField{extent(field.Rows), extent(field.Columns), field.Gated}
		}
	}
	return found, nil
}

func extent(e onnx.Extent) Extent { return Extent{e.Size, e.Stride, e.Start, e.Whole} }
