package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// target is what a request resolves to: rows of the database instead of names.
type target struct {
	dataset   store.Dataset
	models    []modelLayers // all models of the dataset, as offered for choice
	model     modelLayers   // the chosen one
	embedding store.Embedding
}

// modelLayers is a model with the embeddings of one dataset that it made, ordered by depth.
type modelLayers struct {
	name   string
	layers []layerChoice
}

// layerChoice is an embedding with its stored mean score, where there is one for the metric in question.
type layerChoice struct {
	store.Embedding
	mean *float64
}

// chosen is the embedding of the target with its mean score.
func (t target) chosen() layerChoice {
	for _, l := range t.model.layers {
		if l.ID == t.embedding.ID {
			return l
		}
	}
	return layerChoice{Embedding: t.embedding}
}

// best is the layer with the highest stored score, or the deepest one while there are no scores.
func (m modelLayers) best() layerChoice {
	best := m.layers[len(m.layers)-1]
	for _, l := range m.layers {
		if l.mean != nil && (best.mean == nil || *l.mean > *best.mean) {
			best = l
		}
	}
	return best
}

func (s *Service) resolve(ctx context.Context, r Request) (target, error) {
	var t target
	var err error
	if t.dataset, err = s.dataset(ctx, r.Dataset); err != nil {
		return t, err
	}
	if t.models, err = s.modelsOf(ctx, t.dataset.ID, MetricKey(r.Metric, r.P)); err != nil {
		return t, err
	}
	if len(t.models) == 0 {
		return t, say(ErrEmpty, "Dataset %q has images but no vectors yet. Run convnet ingest on it with --model.", t.dataset.Name)
	}
	if t.model, err = chooseModel(t.models, r); err != nil {
		return t, err
	}
	t.embedding, err = chooseLayer(t.model, r)
	return t, err
}

func (s *Service) dataset(ctx context.Context, name string) (store.Dataset, error) {
	all, err := s.datasets(ctx)
	if err != nil {
		return store.Dataset{}, err
	}
	if i := slices.IndexFunc(all, func(d store.Dataset) bool { return d.Name == name }); i >= 0 {
		return all[i], nil
	}
	if len(all) == 0 {
		return store.Dataset{}, say(ErrEmpty, "This file has no images yet. Run convnet ingest to bring some in.")
	}
	if name == "" {
		return all[0], nil
	}
	return store.Dataset{}, unknown("dataset", name, "in this file", names(all, func(d store.Dataset) string { return d.Name }))
}

// modelsOf groups a dataset's embeddings by model. Of two versions of one model the newer one is offered.
func (s *Service) modelsOf(ctx context.Context, datasetID int64, metricKey string) ([]modelLayers, error) {
	known, err := s.seen(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	newest := map[string]int64{}
	for _, e := range known.embeddings {
		newest[e.Model] = max(newest[e.Model], e.ModelID)
	}
	var models []modelLayers
	for _, e := range known.embeddings {
		if e.ModelID != newest[e.Model] {
			continue
		}
		i := slices.IndexFunc(models, func(m modelLayers) bool { return m.name == e.Model })
		if i < 0 {
			i = len(models)
			models = append(models, modelLayers{name: e.Model})
		}
		models[i].layers = append(models[i].layers, layerChoice{Embedding: e, mean: known.means[metricKey][e.ID]})
	}
	return models, nil
}

func chooseModel(models []modelLayers, r Request) (modelLayers, error) {
	if r.Model != "" {
		i := slices.IndexFunc(models, func(m modelLayers) bool { return m.name == r.Model })
		if i < 0 {
			return modelLayers{}, unknown("model", r.Model, "with vectors for this dataset", names(models, func(m modelLayers) string { return m.name }))
		}
		return models[i], nil
	}
	chosen := -1
	for i, m := range models {
		if r.Layer != "" && !slices.ContainsFunc(m.layers, func(l layerChoice) bool { return l.Layer == r.Layer }) {
			continue
		}
		if chosen < 0 || better(m.best().mean, models[chosen].best().mean) {
			chosen = i
		}
	}
	return models[max(chosen, 0)], nil
}

// ambiguous reports whether a layer has vectors under several poolings.
func (m modelLayers) ambiguous(layer string) bool {
	n := 0
	for _, l := range m.layers {
		if l.Layer == layer {
			n++
		}
	}
	return n > 1
}

func better(a, b *float64) bool { return a != nil && (b == nil || *a > *b) }

func chooseLayer(m modelLayers, r Request) (store.Embedding, error) {
	if r.Layer == "" && r.Pooling == "" {
		return m.best().Embedding, nil
	}
	var chosen *store.Embedding
	for _, l := range m.layers {
		fits := (r.Layer == "" || l.Layer == r.Layer) && (r.Pooling == "" || l.Pooling == r.Pooling)
		if fits && (chosen == nil || l.ID > chosen.ID) {
			chosen = &l.Embedding
		}
	}
	if chosen != nil {
		return *chosen, nil
	}
	if r.Pooling != "" {
		return store.Embedding{}, badRequestf("Layer %q of %s has no vectors pooled by %q.", r.Layer, m.name, r.Pooling)
	}
	known := names(m.layers, func(l layerChoice) string { return l.Layer })
	return store.Embedding{}, unknown("layer", r.Layer, fmt.Sprintf("of %s with vectors for this dataset", m.name), known)
}

func names[T any](all []T, name func(T) string) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = name(one)
	}
	return list
}
