// Package searchtest has a stand-in for a network, for tests of what serves searches.
package searchtest

import (
	"bytes"
	"context"
	"image"
	"image/png"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// Corner is a search.Embedder that looks at the colour of a PNG's first pixel and at nothing else: a small honest embedding
// that turns the same bytes into the same vector wherever they come from.
type Corner struct{}

func (Corner) Runtime() string { return storetest.Runtime }

func (Corner) Embed(_ context.Context, all []store.Embedding, picture []byte) (vectors [][]float32, err error) {
	for _, e := range all {
		v, err := CornerVector(picture, e.Dimension)
		if err != nil {
			return nil, search.BadRequest{Problem: "The picture cannot be read: " + err.Error() + "."}
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

// Heat puts everything into the corner that it has looked at.
func (Corner) Heat(_ context.Context, _ store.Embedding, picture []byte, weights []float32) ([]byte, error) {
	v, err := CornerVector(picture, len(weights))
	if err != nil {
		return nil, err
	}
	sum := float32(0)
	for i := range v {
		sum += v[i] * weights[i]
	}
	overlay := image.NewGray(image.Rect(0, 0, 8, 8))
	overlay.Pix[0] = uint8(255 * max(0, min(1, sum)))
	var file bytes.Buffer
	err = png.Encode(&file, overlay)
	return file.Bytes(), err
}

// CornerVector is what Corner makes of a picture: red, green and blue, and zeros up to the dimension, which is at least 3.
func CornerVector(picture []byte, dimension int) ([]float32, error) {
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	r, g, b, _ := decoded.At(0, 0).RGBA()
	v := make([]float32, dimension)
	v[0], v[1], v[2] = float32(r), float32(g), float32(b)
	return v, nil
}
