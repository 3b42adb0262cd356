package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"sync"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// openEmbedder is newEmbedder where ONNX Runtime is at hand; elsewhere the reason says why new pictures cannot be queries,
// while everything else works.
func openEmbedder(db *store.DB, provider string) (e *embedder, reason string) {
	rt, err := ortrun.Open("")
	if err == nil {
		err = rt.CheckProvider(provider)
	}
	if err != nil {
		return nil, err.Error()
	}
	return newEmbedder(db, rt, provider), ""
}

// maxExtractors bounds how many networks are kept loaded; DenseNet121 takes some 100 MB.
const maxExtractors = 8

// embedder turns the bytes of a new image into the vector that a stored layer would have given it.
// It works with the networks that the database carries, and keeps the last few loaded: the first query waits for its
// network, the next does not.
type embedder struct {
	db       *store.DB
	rt       *ortrun.Runtime
	provider string // as in ortrun.Options

	mu         sync.RWMutex // read-held while an extractor runs, so that none is closed under its user
	extractors map[extractorKey]*cnn.Extractor
	oldest     []extractorKey
}

type extractorKey struct {
	model   int64
	layer   string
	pooling string
}

func newEmbedder(db *store.DB, rt *ortrun.Runtime, provider string) *embedder {
	return &embedder{db: db, rt: rt, provider: provider, extractors: map[extractorKey]*cnn.Extractor{}}
}

// Runtime names what computes the vectors.
func (e *embedder) Runtime() string { return e.rt.VersionWith(e.provider) }

// Embed returns the vector of an image at the layer of a stored embedding.
func (e *embedder) Embed(ctx context.Context, embedding store.Embedding, image []byte) (vector []float32, err error) {
	err = e.look(ctx, embedding, image, func(x *cnn.Extractor, p *imaging.Picture) error {
		features, err := x.Extract(ctx, cnn.Tensor(p, x.Input()))
		if err == nil {
			vector = features[0].Embedding
		}
		return err
	})
	return vector, err
}

// heatSize is the longer side of an overlay: more than maps have units, less than pages show pixels.
const heatSize = 320

// Heat draws where in an image a weighted sum of its vector comes from.
func (e *embedder) Heat(ctx context.Context, embedding store.Embedding, image []byte, weights []float32) ([]byte, error) {
	var overlay bytes.Buffer
	err := e.look(ctx, embedding, image, func(x *cnn.Extractor, p *imaging.Picture) error {
		places, err := x.Spread(ctx, cnn.Tensor(p, x.Input()), 0, weights)
		if err != nil {
			return err
		}
		l, in := x.Layers()[0], x.Input()
		fit, err := imaging.ParseFit(in.Preprocess.Fit)
		if err != nil {
			return err
		}
		m := imaging.Map{Height: l.Height, Width: l.Width, Values: places, Sight: p.Sight(in.Width, in.Height, fit)}
		longer := max(p.Width, p.Height)
		return png.Encode(&overlay, imaging.Heat(m, max(1, heatSize*p.Width/longer), max(1, heatSize*p.Height/longer)))
	})
	return overlay.Bytes(), err
}

// look shows an image and the network of a stored embedding to use. The network, the preprocessing and the pooling are the
// embedding's own, so that what comes of it can be compared.
func (e *embedder) look(ctx context.Context, embedding store.Embedding, image []byte, use func(*cnn.Extractor, *imaging.Picture) error) error {
	picture, err := imaging.Decode(image, imaging.Limits{})
	if err != nil {
		return search.BadRequest{Problem: "This picture cannot be used: " + err.Error()}
	}
	if err := e.prepare(ctx, embedding); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	extractor, ok := e.extractors[keyOf(embedding)]
	if !ok {
		return upload.ErrBusy // pushed out by queries to other networks since it was prepared
	}
	if err := use(extractor, picture); err != nil {
		return fmt.Errorf("run %s on the query image: %w", embedding.Model, err)
	}
	return nil
}

func keyOf(e store.Embedding) extractorKey { return extractorKey{e.ModelID, e.Layer, e.Pooling} }

// prepare makes sure that the embedding's network is loaded; the one loaded first makes room.
func (e *embedder) prepare(ctx context.Context, embedding store.Embedding) error {
	key := keyOf(embedding)
	e.mu.RLock()
	_, ok := e.extractors[key]
	e.mu.RUnlock()
	if ok {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.extractors[key]; ok {
		return nil
	}
	if len(e.oldest) == maxExtractors {
		if err := e.extractors[e.oldest[0]].Close(); err != nil {
			return fmt.Errorf("make room for another network: %w", err)
		}
		delete(e.extractors, e.oldest[0])
		e.oldest = e.oldest[1:]
	}
	x, err := e.load(ctx, embedding)
	if err != nil {
		return err
	}
	e.extractors[key] = x
	e.oldest = append(e.oldest, key)
	return nil
}

func (e *embedder) load(ctx context.Context, embedding store.Embedding) (*cnn.Extractor, error) {
	model, err := e.db.DatasetModel(ctx, embedding.DatasetID, embedding.Model)
	if err != nil {
		return nil, err
	}
	network, err := networkFromStore(ctx, e.db, model)
	if err != nil {
		return nil, err
	}
	pooling, err := pooling.Parse(embedding.Pooling)
	if err != nil {
		return nil, fmt.Errorf("pooling of layer %s in this database: %w", embedding.Layer, err)
	}
	layers, err := network.Manifest.SelectLayers(embedding.Layer)
	if err != nil {
		return nil, err
	}
	return cnn.NewExtractor(e.rt, network, layers, pooling, cnn.ExtractorOptions{Provider: e.provider})
}

// Close releases the networks and the runtime; closing none is fine.
func (e *embedder) Close() error {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var errs []error
	for _, x := range e.extractors {
		errs = append(errs, x.Close())
	}
	e.extractors, e.oldest = nil, nil
	return errors.Join(append(errs, e.rt.Close())...)
}
