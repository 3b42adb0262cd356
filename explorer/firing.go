package explorer

import (
	"context"
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// Fired is a channel that fires unusually strongly for an image.
type Fired struct {
	ImageChannel
	URL     string // the channel's page
	Picture string // address of the picture that excites it most, "" when there is none
}

// Firing returns up to k channels of an embedding's layer that an image of the dataset stirs most: those whose maximum is
// farthest above what is usual in the dataset.
func (c *Channels) Firing(ctx context.Context, e store.Embedding, imageID int64, k int) ([]Fired, error) {
	all, err := c.OfImage(ctx, e.ID, imageID)
	if err != nil {
		return nil, err
	}
	fired := []Fired{}
	for _, one := range all {
		if one.Score <= 0 || len(fired) == k {
			continue
		}
		f := Fired{ImageChannel: one, URL: channelURL(e.Model, e.Layer, one.Channel)}
		v, err := c.db.VisualizationFor(ctx, e.LayerID, fmt.Sprintf("channel:%d", one.Channel), 0)
		if err == nil {
			f.Picture = newPicture(v).PNG
		} else if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		fired = append(fired, f)
	}
	return fired, nil
}
