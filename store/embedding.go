package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Embedding is the vectors of a dataset's images at one layer under one pooling.
type Embedding struct {
	ID, DatasetID, ModelID, LayerID int64
	Model, Layer, LayerType         string
	LayerPosition, Channels         int
	Pooling                         string
	Dimension                       int
	Runtime                         string // what computed it
	Vectors                         int    // how many images have one; filled by Embeddings
}

// EmbeddingFilter selects embeddings; zero fields select nothing away.
type EmbeddingFilter struct {
	DatasetID             int64
	Model, Layer, Pooling string
}

const embeddingColumns = `
	SELECT embedding.id, embedding.dataset_id, layer.model_id, layer.id, model.name, layer.name, layer.type,
	       layer.position, layer.channels, embedding.pooling, embedding.dimension, embedding.runtime
	FROM embedding
	JOIN layer ON layer.id = embedding.layer_id
	JOIN model ON model.id = layer.model_id `

func scanEmbedding(rows *sql.Rows) (e Embedding, err error) {
	return e, rows.Scan(&e.ID, &e.DatasetID, &e.ModelID, &e.LayerID, &e.Model, &e.Layer, &e.LayerType,
		&e.LayerPosition, &e.Channels, &e.Pooling, &e.Dimension, &e.Runtime)
}

// Embeddings returns the selected embeddings by dataset, model and the layer's position in its network.
func (db *DB) Embeddings(ctx context.Context, f EmbeddingFilter) ([]Embedding, error) {
	all, err := embeddings(ctx, db.read, f)
	for i := range all {
		if err == nil {
			err = db.read.QueryRowContext(ctx, `SELECT count(*) FROM `+vecShadow(all[i].ID, "rowids")).Scan(&all[i].Vectors)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read embeddings: %w", err)
	}
	return all, nil
}

func embeddings(ctx context.Context, q querier, f EmbeddingFilter) ([]Embedding, error) {
	terms, args := []string{"TRUE"}, []any{}
	if f.DatasetID != 0 {
		terms, args = append(terms, "embedding.dataset_id = ?"), append(args, f.DatasetID)
	}
	for column, value := range map[string]string{"model.name": f.Model, "layer.name": f.Layer, "embedding.pooling": f.Pooling} {
		if value != "" {
			terms, args = append(terms, column+" = ?"), append(args, value)
		}
	}
	return collect(ctx, q, scanEmbedding, embeddingColumns+`WHERE `+strings.Join(terms, " AND ")+`
		ORDER BY embedding.dataset_id, layer.model_id, layer.position, embedding.id`, args...)
}

// Embedding returns an embedding by its id.
func (db *DB) Embedding(ctx context.Context, id int64) (Embedding, error) {
	e, err := embedding(ctx, db.read, id)
	if err == nil {
		err = db.read.QueryRowContext(ctx, `SELECT count(*) FROM `+vecShadow(id, "rowids")).Scan(&e.Vectors)
	}
	if err != nil {
		return Embedding{}, fmt.Errorf("read embedding %d: %w", id, err)
	}
	return e, nil
}

// embedding returns one embedding by its id.
func embedding(ctx context.Context, q querier, id int64) (Embedding, error) {
	all, err := collect(ctx, q, scanEmbedding, embeddingColumns+`WHERE embedding.id = ?`, id)
	if err == nil && len(all) == 0 {
		err = sentence(ErrNotFound, "there is no embedding %d", id)
	}
	if err != nil {
		return Embedding{}, err
	}
	return all[0], nil
}

// MissingImages returns, by id, the dataset's images that lack a vector in at least one of the embeddings.
func (db *DB) MissingImages(ctx context.Context, embeddingIDs []int64, datasetID int64) ([]int64, error) {
	all, err := ids(ctx, db.read, `SELECT id FROM image WHERE dataset_id = ? ORDER BY id`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read images: %w", err)
	}
	lacking := map[int64]bool{}
	for _, e := range embeddingIDs {
		some, err := ids(ctx, db.read, `
			SELECT id FROM image WHERE dataset_id = ? AND id NOT IN (SELECT rowid FROM `+vecShadow(e, "rowids")+`)`, datasetID)
		if err != nil {
			return nil, fmt.Errorf("find images without a vector in embedding %d: %w", e, err)
		}
		for _, id := range some {
			lacking[id] = true
		}
	}
	missing := make([]int64, 0, len(lacking))
	for _, id := range all {
		if lacking[id] {
			missing = append(missing, id)
		}
	}
	return missing, nil
}
