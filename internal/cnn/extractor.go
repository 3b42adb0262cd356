package cnn

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// ExtractorOptions says how an Extractor runs.
type ExtractorOptions struct {
	Threads int // within one image; 0 means 1. Several goroutines calling Extract use more cores better.
}

// Features are what one layer says about one image.
type Features struct {
	Embedding []float32 // the pooled map
	Mean      []float32 // per channel, over the whole map
	Max       []float32 // per channel, over the whole map
}

// Extractor runs a network so that one pass yields all its layers, pooled. It is safe for concurrent use.
type Extractor struct {
	session  *ortrun.Session
	input    Input
	layers   []Layer
	poolings []onnx.Pooling
}

// NewExtractor prepares a network for the given layers and pooling.
func NewExtractor(rt *ortrun.Runtime, n *Network, layers []Layer, p onnx.Pooling, opt ExtractorOptions) (*Extractor, error) {
	model, poolings, err := n.Pooled(layers, p)
	if err != nil {
		return nil, err
	}
	session, err := rt.NewSession(model, ortrun.Options{Threads: opt.Threads})
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	return &Extractor{session: session, input: n.Manifest.Input, layers: slices.Clone(layers), poolings: poolings}, nil
}

// Extract runs one preprocessed image, planes of Channels × Height × Width, and returns the features of every layer, in
// the order of Layers.
func (e *Extractor) Extract(ctx context.Context, tensor []float32) ([]Features, error) {
	if len(tensor) != e.input.Len() {
		return nil, fmt.Errorf("input of %d values; the network takes %d×%d×%d",
			len(tensor), e.input.Channels, e.input.Height, e.input.Width)
	}
	out, err := e.session.Run(ctx, ortrun.Tensor{Shape: e.input.Shape(), Data: tensor})
	if err != nil {
		return nil, err
	}
	const perLayer = 3
	features := make([]Features, len(e.layers))
	for i := range features {
		o := out[perLayer*i:]
		features[i] = Features{Embedding: o[0].Data, Mean: o[1].Data, Max: o[2].Data}
	}
	return features, nil
}

// Layers are the layers that Extract returns, in its order.
func (e *Extractor) Layers() []Layer { return slices.Clone(e.layers) }

// Poolings are the layers' poolings, each fitted to its layer.
func (e *Extractor) Poolings() []onnx.Pooling { return slices.Clone(e.poolings) }

// Input is what Extract takes.
func (e *Extractor) Input() Input { return e.input }

// Close frees the network after the passes in progress.
func (e *Extractor) Close() error { return e.session.Close() }
