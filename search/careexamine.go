package search

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/internal/care"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// examined is what the vectors of an embedding say; points are the images with these ids.
type examined struct {
	ids   []int64
	found *care.Findings
}

// keepExamined bounds how many embeddings' findings are kept: those of 10,000 images take a few megabytes.
const keepExamined = 8

// examining lets one examination at a time use all cores, and the memory that it takes.
var examining = semaphore.NewWeighted(1)

// examined examines the vectors of an embedding, once for each state of the file.
func (s *Service) examined(ctx context.Context, e store.Embedding) (*examined, error) {
	version, err := s.db.EmbeddingVersion(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	return s.cared.get(ctx, fmt.Sprintf("%d %s", e.ID, version), func(ctx context.Context) (*examined, error) {
		if err := examining.Acquire(ctx, 1); err != nil {
			return nil, err
		}
		defer examining.Release(1)
		return examine(ctx, s.db, e)
	})
}

// examine reads all vectors of an embedding and looks at them.
func examine(ctx context.Context, db *store.DB, e store.Embedding) (*examined, error) {
	x := umap.Matrix{Cols: e.Dimension, Data: make([]float32, 0, e.Vectors*e.Dimension)}
	made := &examined{}
	err := db.Vectors(ctx, e.ID, func(id int64, v []float32) error {
		made.ids, x.Data = append(made.ids, id), append(x.Data, v...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.Rows = len(made.ids)
	p, err := pooling.Parse(e.Pooling)
	if err != nil {
		p.Grid = 0 // of a later program: mirror images are not looked for
	}
	made.found, err = care.Examine(ctx, x, p.Grid)
	if err != nil {
		return nil, fmt.Errorf("examine layer %s of %s: %w", e.Layer, e.Model, err)
	}
	return made, nil
}
