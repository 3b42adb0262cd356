package cnn

import "github.com/convnet-playground/convnet/internal/imaging"

// Tensor turns a picture into a network's input: brought to its size as its Fit says, channels in its order,
// preprocessed. Images that are ingested and images that are asked about must both come through here, or their vectors
// cannot be compared. It panics if the input is not one that Validate accepts.
func Tensor(p *imaging.Picture, in Input) []float32 {
	fit, err := imaging.ParseFit(in.Preprocess.Fit)
	if err != nil {
		panic("cnn: " + err.Error())
	}
	return p.Tensor(in.Width, in.Height, in.Preprocess.Order, in.Preprocess.Mean, in.Preprocess.Std, fit)
}
