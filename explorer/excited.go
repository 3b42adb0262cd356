package explorer

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Excited says what a channel made of a dataset's images.
type Excited struct {
	Dataset     string            `json:"dataset"`
	Images      int               `json:"images"`
	Mean        Spread            `json:"mean"`
	Max         Spread            `json:"max"`
	ActiveShare float64           `json:"active_share"`
	Dead        bool              `json:"dead"`
	HighestMax  []ExcitedImage    `json:"highest_max"`
	HighestMean []ExcitedImage    `json:"highest_mean"`
	LowestMean  []ExcitedImage    `json:"lowest_mean"`
	Categories  []CategoryMean    `json:"categories"` // the highest mean first
	Preferred   string            `json:"preferred"`
	Selectivity float64           `json:"selectivity"`
	Correlated  []CorrelatedTile  `json:"correlated"`
	Search      string            `json:"-"`
	Ranking     string            `json:"-"` // the search with the channel: all images by how much they excite it
	Rows        []ExcitedImageRow `json:"-"`
}

// ExcitedImage is an image with the channel's value for it.
type ExcitedImage struct {
	SHA256   string  `json:"sha256"`
	Name     string  `json:"name"`
	Category string  `json:"category"`
	Value    float32 `json:"value"`

	Map string `json:"map,omitempty"` // address of a drawing: the channel's map over the image; "" where no network is at hand

	Width, Height int    `json:"-"`
	URL           string `json:"-"` // the search with it as the query
	Probe         string `json:"-"` // the probe with the channel's map over it
	Drawing       string `json:"-"` // what is shown instead of the image
}

// ExcitedImageRow is one of the rows of images under its heading.
type ExcitedImageRow struct {
	Heading, Note string
	Images        []ExcitedImage
}

// CategoryMean is what a channel made of a category's images.
type CategoryMean struct {
	Name   string  `json:"name"`
	Images int     `json:"images"`
	Mean   float64 `json:"mean"`

	URL string  `json:"-"`
	Bar float64 `json:"-"` // 0–100, from the lowest value there can be
}

// CorrelatedTile is a channel that goes together with the one that is looked at.
type CorrelatedTile struct {
	Correlation
	Tile Tile `json:"-"`
}

const correlatedChannels = 8

// companions are the tiles of the channels that go together with the one that is looked at.
func (x *Excited) companions() []*Tile {
	tiles := make([]*Tile, len(x.Correlated))
	for i := range x.Correlated {
		tiles[i] = &x.Correlated[i].Tile
	}
	return tiles
}

