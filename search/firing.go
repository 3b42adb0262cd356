package search

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

// Firing finds the channels of an embedding's layer that fire unusually strongly for an image of its dataset, the most
// unusual first. It is handed in by whoever knows channels; without one the page does not show them.
type Firing func(ctx context.Context, e store.Embedding, imageID int64) ([]FiringChannel, error)

// FiringChannel is a channel that fires for the query.
type FiringChannel struct {
	Channel int     `json:"channel"`
	Max     float64 `json:"max"`   // over its map
	Score   float64 `json:"score"` // by how many standard deviations that is above the dataset's mean
	URL     string  `json:"url"`   // its page

	Picture string `json:"-"` // what excites it most, "" when no picture of that has been made
	Heat    string `json:"-"` // where in the query it fires; "" where no network can look
}

// firing are the channels that fire for the query, where it is an image that the layer has seen.
func (s *Service) firing(ctx context.Context, e store.Embedding, q Query) ([]FiringChannel, error) {
	if s.Firing == nil || q.ImageID == 0 {
		return []FiringChannel{}, nil
	}
	all, err := s.Firing(ctx, e, q.ImageID)
	if errors.Is(err, store.ErrNotFound) { // an interrupted ingest
		return []FiringChannel{}, nil
	}
	return all, err
}

// shown adds where in the query's picture the channels fire to those of which no picture has been made.
func (s selection) shown(all []FiringChannel) {
	for i, c := range all {
		if c.Picture == "" {
			all[i].Heat = s.probeMap(s.ask, c.Channel)
		}
	}
}

// probed are the parameters of the probe for a query; nil where it is no picture that can be looked at.
func (s selection) probed(a Ask) url.Values {
	p, ok := a.alone()
	if !ok || !p.picture() {
		return nil
	}
	p.Weight = 1
	values := Ask{p}.Values()
	values.Set("model", s.model)
	values.Set("dataset", s.dataset)
	return values
}

// probeURL is where the query's picture is looked at layer by layer; "" where it is none that can be.
func (s selection) probeURL() string {
	if values := s.probed(s.ask); values != nil {
		return "/probe?" + values.Encode()
	}
	return ""
}

// probeMap is the address of a small drawing: a channel's map over a query's picture; "" where it is none.
func (s selection) probeMap(a Ask, channel int) string {
	values := s.probed(a)
	if values == nil {
		return ""
	}
	values.Set("layer", s.layer)
	values.Set("channel", strconv.Itoa(channel))
	values.Set("side", "160")
	return "/probe/map.jpg?" + values.Encode()
}

// layerURL is the page about the layer.
func (s selection) layerURL() string {
	return "/models/" + url.PathEscape(s.model) + "/layers/" + url.PathEscape(s.layer)
}
