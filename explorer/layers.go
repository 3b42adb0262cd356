package explorer

import (
	"context"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

func layers(parsed manifest) []Layer {
	list := make([]Layer, len(parsed.Layers))
	var most int64 = 1
	for _, l := range parsed.Layers {
		most = max(most, l.Parameters)
	}
	total := float64(max(1, parsed.Parameters))
	for i, l := range parsed.Layers {
		list[i] = Layer{
			Name: l.Name, Type: l.Type, Index: l.Index, Channels: l.Channels, Height: l.Height, Width: l.Width,
			Parameters: l.Parameters, Default: slices.Contains(parsed.DefaultLayers, l.Name), Vectors: []Seen{},
			Bar: 100 * float64(l.Parameters) / float64(most), Share: float64(l.Parameters) / total,
		}
	}
	return list
}

// storedLayers are the manifest's layers and what the file has of them. Values of the network that are visualized without
// being layers, as the classes' scores before the softmax, come last.
func storedLayers(model string, parsed manifest, stored []store.Layer) []Layer {
	all := layers(parsed)
	for _, s := range stored {
		i := slices.IndexFunc(all, func(l Layer) bool { return l.Name == s.Name })
		if i < 0 {
			i = len(all)
			all = append(all, Layer{Name: s.Name, Type: s.Type, Index: s.Position, Channels: s.Channels, Height: s.Height, Width: s.Width,
				Parameters: s.Parameters, Vectors: []Seen{}})
		}
		all[i].Visualizations = s.Visualizations
		all[i].URL = layerURL(model, s.Name)
	}
	return all
}

// fillFields says what the places of the layers' maps see.
func fillFields(all []Layer, a *anatomy) {
	for i := range all {
		if f, ok := a.field(all[i].Name); ok {
			all[i].ReceptiveField = &f
		}
	}
}

// fillSeen says at which layers which datasets can be searched.
func (w *web) fillSeen(ctx context.Context, m store.Model, page *ModelPage) error {
	datasets, err := w.db.Datasets(ctx)
	if err != nil {
		return err
	}
	position := make(map[string]int, len(page.Layers))
	for i, l := range page.Layers {
		position[l.Name] = i
	}
	for _, d := range datasets {
		embeddings, err := w.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: d.ID, Model: m.Name})
		if err != nil {
			return err
		}
		for _, e := range embeddings {
			i, known := position[e.Layer]
			if e.ModelID != m.ID || !known {
				continue
			}
			page.Layers[i].Vectors = append(page.Layers[i].Vectors, newSeen(d, e))
			if !slices.Contains(page.Seen, d.Name) {
				page.Seen = append(page.Seen, d.Name)
			}
		}
	}
	return nil
}

func newSeen(d store.Dataset, e store.Embedding) Seen {
	return Seen{
		Dataset: d.Name, Pooling: e.Pooling, Dimension: e.Dimension, Images: e.Vectors, Runtime: e.Runtime,
		Search: searchURL(d.Name, e.Model, e.Layer),
	}
}
