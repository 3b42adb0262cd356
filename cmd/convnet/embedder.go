package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// embedder turns the bytes of a new image into the vector that a stored layer would have given it.
type embedder struct{ *engine }

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

// look hands on an image and the network of a stored embedding. The network, the preprocessing and the pooling are the
// embedding's own, so that what comes of it can be compared.
func (e *embedder) look(ctx context.Context, embedding store.Embedding, image []byte, show func(*cnn.Extractor, *imaging.Picture) error) error {
	picture, err := imaging.Decode(image, imaging.Limits{})
	if err != nil {
		return search.BadRequest{Problem: "This picture cannot be used: " + err.Error()}
	}
	model, err := e.db.DatasetModel(ctx, embedding.DatasetID, embedding.Model)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("embed %q %s", embedding.Layer, embedding.Pooling)
	opened, release, err := e.use(ctx, model, key, func(n *cnn.Network) (closer, error) { return e.extractor(n, embedding) })
	if err != nil {
		return err
	}
	defer release()
	if err := show(opened.(*cnn.Extractor), picture); err != nil {
		return fmt.Errorf("run %s on the query image: %w", embedding.Model, err)
	}
	return nil
}

func (e *embedder) extractor(n *cnn.Network, embedding store.Embedding) (*cnn.Extractor, error) {
	pooling, err := pooling.Parse(embedding.Pooling)
	if err != nil {
		return nil, fmt.Errorf("pooling of layer %s in this database: %w", embedding.Layer, err)
	}
	layers, err := n.Manifest.SelectLayers(embedding.Layer)
	if err != nil {
		return nil, err
	}
	return cnn.NewExtractor(e.rt, n, layers, pooling, cnn.ExtractorOptions{Provider: e.provider})
}
