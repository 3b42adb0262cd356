package search

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Placer finds the place of a new vector on a stored projection; nothing on it moves. Implementations are safe for
// concurrent use.
type Placer interface {
	Place(ctx context.Context, p store.Projection, vector []float32) (x, y float32, err error)
}

// Place is where the query lies on the map of the layer.
type Place struct {
	Method string  `json:"method"` // of the projection: umap or pca
	X      float32 `json:"x"`
	Y      float32 `json:"y"`
}

// place finds the query on the layer's map: where it is stored for an image of the dataset, where it would be for
// a picture that was sent. It is nil when there is no map, or no way to place what is new.
func (s *Service) place(ctx context.Context, e store.Embedding, q Query, vector []float32) (*Place, error) {
	known, err := s.seen(ctx, e.DatasetID)
	if err != nil {
		return nil, err
	}
	maps := known.maps(e.ID)
	if len(maps) == 0 {
		return nil, nil
	}
	p := maps[0]
	if q.ImageID != 0 {
		return s.storedPlace(ctx, p, q.ImageID)
	}
	if s.Placer == nil {
		return nil, nil
	}
	x, y, err := s.Placer.Place(ctx, p, vector)
	if err != nil {
		return nil, fmt.Errorf("place the query on the map: %w", err)
	}
	return &Place{p.Method, x, y}, nil
}

// storedPlace is nil for an image that came after the map.
func (s *Service) storedPlace(ctx context.Context, p store.Projection, imageID int64) (*Place, error) {
	points, err := s.db.ProjectionPoints(ctx, p.EmbeddingID, p.Method)
	if errors.Is(err, store.ErrNotFound) { // replaced a moment ago
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	i, found := slices.BinarySearch(points.ImageIDs, imageID)
	if !found {
		return nil, nil
	}
	return &Place{p.Method, points.X[i], points.Y[i]}, nil
}
