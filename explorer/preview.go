package explorer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// LayerCard is a layer with a few of its pictures.
type LayerCard struct {
	Layer
	Pictures []Tile
}

const (
	previewPictures = 4
	previewLayers   = 12 // of a model's layers with pictures, when more than its default ones have some
)

// previews are the default layers that have pictures, in the order of the network, or the first few others that have.
func (w *web) previews(ctx context.Context, all []Layer, stored []store.Layer) ([]LayerCard, error) {
	var cards []LayerCard
	for _, l := range previewed(all) {
		i := slices.IndexFunc(stored, func(s store.Layer) bool { return s.Name == l.Name })
		if i < 0 {
			continue
		}
		pictures, err := w.preview(ctx, stored[i], l)
		if err != nil {
			return nil, err
		}
		if len(pictures) > 0 {
			cards = append(cards, LayerCard{l, pictures})
		}
	}
	return cards, nil
}

// glimpsed is how many pictures stand for a whole model.
const glimpsed = 8

// glimpse is a picture of each of a model's layers that has some, from the input to the end: the one that excites its channel
// most beyond noise.
func (w *web) glimpse(ctx context.Context, m store.Model, parsed manifest) ([]Tile, error) {
	stored, err := w.db.Layers(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	cards, err := w.previews(ctx, storedLayers(m.Name, parsed, stored), stored)
	var tiles []Tile
	for _, i := range evenly(glimpsed, len(cards)) {
		tiles = append(tiles, slices.MaxFunc(cards[i].Pictures, func(a, b Tile) int { return cmp.Compare(a.Picture.Gain(), b.Picture.Gain()) }))
	}
	return tiles, err
}

func previewed(all []Layer) []Layer {
	with := slices.DeleteFunc(slices.Clone(all), func(l Layer) bool { return l.Visualizations == 0 })
	if len(with) <= previewLayers {
		return with
	}
	defaults := slices.DeleteFunc(slices.Clone(with), func(l Layer) bool { return !l.Default })
	if len(defaults) == 0 {
		return with[:previewLayers]
	}
	return defaults
}

// preview looks for a few channels' pictures at even distances, and takes the first ones where it finds none there: it does
// not read all that a layer may have unless it must.
func (w *web) preview(ctx context.Context, stored store.Layer, l Layer) ([]Tile, error) {
	var tiles []Tile
	for _, channel := range candidates(stored.Channels) {
		v, err := w.db.VisualizationFor(ctx, stored.ID, fmt.Sprintf("channel:%d", channel), 0)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if tiles = addPreview(tiles, l, v); len(tiles) == previewPictures {
			return tiles, nil
		}
	}
	if len(tiles) > 0 {
		return tiles, nil
	}
	all, err := w.db.Visualizations(ctx, stored.ID, store.VisualizationFilter{Newest: true})
	for _, v := range all {
		if v.Channel != store.NoChannel && v.Number == 0 && !isNegative(v.Objective) && len(tiles) < previewPictures {
			tiles = addPreview(tiles, l, v)
		}
	}
	return tiles, err
}

func addPreview(tiles []Tile, l Layer, v store.Visualization) []Tile {
	picture := newPicture(v)
	if !picture.Shown() {
		return tiles
	}
	return append(tiles, Tile{Channel: v.Channel, Picture: picture, URL: fmt.Sprintf("%s/channels/%d", l.URL, v.Channel)})
}

// candidates are the channels that are likely to have a picture, in the order in which they are asked for: those that
// convnet visualize makes of its own accord, and those that it makes when it is told to make so few.
func candidates(channels int) []int {
	usual := evenly(fewChannels, channels)
	list := make([]int, 0, len(usual))
	for _, i := range spreadOrder(len(usual)) {
		list = append(list, usual[i])
	}
	for _, channel := range evenly(previewPictures, channels) {
		if !slices.Contains(list, channel) {
			list = append(list, channel)
		}
	}
	return list
}

// spreadOrder goes through 0 to n-1 in strides, so that the first few are far apart.
func spreadOrder(n int) []int {
	stride := max(1, n/previewPictures)
	order := make([]int, 0, n)
	for from := range stride {
		for i := from; i < n; i += stride {
			order = append(order, i)
		}
	}
	return order
}
