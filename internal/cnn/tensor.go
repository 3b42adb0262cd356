package cnn

import "github.com/convnet-playground/convnet/internal/imaging"

// Tensor turns a picture into a network's input: stretched to its size, channels in its order, preprocessed. Images that
// are ingested and images that are asked about must both come through here, or their vectors cannot be compared.
func Tensor(p *imaging.Picture, in Input) []float32 {
	return p.Tensor(in.Width, in.Height, in.Preprocess.Order, in.Preprocess.Mean, in.Preprocess.Std, imaging.Stretch)
}
