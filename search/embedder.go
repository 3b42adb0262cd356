package search

import (
	"context"

	"github.com/convnet-playground/convnet/store"
)

// Embedder turns a new image into the vectors that the embeddings' own network, layers and pooling give it.
// An image that is itself at fault is reported as a [BadRequest], a network that cannot be run here as an [UploadOff].
// Implementations are safe for concurrent use.
type Embedder interface {
	// Runtime names what computes the vectors, such as "onnxruntime 1.30.0": only vectors of one runtime are comparable.
	Runtime() string
	// Embed returns the vectors in embeddings of one model, in their order: one look at the image yields all of its layers.
	Embed(ctx context.Context, embeddings []store.Embedding, image []byte) ([][]float32, error)
	// Heat is a PNG to lie over the image, which shows where a sum of its vector's numbers, each times its weight, comes from.
	Heat(ctx context.Context, embedding store.Embedding, image []byte, weights []float32) ([]byte, error)
}
