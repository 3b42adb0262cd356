package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/pooling"
)

// tryOut shows a gray picture to a stranger's network, so that one that cannot run is refused when it is added and not
// when images wait for it. Where ONNX Runtime is not at hand, a note says that it could not be tried.
func tryOut(ctx context.Context, n *cnn.Network) (notes []string, err error) {
	rt, err := ortrun.Open("")
	if err != nil {
		return []string{"it has not been tried: " + err.Error()}, nil
	}
	layers, err := n.Manifest.SelectLayers("default")
	if err != nil {
		return nil, err
	}
	e, err := cnn.NewExtractor(rt, n, layers, pooling.Default, cnn.ExtractorOptions{})
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime does not take it: %w", err)
	}
	defer closeInto(&err, e.Close)
	features, err := e.Extract(ctx, cnn.Tensor(gray(), n.Manifest.Input))
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime cannot run it: %w", err)
	}
	for i, f := range features {
		if slices.ContainsFunc(f.Mean, notFinite) {
			return nil, fmt.Errorf("of a gray picture it makes numbers that are not finite at layer %s: its weights are damaged, or its pictures are to be prepared otherwise (--preprocess)",
				layers[i].Name)
		}
	}
	return nil, nil
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// gray is a picture of one pixel: of any size it is the same.
func gray() *imaging.Picture {
	return &imaging.Picture{Width: 1, Height: 1, Orientation: 1, RGB: bytes.Repeat([]byte{128}, 3)}
}
