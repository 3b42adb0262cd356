package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// embedder turns the bytes of a new image into the vectors that stored layers would have given it.
type embedder struct{ *engine }

// Runtime names what computes the vectors.
func (e *embedder) Runtime() string { return e.rt.VersionWith(e.provider) }

// Embed returns the vectors of an image in stored embeddings of one model. It is run once for each pooling that they have:
// one pass yields all layers.
func (e *embedder) Embed(ctx context.Context, embeddings []store.Embedding, image []byte) ([][]float32, error) {
	vectors := make([][]float32, len(embeddings))
	for _, same := range byPooling(embeddings) {
		alike := make([]store.Embedding, len(same))
		for i, at := range same {
			alike[i] = embeddings[at]
		}
		err := e.look(ctx, alike, image, func(x *cnn.Extractor, p *imaging.Picture) error {
			features, err := x.Extract(ctx, cnn.Tensor(p, x.Input()))
			if err != nil {
				return err
			}
			for i, at := range same {
				layer := slices.IndexFunc(x.Layers(), func(l cnn.Layer) bool { return l.Name == alike[i].Layer })
				vectors[at] = features[layer].Embedding
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return vectors, nil
}

// byPooling says which embeddings share a pooling.
func byPooling(embeddings []store.Embedding) [][]int {
	var groups [][]int
	for i, e := range embeddings {
		at := slices.IndexFunc(groups, func(g []int) bool { return embeddings[g[0]].Pooling == e.Pooling })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// heatSize is the longer side of an overlay: more than maps have units, less than pages show pixels.
const heatSize = 320

// Heat draws where in an image a weighted sum of its vector comes from.
func (e *embedder) Heat(ctx context.Context, embedding store.Embedding, image []byte, weights []float32) ([]byte, error) {
	var overlay bytes.Buffer
	err := e.look(ctx, []store.Embedding{embedding}, image, func(x *cnn.Extractor, p *imaging.Picture) error {
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

// look hands on an image and the network of stored embeddings of one model and pooling. The network, the preprocessing and
// the pooling are their own, so that what comes of it can be compared.
func (e *embedder) look(ctx context.Context, alike []store.Embedding, image []byte, show func(*cnn.Extractor, *imaging.Picture) error) error {
	first := alike[0]
	picture, model, err := e.prepare(ctx, first, image)
	if err != nil {
		return err
	}
	var layers []string
	for _, one := range alike {
		layers = append(layers, one.Layer)
	}
	key := fmt.Sprintf("embed %q %s", layers, first.Pooling)
	opened, release, err := e.use(ctx, model, key, func(n *cnn.Network) (closer, error) { return e.extractor(n, layers, first.Pooling) })
	if errors.Is(err, explorer.ErrProbeOff) {
		return search.UploadOff(err.Error())
	}
	if err != nil {
		return err
	}
	defer release()
	if err := show(opened.(*cnn.Extractor), picture); err != nil {
		return fmt.Errorf("run %s on the query image: %w", first.Model, err)
	}
	return nil
}

// prepare decodes an image, and reads meanwhile which network made an embedding.
func (e *embedder) prepare(ctx context.Context, one store.Embedding, image []byte) (picture *imaging.Picture, model store.Model, err error) {
	var both errgroup.Group
	both.Go(func() (err error) {
		model, err = e.db.DatasetModel(ctx, one.DatasetID, one.Model)
		return err
	})
	picture, wrong := imaging.Decode(image, imaging.Limits{})
	if err = both.Wait(); wrong != nil {
		err = search.BadRequest{Problem: "This picture cannot be used: " + wrong.Error()}
	}
	return picture, model, err
}

func (e *embedder) extractor(n *cnn.Network, names []string, pool string) (*cnn.Extractor, error) {
	pooling, err := pooling.Parse(pool)
	if err != nil {
		return nil, fmt.Errorf("pooling of layers %s in this database: %w", strings.Join(names, ", "), err)
	}
	layers, err := n.Manifest.SelectLayers(strings.Join(names, ","))
	if err != nil {
		return nil, err
	}
	return cnn.NewExtractor(e.rt, n, layers, pooling, cnn.ExtractorOptions{Provider: e.provider})
}
