package main

import (
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/featvis"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// takeSpectrum finds out what the param maco holds pictures to.
func (s *studio) takeSpectrum(ctx context.Context) error {
	switch name := s.flags.spectrum; name {
	case "", visualize.GeneralSpectrum:
		return nil
	default:
		dataset, err := s.db.Dataset(ctx, name)
		if err != nil {
			return err
		}
		mean, err := meanSpectrum(ctx, s.db, dataset, s.sized.Manifest.Input)
		if err != nil {
			return fmt.Errorf("spectrum of the dataset %s: %w", name, err)
		}
		s.flags.parameters = s.flags.parameters.WithSpectrum(name, mean)
		return s.flags.parameters.Validate()
	}
}

// meanSpectrum is that of a dataset's pictures, seen as the network sees them.
func meanSpectrum(ctx context.Context, db *store.DB, dataset store.Dataset, in cnn.Input) ([]float32, error) {
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID})
	if err != nil {
		return nil, err
	}
	in.Preprocess.Mean, in.Preprocess.Std = make([]float32, in.Channels), make([]float32, in.Channels)
	for c := range in.Preprocess.Std {
		in.Preprocess.Std[c] = 255 // pictures of 0..1
	}
	if in.Channels == 3 {
		in.Preprocess.Order = "rgb"
	}
	spectra := featvis.NewSpectra(in.Height, in.Channels)
	for _, image := range images {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, _, err := db.Original(ctx, image.ID)
		if err != nil {
			return nil, err
		}
		picture, err := imaging.Decode(data, imaging.Limits{})
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", image.Name, err)
		}
		spectra.Add(cnn.Tensor(picture, in))
	}
	return spectra.Mean()
}
