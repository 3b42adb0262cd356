package server

import (
	"context"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// firingChannels is how many channels the search page shows for its query.
const firingChannels = 8

// firing tells the search pages what the explorer knows of channels.
func firing(channels *explorer.Channels) search.Firing {
	return func(ctx context.Context, e store.Embedding, imageID int64) ([]search.FiringChannel, error) {
		fired, err := channels.Firing(ctx, e, imageID, firingChannels)
		all := []search.FiringChannel{}
		for _, f := range fired {
			all = append(all, search.FiringChannel{Channel: f.Channel, Max: float64(f.Max), Score: f.Score, URL: f.URL, Picture: f.Picture})
		}
		return all, err
	}
}