// excited says what a channel made of every dataset that was seen at its layer.
func (w *web) excited(ctx context.Context, p *place, view string, channel int) ([]Excited, error) {
	datasets, embeddings, err := w.embeddingsAt(ctx, p)
	if err != nil {
		return nil, err
	}
	all := []Excited{}
	for i, e := range embeddings {
		again := slices.ContainsFunc(all, func(x Excited) bool { return x.Dataset == datasets[i].Name })
		if again || e.Vectors == 0 { // of another pooling: the channels' values are the same
			continue
		}
		x, err := w.excitedBy(ctx, p, channel, datasets[i], e)
		if err != nil {
			return nil, err
		}
		if w.probes.can(p.model) == nil {
			x.draw(p, view, channel)
		}
		s := standing{place: p, dataset: x.Dataset, embeddingID: e.ID, view: view}
		if _, err := w.standIn(ctx, s, x.companions()); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

func (w *web) excitedBy(ctx context.Context, p *place, channel int, d store.Dataset, e store.Embedding) (Excited, error) {
	statistics, err := w.channels.Statistics(ctx, e.ID)
	if err != nil {
		return Excited{}, err
	}
	if channel >= len(statistics.Channels) {
		return Excited{}, noChannel{channel, len(statistics.Channels)}
	}
	s := statistics.Channels[channel]
	x := Excited{
		Dataset: d.Name, Images: statistics.Images, Mean: s.Mean, Max: s.Max, ActiveShare: s.ActiveShare, Dead: s.Dead,
		Preferred: s.Preferred, Selectivity: s.Selectivity, Search: searchURL(d.Name, e.Model, e.Layer), Ranking: channelSearchURL(d.Name, e.Model, e.Layer, channel),
		Categories: categoryMeans(d.Name, statistics.Categories, s),
	}
	if err := w.addImages(ctx, &x, e, s); err != nil {
		return Excited{}, err
	}
	x.Correlated, err = w.correlated(ctx, p, channel, e.ID)
	return x, err
}

// addImages adds the images that excite the channel most and least.
func (w *web) addImages(ctx context.Context, x *Excited, e store.Embedding, s ChannelStatistics) error {
	var ids []int64
	for _, v := range slices.Concat(s.HighestMax, s.HighestMean, s.LowestMean) {
		ids = append(ids, v.ImageID)
	}
	found, err := w.db.Images(ctx, store.ImageFilter{IDs: ids})
	if err != nil {
		return err
	}
	images := map[int64]store.Image{}
	for _, image := range found {
		images[image.ID] = image
	}
	list := func(values []ImageValue) []ExcitedImage {
		all := []ExcitedImage{}
		for _, v := range values {
			if image, ok := images[v.ImageID]; ok { // it may have been removed a moment ago
				all = append(all, ExcitedImage{
					SHA256: hex.EncodeToString(image.SHA256[:]), Name: image.Name, Category: image.Category, Value: v.Value,
					Width: image.Width, Height: image.Height, URL: imageSearchURL(x.Dataset, e.Model, e.Layer, image.Name),
				})
			}
		}
		return all
	}
	x.HighestMax, x.HighestMean, x.LowestMean = list(s.HighestMax), list(s.HighestMean), list(s.LowestMean)
	x.Rows = []ExcitedImageRow{
		{"Somewhere in the picture", "the highest value anywhere in the map", x.HighestMax},
		{"All over the picture", "the highest mean of the map", x.HighestMean},
		{"Least", "the lowest mean of the map", x.LowestMean},
	}
	return nil
}

// draw says where the drawings of the images are: the channel's map over each, or what the map's highest place sees.
func (x *Excited) draw(p *place, view string, channel int) {
	for _, row := range x.Rows {
		for i := range row.Images {
			image := &row.Images[i] // the lists of the twin are the same ones
			s := p.mapping(x.Dataset, image.Name, channel)
			image.Map, image.Probe = s.drawing("map", smallDrawing), s.url()
			switch view {
			case viewHeat:
				image.Drawing = image.Map
			case viewPeak:
				image.Drawing = s.drawing("peak", smallDrawing)
			}
		}
	}
}

// categoryMeans are the categories with what the channel made of their images, the highest first.
func categoryMeans(dataset string, categories []store.CategoryCount, s ChannelStatistics) []CategoryMean {
	all := make([]CategoryMean, len(categories))
	var floor, top float64
	for i, category := range categories {
		mean := s.CategoryMeans[i]
		all[i] = CategoryMean{Name: category.Name, Images: category.Images, Mean: mean, URL: categoryURL(dataset, category.Name)}
		floor, top = min(floor, mean), max(top, mean)
	}
	for i := range all {
		if top > floor {
			all[i].Bar = 100 * (all[i].Mean - floor) / (top - floor)
		}
	}
	slices.SortStableFunc(all, func(a, b CategoryMean) int { return cmp.Compare(b.Mean, a.Mean) })
	return all
}

// correlated are the channels of the layer that go together with a channel, with their pictures.
func (w *web) correlated(ctx context.Context, p *place, channel int, embeddingID int64) ([]CorrelatedTile, error) {
	found, err := w.channels.Correlated(ctx, embeddingID, channel, correlatedChannels)
	if err != nil {
		return nil, err
	}
	tiles := []CorrelatedTile{}
	for _, one := range found {
		all, err := w.db.Visualizations(ctx, p.layer().ID, store.VisualizationFilter{Channel: &one.Channel})
		if err != nil {
			return nil, err
		}
		t := Tile{Channel: one.Channel, URL: p.channelLink(one.Channel).URL}
		if v, made := byChannel(all, objectiveChannel)[one.Channel]; made {
			t.Picture = newPicture(v)
		}
		tiles = append(tiles, CorrelatedTile{Correlation: one, Tile: t})
	}
	return tiles, nil
}
