package search

import (
	"cmp"
	"context"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// fillExcited ranks the images by how much they excite the channel that is the query: by the maximum of the channel's map,
// or by its mean. What an ingest has stored says it; no network looks at anything. An image's distance is how much less
// the channel makes of it than of the image that excites it most, so that similarity means what it means elsewhere.
func (s *Service) fillExcited(ctx context.Context, page *Page, t target) error {
	values, err := s.excitement(ctx, t.embedding, page.Query.parts[0].channel)
	if err != nil {
		return err
	}
	page.Compared = len(values)
	if len(values) == 0 {
		return nil
	}
	highest := values[0].value
	page.Farthest = highest - values[len(values)-1].value
	found := store.Result{Farthest: page.Farthest}
	for _, v := range values[:min(page.K, len(values))] {
		found.Neighbors = append(found.Neighbors, store.Neighbor{ImageID: v.id, Distance: highest - v.value})
	}
	images, err := s.imagesOf(ctx, found)
	page.Results = hits("", found, images)
	for i := range page.Results {
		page.Results[i].Activation, page.Results[i].Match = &values[i].value, true // all of them excite it, more or less
	}
	return err
}

// excitedImage is what a channel made of an image.
type excitedImage struct {
	id    int64
	value float64
}

// excitement is what a channel of an embedding's layer made of every image, the most excited first, equal ones by id.
func (s *Service) excitement(ctx context.Context, e store.Embedding, c channelPart) ([]excitedImage, error) {
	if c.number >= e.Channels {
		return nil, badRequestf("Layer %s of %s has the channels 0 to %d, not %d.", e.Layer, e.Model, e.Channels-1, c.number)
	}
	var list []excitedImage
	err := s.db.ChannelValues(ctx, e.ID, func(v store.ChannelValues) error {
		value := v.Max[c.number]
		if c.mean {
			value = v.Mean[c.number]
		}
		list = append(list, excitedImage{v.ImageID, float64(value)})
		return nil
	})
	slices.SortStableFunc(list, func(a, b excitedImage) int { return cmp.Compare(b.value, a.value) })
	return list, err
}
