package explorer

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Correlation is how two channels go together over the images of a dataset.
type Correlation struct {
	Channel     int     `json:"channel"`
	Correlation float64 `json:"correlation"` // Pearson's, of the images' means: -1 to 1
}

// Correlated returns the k channels whose means over the images go together with those of a channel most closely, by
// Pearson's correlation, equal ones by channel. Channels that have the same mean for every image go together with none. It
// reads the embedding once.
func (c *Channels) Correlated(ctx context.Context, embeddingID int64, channel, k int) ([]Correlation, error) {
	s, err := c.Statistics(ctx, embeddingID)
	if err != nil {
		return nil, err
	}
	if channel < 0 || channel >= len(s.Channels) {
		return nil, noChannel{channel, len(s.Channels)}
	}
	all, err := s.correlations(ctx, c.db, channel)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Correlation) int {
		return cmp.Or(cmp.Compare(b.Correlation, a.Correlation), cmp.Compare(a.Channel, b.Channel))
	})
	return all[:min(max(k, 0), len(all))], nil
}

// correlations compares a channel with all others.
func (s *LayerStatistics) correlations(ctx context.Context, db *store.DB, channel int) ([]Correlation, error) {
	products := make([]float64, len(s.Channels))
	own := s.Channels[channel].Mean
	images := 0
	err := db.ChannelValues(ctx, s.EmbeddingID, func(v store.ChannelValues) error {
		if len(v.Mean) != len(products) { // the embedding was made anew since its statistics were
			return fmt.Errorf("embedding %d has just been changed: try again", s.EmbeddingID)
		}
		off := float64(v.Mean[channel]) - own.Mean
		for i, mean := range v.Mean {
			products[i] += off * (float64(mean) - s.Channels[i].Mean.Mean)
		}
		images++
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := []Correlation{}
	for i, product := range products {
		spread := own.StandardDeviation * s.Channels[i].Mean.StandardDeviation * float64(images)
		if i != channel && spread > 0 {
			all = append(all, Correlation{i, math.Max(-1, math.Min(1, product/spread))})
		}
	}
	return all, nil
}

// ImageChannel is what a channel made of one image, compared with what it made of the others.
type ImageChannel struct {
	Channel int     `json:"channel"`
	Mean    float32 `json:"mean"`
	Max     float32 `json:"max"`
	Score   float64 `json:"score"` // by how many standard deviations Max is above the dataset's mean of it
}

// OfImage returns all channels of an embedding's layer for one image, the most unusual first: those whose maximum is
// farthest from what the dataset's images have, above or below; equal ones by channel. It returns store.ErrNotFound for an
// image that the embedding does not have.
func (c *Channels) OfImage(ctx context.Context, embeddingID, imageID int64) ([]ImageChannel, error) {
	s, err := c.Statistics(ctx, embeddingID)
	if err != nil {
		return nil, err
	}
	mean, maximum, err := c.db.ChannelStats(ctx, embeddingID, imageID)
	if err != nil {
		return nil, err
	}
	if len(mean) != len(s.Channels) || len(maximum) != len(s.Channels) {
		return nil, fmt.Errorf("image %d has values for %d and %d of %d channels: run `convnet check`: %w",
			imageID, len(mean), len(maximum), len(s.Channels), store.ErrDamaged)
	}
	all := make([]ImageChannel, len(mean))
	for i := range all {
		all[i] = ImageChannel{Channel: i, Mean: mean[i], Max: maximum[i], Score: s.Channels[i].Max.Score(float64(maximum[i]))}
	}
	slices.SortFunc(all, func(a, b ImageChannel) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Score), math.Abs(a.Score)), cmp.Compare(a.Channel, b.Channel))
	})
	return all, nil
}

// Below returns, for each channel of an embedding's layer, the share of the images whose maximum is lower than the given
// one: 0 to 1. It reads the embedding once.
func (c *Channels) Below(ctx context.Context, embeddingID int64, maxima []float32) ([]float64, error) {
	below := make([]float64, len(maxima))
	images := 0
	err := c.db.ChannelValues(ctx, embeddingID, func(v store.ChannelValues) error {
		if len(v.Max) != len(maxima) {
			return fmt.Errorf("%d maxima were given for %d channels", len(maxima), len(v.Max))
		}
		for i, value := range v.Max {
			if value < maxima[i] {
				below[i]++
			}
		}
		images++
		return nil
	})
	for i := range below {
		below[i] /= float64(max(1, images))
	}
	return below, err
}

// noChannel is a channel that a layer does not have; it is a store.ErrNotFound.
type noChannel struct{ channel, channels int }

func (e noChannel) Error() string {
	return fmt.Sprintf("There is no channel %d: the layer has %d, counted from 0.", e.channel, e.channels)
}
func (e noChannel) Unwrap() error { return store.ErrNotFound }
