package explorer

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// place is a layer of a model of the file.
type place struct {
	model    store.Model
	manifest manifest
	layers   []store.Layer // all of the model's, from the input
	at       int           // the one that is meant
}

func (p *place) layer() store.Layer { return p.layers[p.at] }

// find finds the layer that an address names.
func (w *web) find(c echo.Context) (*place, error) {
	model, err := templates.PathParam(c, "name")
	if err != nil {
		return nil, err
	}
	name, err := templates.PathParam(c, "layer")
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	p := &place{}
	if p.model, err = w.model(ctx, model); err != nil {
		return nil, err
	}
	if p.manifest, err = readManifest(p.model); err != nil {
		return nil, err
	}
	if p.layers, err = w.db.Layers(ctx, p.model.ID); err != nil {
		return nil, err
	}
	p.at = slices.IndexFunc(p.layers, func(l store.Layer) bool { return l.Name == name })
	if p.at < 0 {
		return nil, notFoundf("There is no layer %q in %s.", name, p.model.Name)
	}
	return p, nil
}

// layerFacts is the layer's row of the model's table; a layer that the manifest does not list is described by the store.
func (p *place) layerFacts() Layer {
	rows := storedLayers(p.model.Name, p.manifest, p.layers)
	i := slices.IndexFunc(rows, func(l Layer) bool { return l.Name == p.layer().Name })
	return rows[i]
}

// neighbor is the layer before or after, nil at the ends. It is looked at in the same way.
func (p *place) neighbor(step int, choice gridChoice) *Link {
	i := p.at + step
	if i < 0 || i >= len(p.layers) {
		return nil
	}
	name := p.layers[i].Name
	return &Link{name, layerURL(p.model.Name, name) + choice.query()}
}

// seenAt are the datasets with vectors at a layer.
func (w *web) seenAt(ctx context.Context, p *place) ([]Seen, error) {
	datasets, embeddings, err := w.embeddingsAt(ctx, p)
	seen := []Seen{}
	for i, e := range embeddings {
		seen = append(seen, newSeen(datasets[i], e))
	}
	return seen, err
}

// embeddingsAt are the embeddings at a layer, each with its dataset.
func (w *web) embeddingsAt(ctx context.Context, p *place) (datasets []store.Dataset, embeddings []store.Embedding, err error) {
	known, err := w.db.Datasets(ctx)
	if err != nil {
		return nil, nil, err
	}
	all, err := w.db.Embeddings(ctx, store.EmbeddingFilter{Model: p.model.Name, Layer: p.layer().Name})
	for _, e := range all {
		i := slices.IndexFunc(known, func(d store.Dataset) bool { return d.ID == e.DatasetID })
		if i >= 0 && e.LayerID == p.layer().ID { // two models may have one name
			datasets, embeddings = append(datasets, known[i]), append(embeddings, e)
		}
	}
	return datasets, embeddings, err
}
