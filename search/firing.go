package search

import (
	"context"
	"errors"
	"net/url"

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

// probeURL is where the query's picture is looked at layer by layer; "" where it is none that can be.
func (s selection) probeURL() string {
	p, ok := s.ask.alone()
	if !ok || p.Kind != KindImage && p.Kind != KindUpload {
		return ""
	}
	return "/probe?" + url.Values{"model": {s.model}, "dataset": {s.dataset}, string(p.Kind): {p.Value}}.Encode()
}

// layerURL is the page about the layer.
func (s selection) layerURL() string {
	return "/models/" + url.PathEscape(s.model) + "/layers/" + url.PathEscape(s.layer)
}
