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
	if s.Firing == nil || q.Uploaded {
		return []FiringChannel{}, nil
	}
	all, err := s.Firing(ctx, e, q.ImageID)
	if errors.Is(err, store.ErrNotFound) { // an interrupted ingest
		return []FiringChannel{}, nil
	}
	return all, err
}

// probeURL is where the query is looked at layer by layer.
func (s selection) probeURL() string {
	q := url.Values{"model": {s.model}, "dataset": {s.dataset}}
	if s.upload != "" {
		q.Set("upload", s.upload)
	} else {
		q.Set("image", s.image)
	}
	return "/probe?" + q.Encode()
}

// layerURL is the page about the layer.
func (s selection) layerURL() string {
	return "/models/" + url.PathEscape(s.model) + "/layers/" + url.PathEscape(s.layer)
}
