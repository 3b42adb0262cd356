package search

import (
	"context"
	"fmt"
)

// Heat is a PNG to lie over one of two images, of says which: the "query", or the image it is compared "with". It shows
// which places of the one make it similar to the other at the layer: they add up to the cosine similarity.
func (s *Service) Heat(ctx context.Context, r WhyRequest, of string) ([]byte, error) {
	if of != "query" && of != "with" {
		return nil, badRequestf("of must be query or with, not %q.", of)
	}
	p, err := s.resolvePair(ctx, r)
	if err != nil {
		return nil, err
	}
	if reason, err := s.uploadOff(ctx, p.embedding); err != nil || reason != "" {
		return nil, errOr(err, UploadOff(reason))
	}
	shown, other := p.query, p.b
	if of == "with" {
		shown, other = p.with, p.a
	}
	f, ok := shown.picture()
	if !ok {
		return nil, badRequestf("There is no one picture to draw on: the query is made of several.")
	}
	picture, err := f.cut(ctx)
	if err != nil {
		return nil, err
	}
	png, err := s.embedder.Heat(ctx, p.embedding, picture, unit(other, length(p.a)*length(p.b)))
	if err != nil {
		return nil, fmt.Errorf("where %s is like %s: %w", p.query.Name, p.with.Name, err)
	}
	return png, nil
}

func errOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// unit is a vector divided by a length, which may be 0.
func unit(v []float32, by float64) []float32 {
	scaled := make([]float32, len(v))
	for i, x := range v {
		if by > 0 {
			scaled[i] = float32(float64(x) / by)
		}
	}
	return scaled
}
