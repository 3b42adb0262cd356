package explorer

import (
	"math"

	"github.com/convnet-playground/convnet/store"
)

// ActivatingImages is how many images a channel's statistics name of each kind.
const ActivatingImages = 9

// LayerStatistics says what the channels of a layer made of a dataset. It is shared by whoever asks: nobody changes it.
type LayerStatistics struct {
	EmbeddingID int64                 `json:"embedding_id"`
	Images      int                   `json:"images"`
	Categories  []store.CategoryCount `json:"categories"` // by name, without the images that have none
	Channels    []ChannelStatistics   `json:"channels"`   // by channel, all of them
}

// ChannelStatistics says what a channel made of a dataset's images. Its mean and its maximum are taken over an image's
// whole feature map; equal values are ordered by image id.
type ChannelStatistics struct {
	Channel int `json:"channel"`

	Mean Spread `json:"mean"` // of the images' means
	Max  Spread `json:"max"`  // of the images' maxima

	ActiveShare float64 `json:"active_share"` // of the images, those with a value above 0 anywhere: 0–1
	Dead        bool    `json:"dead"`         // the same value everywhere in every image, of which there are at least two

	HighestMax  []ImageValue `json:"highest_max"`
	HighestMean []ImageValue `json:"highest_mean"`
	LowestMean  []ImageValue `json:"lowest_mean"` // the lowest first

	CategoryMeans []float64 `json:"category_means"` // of the images' means, one for each of the layer's Categories
	Preferred     string    `json:"preferred"`      // the category with the highest of them; "" when there are fewer than two
	Selectivity   float64   `json:"selectivity"`    // how much it prefers it: see selectivity
}

// Spread is how a value is spread over the images.
type Spread struct {
	Mean              float64 `json:"mean"`
	StandardDeviation float64 `json:"standard_deviation"` // of the population: the squares are divided by the number of images
	Lowest            float64 `json:"lowest"`
	Highest           float64 `json:"highest"`
}

// ImageValue is a channel's value for an image.
type ImageValue struct {
	ImageID int64   `json:"image_id"`
	Value   float32 `json:"value"`
}

// Score is by how many standard deviations a value is above the mean, 0 where all images have the same.
func (s Spread) Score(value float64) float64 {
	if s.StandardDeviation <= 0 {
		return 0
	}
	return (value - s.Mean) / s.StandardDeviation
}

// deadTolerance is how far apart the mean and the maximum of a feature map with one value may lie, relative to it: a mean
// over thousands of float32 is rounded.
const deadTolerance = 1e-5

// isDead reports whether a channel has one value everywhere in every image: its highest maximum is its lowest mean.
func isDead(mean, maximum Spread, images int) bool {
	scale := max(math.Abs(maximum.Highest), math.Abs(mean.Lowest))
	return images >= 2 && maximum.Highest-mean.Lowest <= deadTolerance*scale
}

// selectivity is the class selectivity index of Morcos, Barrett, Rabinowitz and Botvinick: On the importance of single
// directions for generalization (2018): (best − rest) ÷ (best + rest), where best is the highest of the categories' means
// and rest the mean of the others. It is 0 for a channel that responds to all categories alike, and 1 for one that responds
// to a single one. The index is made for values that are not negative; where a channel's lowest value is, all are counted
// from there. It returns the place of the best category, -1 when there are fewer than two.
func selectivity(means []float64, lowest float64) (index float64, best int) {
	if len(means) < 2 {
		return 0, -1
	}
	var sum float64
	for i, mean := range means {
		sum += mean
		if mean > means[best] {
			best = i
		}
	}
	floor := min(0, lowest)
	top := means[best] - floor
	rest := (sum-means[best])/float64(len(means)-1) - floor
	if top+rest <= 0 {
		return 0, best
	}
	return min(1, max(0, (top-rest)/(top+rest))), best // rounding may leave the interval
}
