package main

import (
	"context"
	"errors"
	"slices"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// find is a layer of the newest model of a name.
func (q *queue) find(ctx context.Context, model, layer string) (layerPlace, error) {
	models, err := q.db.Models(ctx)
	if err != nil {
		return layerPlace{}, err
	}
	for _, m := range slices.Backward(models) {
		if m.Name != model {
			continue
		}
		if !m.HasGraph {
			return layerPlace{}, explorer.Refuse(explorer.ErrQueueOff, "This file has no network for %s, only what it has computed, so no picture can be made of it here.", model)
		}
		l, err := q.db.Layer(ctx, m.ID, layer)
		if errors.Is(err, store.ErrNotFound) {
			err = explorer.Refuse(store.ErrNotFound, "There is no layer %q in %s.", layer, model)
		}
		return layerPlace{m, l}, err
	}
	return layerPlace{}, explorer.Refuse(store.ErrNotFound, "There is no model %q in this file.", model)
}

// read checks objectives and writes each in the one way in which it is stored, with the parameters for the layer's model.
func (q *queue) read(ctx context.Context, place layerPlace, objectives []string) ([]string, visualize.Parameters, error) {
	p := q.parameters
	manifest, err := q.sized(ctx, place.model, q.parameters.Size)
	if err != nil {
		return nil, p, err
	}
	p.Size = manifest.Input.Height
	layer, ok := manifest.Layer(place.layer.Name)
	if !ok {
		return nil, p, explorer.Refuse(explorer.ErrQueueOff, "%s has no layer %s for pictures of %d pixels.", place.model.Name, place.layer.Name, p.Size)
	}
	names := make([]string, len(objectives))
	for i, text := range objectives {
		o, err := visualize.ParseObjective(text, layer)
		if err != nil {
			return nil, p, explorer.Refuse(explorer.ErrObjective, "This cannot be asked for: %v.", err)
		}
		names[i] = o.Name
	}
	return names, p, nil
}

// sizedModel is a model for pictures of another size than its own.
type sizedModel struct {
	id   int64
	size int
}

// sized is the manifest of a model for pictures of a size, or of its own size where it has no other.
func (q *queue) sized(ctx context.Context, m store.Model, size int) (*cnn.Manifest, error) {
	q.sizing.Lock()
	defer q.sizing.Unlock()
	if known := q.manifests[sizedModel{m.ID, size}]; known != nil {
		return known, nil
	}
	network, err := networkFromStore(ctx, q.db, m)
	if err != nil {
		return nil, err
	}
	manifest := &network.Manifest
	sized, err := atSize(network, size)
	if err == nil {
		manifest = &sized.Manifest
	} else if manifest.Input.Height != manifest.Input.Width {
		return nil, explorer.Refuse(explorer.ErrQueueOff, "No picture of %s can be made: %v.", m.Name, err)
	}
	q.manifests[sizedModel{m.ID, size}] = manifest
	return manifest, nil
}
