package explorer

import (
	"context"
	"maps"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// StandIn is what is shown of a channel of which no picture has been made: the image that excites it most.
type StandIn struct {
	Name    string // of the image
	Picture string // address of the image, or of a drawing of what the channel makes of it
}

// standing says which images stand in for channels, and how they are shown.
type standing struct {
	place       *place
	dataset     string
	embeddingID int64  // of the dataset at the place
	view        string // of the images: heat, peak or picture
	least       bool   // the images that excite the channels least
}

// drawnImages is of how many images drawings are made for a page, each of which takes a pass through the network. Where there are
// more, the images are shown by themselves.
const drawnImages = 30

// standIn gives the tiles that have no picture the image that excites their channel most, and reports whether drawings are shown.
func (w *web) standIn(ctx context.Context, s standing, tiles []*Tile) (drawn bool, err error) {
	tiles = slices.DeleteFunc(tiles, func(t *Tile) bool { return t.Picture != nil })
	if len(tiles) == 0 {
		return false, nil
	}
	statistics, err := w.channels.Statistics(ctx, s.embeddingID)
	if err != nil {
		return false, err
	}
	wanted := map[int64][]*Tile{}
	for _, t := range tiles {
		if id, ok := s.image(statistics, t.Channel); ok {
			wanted[id] = append(wanted[id], t)
		}
	}
	if len(wanted) == 0 {
		return false, nil
	}
	if len(wanted) > drawnImages || w.probes.can(s.place.model) != nil {
		s.view = viewPicture
	}
	images, err := w.db.Images(ctx, store.ImageFilter{IDs: slices.Collect(maps.Keys(wanted))})
	for _, image := range images {
		for _, t := range wanted[image.ID] {
			t.StandIn = &StandIn{image.Name, s.picture(image, t.Channel)}
		}
	}
	return s.view != viewPicture, err
}

// image is the one that stands in for a channel, false where none has been seen.
func (s standing) image(statistics *LayerStatistics, channel int) (id int64, ok bool) {
	seen, _ := statistics.channel(channel)
	list := seen.HighestMax
	if s.least {
		list = seen.LowestMean
	}
	if len(list) == 0 {
		return 0, false
	}
	return list[0].ImageID, true
}

// picture is the address of what is shown of an image.
func (s standing) picture(image store.Image, channel int) string {
	shown := s.place.mapping(s.dataset, image.Name, channel)
	switch s.view {
	case viewHeat:
		return shown.drawing("map", smallDrawing)
	case viewPeak:
		return shown.drawing("peak", smallDrawing)
	}
	return "/thumbnails/" + hexOf(image.SHA256)
}

// mapping is the probe of an image of a dataset with the map of a channel of the layer drawn.
func (p *place) mapping(dataset, image string, channel int) probeSelection {
	return probeSelection{model: p.model.Name, dataset: dataset, image: image, class: none}.mapping(p.layer().Name, channel)
}

// standInLarge is what stands in for the picture of a channel on its own page, nil where no image has been seen.
func (w *web) standInLarge(p *place, page *ChannelPage) *StandIn {
	if page.Picture != nil || len(page.Datasets) == 0 || len(page.Datasets[0].HighestMax) == 0 {
		return nil
	}
	dataset, image := page.Datasets[0].Dataset, page.Datasets[0].HighestMax[0]
	if w.probes.can(p.model) != nil {
		return &StandIn{image.Name, "/images/" + image.SHA256}
	}
	return &StandIn{image.Name, p.mapping(dataset, image.Name, page.Channel).drawing("map", largeDrawing)}
}

// standInGrid lets images stand in for the pictures that a layer's grid lacks: the place at which a channel's map is highest, or
// the image that excites it least.
func (w *web) standInGrid(ctx context.Context, p *place, page *LayerPage) error {
	if page.Missing == 0 {
		return nil
	}
	d, e, err := w.embeddingOf(ctx, p, page.Dataset)
	if err != nil || e == nil {
		return err
	}
	s := standing{place: p, dataset: d, embeddingID: e.ID, view: viewPeak}
	if page.Objective == objectiveNegative {
		s.view, s.least = viewPicture, true
	}
	page.StoodInBy = d
	page.Places, err = w.standIn(ctx, s, pointers(page.Grid))
	return err
}

func pointers(tiles []Tile) []*Tile {
	all := make([]*Tile, len(tiles))
	for i := range tiles {
		all[i] = &tiles[i]
	}
	return all
}
