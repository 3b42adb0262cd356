package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// resolveQuery finds the image to search with. The vector comes later: it differs from layer to layer.
func (s *Service) resolveQuery(ctx context.Context, r Request, dataset store.Dataset) (Query, error) {
	if r.Upload != nil {
		sum := sha256.Sum256(r.Upload)
		return Query{Name: r.UploadName, SHA256: hex.EncodeToString(sum[:]), Uploaded: true}, nil
	}
	if r.Vector != nil {
		return Query{Vector: true}, nil
	}
	if r.ImageID != 0 {
		return s.imageByID(ctx, r.ImageID, dataset)
	}
	if r.Image == "" {
		return s.firstImage(ctx, dataset)
	}
	img, err := s.db.ImageByName(ctx, dataset.ID, r.Image)
	if errors.Is(err, store.ErrNotFound) {
		return s.imageByBase(ctx, r.Image, dataset)
	}
	return queryOf(img), err
}

func (s *Service) imageByID(ctx context.Context, id int64, dataset store.Dataset) (Query, error) {
	img, err := s.db.Image(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && img.DatasetID != dataset.ID {
		return Query{}, badRequestf("There is no image %d in dataset %q.", id, dataset.Name)
	}
	return queryOf(img), err
}

// imageByBase finds an image by its file name alone, where no other folder has a file of that name.
func (s *Service) imageByBase(ctx context.Context, name string, dataset store.Dataset) (Query, error) {
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID})
	if err != nil {
		return Query{}, err
	}
	images = slices.DeleteFunc(images, func(img store.Image) bool { return path.Base(img.Name) != name })
	switch len(images) {
	case 0:
		return Query{}, badRequestf("There is no image %q in dataset %q.", name, dataset.Name)
	case 1:
		return queryOf(images[0]), nil
	default:
		return Query{}, badRequestf("Dataset %q has %d images %q: say which one with its folder, such as %q or %q.",
			dataset.Name, len(images), name, images[0].Name, images[1].Name)
	}
}

func (s *Service) firstImage(ctx context.Context, dataset store.Dataset) (Query, error) {
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID, Limit: 1})
	if err != nil {
		return Query{}, err
	}
	if len(images) == 0 {
		return Query{}, say(ErrEmpty, "Dataset %q has no images. Run convnet ingest to bring some in.", dataset.Name)
	}
	return queryOf(images[0]), nil
}

// queryVector is the vector to search with: the request's own, or that of its image.
func (s *Service) queryVector(ctx context.Context, e store.Embedding, q Query, r Request) ([]float32, error) {
	if !q.Vector {
		return s.vector(ctx, e, q, r.Upload)
	}
	return r.Vector, checkVector(e, r.Vector)
}

// checkVector refuses a vector that cannot be compared with those of the embedding.
func checkVector(e store.Embedding, v []float32) error {
	if len(v) != e.Dimension {
		return badRequestf("The vector has %d numbers; those of layer %s of %s, pooled by %s, have %d.", len(v), e.Layer, e.Model, e.Pooling, e.Dimension)
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return badRequestf("Number %d of the vector, counted from 0, is %v: all of them must be finite.", i, x)
		}
	}
	return nil
}

// vector is the query's vector in an embedding: stored for an image of the dataset, computed for an uploaded one.
func (s *Service) vector(ctx context.Context, e store.Embedding, q Query, upload []byte) ([]float32, error) {
	if q.Uploaded {
		return s.embed(ctx, e, upload)
	}
	v, err := s.db.Vector(ctx, e.ID, q.ImageID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, badRequestf("Image %q has no vector at layer %s of %s yet. Run convnet ingest again: it goes on where it stopped.",
			q.Name, e.Layer, e.Model)
	}
	return v, err
}

func (s *Service) embed(ctx context.Context, e store.Embedding, upload []byte) ([]float32, error) {
	reason, err := s.uploadOff(ctx, e)
	if err != nil {
		return nil, err
	}
	if reason != "" {
		return nil, say(ErrUploadOff, "%s", reason)
	}
	if len(upload) == 0 {
		return nil, badRequestf("The picture is an empty file.")
	}
	v, err := s.embedder.Embed(ctx, e, upload)
	if err != nil {
		return nil, fmt.Errorf("embed the query image: %w", err)
	}
	if len(v) != e.Dimension {
		return nil, fmt.Errorf("embed the query image: %s gave %d numbers at layer %s, the stored vectors have %d", e.Model, len(v), e.Layer, e.Dimension)
	}
	return v, nil
}

// uploadOff says why a new picture cannot be a query for this embedding; "" when it can.
func (s *Service) uploadOff(ctx context.Context, e store.Embedding) (string, error) {
	models, err := s.db.DatasetModels(ctx, e.DatasetID)
	if err != nil {
		return "", err
	}
	for _, m := range models {
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
