package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

// embedder turns the bytes of a new image into the vector that a stored layer would have given it.
// It works with the networks that the database carries, and keeps them loaded: the first query waits, the next does not.
type embedder struct {
	db     *store.DB
	limits imaging.Limits

	mu         sync.Mutex
	rt         *ortrun.Runtime
	extractors map[extractorKey]*cnn.Extractor
}

type extractorKey struct {
	model   int64
	layer   string
	pooling string
}

func newEmbedder(db *store.DB, limits imaging.Limits) *embedder {
	return &embedder{db: db, limits: limits, extractors: map[extractorKey]*cnn.Extractor{}}
}

// Embed returns the vector of an image at the layer of a stored embedding.
// The network, the preprocessing and the pooling are the embedding's own, so that the two are comparable.
func (e *embedder) Embed(ctx context.Context, embedding store.Embedding, image []byte) ([]float32, error) {
	picture, err := imaging.Decode(image, e.limits)
	if err != nil {
		return nil, err
	}
	extractor, err := e.extractor(ctx, embedding)
	if err != nil {
		return nil, err
	}
	features, err := extractor.Extract(ctx, cnn.Tensor(picture, extractor.Input()))
	if err != nil {
		return nil, fmt.Errorf("run %s on the query image: %w", embedding.Model, err)
	}
	return features[0].Embedding, nil
}

func (e *embedder) extractor(ctx context.Context, embedding store.Embedding) (*cnn.Extractor, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := extractorKey{embedding.ModelID, embedding.Layer, embedding.Pooling}
	if x, ok := e.extractors[key]; ok {
		return x, nil
	}
	x, err := e.load(ctx, embedding)
	if err != nil {
		return nil, err
	}
	e.extractors[key] = x
	return x, nil
}

func (e *embedder) load(ctx context.Context, embedding store.Embedding) (*cnn.Extractor, error) {
	if e.rt == nil {
		rt, err := ortrun.Open("")
		if err != nil {
			return nil, err
		}
		e.rt = rt
	}
	model, err := e.db.DatasetModel(ctx, embedding.DatasetID, embedding.Model)
	if err != nil {
		return nil, err
	}
	network, err := networkFromStore(ctx, e.db, model)
	if err != nil {
		return nil, err
	}
	pooling, err := onnx.ParsePooling(embedding.Pooling)
	if err != nil {
		return nil, fmt.Errorf("pooling of layer %s in this database: %w", embedding.Layer, err)
	}
	layers, err := network.Manifest.SelectLayers(embedding.Layer)
	if err != nil {
		return nil, err
	}
	return cnn.NewExtractor(e.rt, network, layers, pooling, cnn.ExtractorOptions{})
}

// Close releases the networks.
func (e *embedder) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.extractors {
		if err := x.Close(); err != nil {
			return err
		}
	}
	e.extractors = map[extractorKey]*cnn.Extractor{}
	if e.rt == nil {
		return nil
	}
	return e.rt.Close()
}
