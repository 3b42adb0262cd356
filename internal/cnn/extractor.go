package cnn

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/pooling"
)

// ExtractorOptions says how an Extractor runs.
type ExtractorOptions struct {
	Threads  int    // within one image; 0 means 1. Several goroutines calling Extract use more cores better.
	Provider string // what computes, as in ortrun.Options; "" is the CPU
}

// Extractor runs a network so that one pass yields all its layers, pooled. It is safe for concurrent use.
type Extractor struct {
	session  *ortrun.Session
	input    Input
	layers   []Layer
	taps     []onnx.Tap
	outputs  []int // for each layer, which of the session's outputs it is made of
	poolings []pooling.Pooling
	maps     sync.Pool // of *[]ortrun.Tensor, the outputs of one pass: megabytes, and the same ones again and again
}

// NewExtractor prepares a network for the given layers and pooling.
func NewExtractor(rt *ortrun.Runtime, n *Network, layers []Layer, p pooling.Pooling, opt ExtractorOptions) (*Extractor, error) {
	poolings, err := fit(layers, p)
	if err != nil {
		return nil, err
	}
	tapped, taps, err := n.tapped(layers)
	if err != nil {
		return nil, err
	}
	model, err := n.arranged(tapped, opt.Provider)
	if err != nil {
		return nil, err
	}
	session, err := rt.NewSession(model, ortrun.Options{Threads: opt.Threads, Provider: opt.Provider})
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", n.Manifest.Name, err)
	}
	e := &Extractor{session: session, input: n.Manifest.Input, layers: slices.Clone(layers), taps: taps, poolings: poolings}
	for _, tap := range taps {
		e.outputs = append(e.outputs, slices.Index(session.Outputs(), tap.Output))
	}
	e.maps.New = func() any { return e.newMaps() }
	return e, nil
}

// newMaps makes room for the outputs of one pass.
func (e *Extractor) newMaps() *[]ortrun.Tensor {
	maps := make([]ortrun.Tensor, len(e.session.Outputs()))
	for i, tap := range e.taps {
		if at := e.outputs[i]; maps[at].Data == nil {
			size := int64(1)
			for _, d := range tap.Dims {
				size *= d
			}
			maps[at] = ortrun.Tensor{Shape: tap.Dims, Data: make([]float32, size)}
		}
	}
	return &maps
}

// Extract runs one preprocessed image, planes of Channels × Height × Width, and returns the features of every layer, in
// the order of Layers.
func (e *Extractor) Extract(ctx context.Context, tensor []float32) ([]pooling.Features, error) {
	features := make([]pooling.Features, len(e.layers))
	err := e.Maps(ctx, tensor, func(i int, m pooling.Map) { features[i] = e.poolings[i].Of(m) })
	if err != nil {
		return nil, err
	}
	return features, nil
}

// Spread runs one preprocessed image and tells from which places of the layer's map a weighted sum of its embedding comes,
// as [pooling.Pooling.Spread] does. Layer counts in the order of Layers.
func (e *Extractor) Spread(ctx context.Context, tensor []float32, layer int, weights []float32) ([]float64, error) {
	if want := e.poolings[layer].Dimension(e.layers[layer].Channels); len(weights) != want {
		return nil, fmt.Errorf("%d weights for an embedding of %d numbers", len(weights), want)
	}
	var places []float64
	err := e.Maps(ctx, tensor, func(i int, m pooling.Map) {
		if i == layer {
			places = e.poolings[i].Spread(m, weights)
		}
	})
	return places, err
}

// Maps computes the layers' maps of one preprocessed image and shows them to visit, which may not keep them. A vector is a map of a single place.
func (e *Extractor) Maps(ctx context.Context, tensor []float32, visit func(layer int, m pooling.Map)) error {
	if len(tensor) != e.input.Len() {
		return fmt.Errorf("input of %d values; the network takes %d×%d×%d",
			len(tensor), e.input.Channels, e.input.Height, e.input.Width)
	}
	maps := e.maps.Get().(*[]ortrun.Tensor)
	defer e.maps.Put(maps)
	if err := e.session.RunInto(ctx, []ortrun.Tensor{{Shape: e.input.Shape(), Data: tensor}}, *maps); err != nil {
		return err
	}
	for i, l := range e.layers {
		tap := e.taps[i]
		visit(i, pooling.Map{
			Channels: l.Channels, Height: l.Height, Width: l.Width, Data: (*maps)[e.outputs[i]].Data, Scale: tap.Scale, Shift: tap.Shift,
		})
	}
	return nil
}

// Layers are the layers that Extract returns, in its order.
func (e *Extractor) Layers() []Layer { return slices.Clone(e.layers) }

// Poolings are the layers' poolings, each fitted to its layer.
func (e *Extractor) Poolings() []pooling.Pooling { return slices.Clone(e.poolings) }

// Input is what Extract takes.
func (e *Extractor) Input() Input { return e.input }

// Close frees the network after the passes in progress.
func (e *Extractor) Close() error { return e.session.Close() }
