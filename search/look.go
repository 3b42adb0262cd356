package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// keptVectors is how many vectors of pictures that are not stored are remembered: another metric, another k or another
// weight costs no second look. keptLooks is of how many pictures all vectors of a model are.
const keptVectors, keptLooks = 128, 64

// pictureVector shows a picture, or the crop of one, to the network; the same bytes are looked at once.
func (s *Service) pictureVector(ctx context.Context, e store.Embedding, f found) ([]float32, error) {
	reason, err := s.uploadOff(ctx, e)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, UploadOff(reason)
	}
	key := f.lookKey(e)
	if all, ok := s.looks.find(key); ok && all[e.ID] != nil {
		return all[e.ID], nil
	}
	return s.vectors.get(ctx, fmt.Sprintf("%s %d %s %s", key, e.ID, e.Layer, e.Pooling), func(ctx context.Context) ([]float32, error) {
		all, err := s.embed(ctx, []store.Embedding{e}, f)
		return all[e.ID], err
	})
}

// lookKey says which network looks at what.
func (f found) lookKey(e store.Embedding) string {
	return fmt.Sprintf("%d %d %x %s", e.DatasetID, e.ModelID, f.sum, f.Crop)
}

// lookEverywhere shows what of a query is not stored to a model, once for all its layers: their vectors are remembered.
// Layers whose vectors another runtime computed are left out.
func (s *Service) lookEverywhere(ctx context.Context, m modelLayers, q Query) error {
	var fit []store.Embedding
	reason := ""
	for _, l := range m.layers {
		why, err := s.uploadOff(ctx, l.Embedding)
		if err != nil {
			return err
		}
		if reason = cmp.Or(why, reason); why == "" {
			fit = append(fit, l.Embedding)
		}
	}
	for _, f := range q.parts {
		if f.stored() || f.Kind == KindChannel {
			continue
		}
		if len(fit) == 0 {
			return UploadOff(reason)
		}
		_, err := s.looks.get(ctx, f.lookKey(fit[0]), func(ctx context.Context) (map[int64][]float32, error) { return s.embed(ctx, fit, f) })
		if err != nil {
			return err
		}
	}
	return nil
}

// embed has a part of a query looked at, and returns its vectors by the embedding's id.
func (s *Service) embed(ctx context.Context, embeddings []store.Embedding, f found) (map[int64][]float32, error) {
	picture, err := f.cut(ctx)
	if err != nil {
		return nil, err
	}
	if len(picture) == 0 {
		return nil, badRequestf("The picture is an empty file.")
	}
	vectors, err := s.embedder.Embed(ctx, embeddings, picture)
	if errors.Is(err, ErrUploadOff) { // a sentence by itself
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("embed the query image: %w", err)
	}
	byID := make(map[int64][]float32, len(vectors))
	for i, e := range embeddings {
		if v := vectors[i]; len(v) != e.Dimension {
			return nil, fmt.Errorf("embed the query image: %s gave %d numbers at layer %s, the stored vectors have %d", e.Model, len(v), e.Layer, e.Dimension)
		}
		byID[e.ID] = vectors[i]
	}
	return byID, nil
}

// uploadOff says why a new picture cannot be a query for this embedding; "" when it can.
func (s *Service) uploadOff(ctx context.Context, e store.Embedding) (string, error) {
	known, err := s.seen(ctx, e.DatasetID)
	if err != nil {
		return "", err
	}
	for _, m := range known.models {
		if m.ID == e.ModelID && !m.HasGraph {
			return fmt.Sprintf("This file was shipped without its networks (snapshot --without-models), so %s cannot look at a new picture.", m.Name), nil
		}
	}
	if s.embedder == nil {
		return cmp.Or(s.UploadOff, "The server was started without an inference runtime, so it cannot look at a new picture."), nil
	}
	if here := s.embedder.Runtime(); here != e.Runtime {
		return fmt.Sprintf("The vectors of this layer were computed by %s. Here is %s, whose numbers for a new picture would not be comparable: use the former, or ingest the dataset again.",
			e.Runtime, here), nil
	}
	return "", nil
}
