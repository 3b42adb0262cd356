package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Projection is a map of an embedding: a place in the plane for every image, without the places themselves.
type Projection struct {
	EmbeddingID, DatasetID, ModelID int64
	Model, Layer, Pooling           string
	LayerPosition                   int // the layer's index in its network

	Method           string // umap or pca
	Parameters       []byte // JSON: all that decides the result but the seed
	ParametersSHA256 [32]byte
	Seed             int64
	Alignment        int64    // projections of one number were fitted together; 0: alone
	VectorsSHA256    [32]byte // of what it was fitted on
	Trustworthiness  *float64 // of neighborhoods of ProjectionNeighbors, in [0, 1]; nil when there are too few
	Fitted, Extended int      // points whose places were found together, and points placed later among them
	CreatedAt        string
}

// Points is how many points the map has.
func (p Projection) Points() int { return p.Fitted + p.Extended }

// Methods of projections.
const (
	UMAP = "umap"
	PCA  = "pca"
)

// ProjectionNeighbors is how many of an image's nearest trustworthiness and overlaps look at.
const ProjectionNeighbors = 15

// ProjectionFilter selects projections; zero fields select nothing away.
type ProjectionFilter struct {
	DatasetID, EmbeddingID        int64
	Model, Layer, Pooling, Method string
}

const projectionColumns = `
	SELECT embedding.id, embedding.dataset_id, layer.model_id, model.name, layer.name, layer.position, embedding.pooling,
	       method, projection.parameters, parameters_sha256, seed, coalesce(alignment, 0), vectors_sha256, trustworthiness,
	       fitted, extended, projection.created_at
	FROM projection
	JOIN embedding ON embedding.id = projection.embedding_id
	JOIN layer ON layer.id = embedding.layer_id
	JOIN model ON model.id = layer.model_id `

func scanProjection(rows *sql.Rows) (p Projection, err error) {
	return p, rows.Scan(&p.EmbeddingID, &p.DatasetID, &p.ModelID, &p.Model, &p.Layer, &p.LayerPosition, &p.Pooling,
		&p.Method, &p.Parameters, (*storedHash)(&p.ParametersSHA256), &p.Seed, &p.Alignment, (*storedHash)(&p.VectorsSHA256), &p.Trustworthiness,
		&p.Fitted, &p.Extended, &p.CreatedAt)
}

// Projections returns the selected projections by dataset, model and the layer's position in its network.
func (db *DB) Projections(ctx context.Context, f ProjectionFilter) ([]Projection, error) {
	all, err := projections(ctx, db.read, f)
	if err != nil {
		return nil, fmt.Errorf("read projections: %w", err)
	}
	return all, nil
}

// ProjectionOf returns the projection of an embedding by a method, or ErrNotFound.
func (db *DB) ProjectionOf(ctx context.Context, embeddingID int64, method string) (Projection, error) {
	all, err := db.Projections(ctx, ProjectionFilter{EmbeddingID: embeddingID, Method: method})
	if err == nil && len(all) == 0 {
		err = sentence(ErrNotFound, "embedding %d has no %s projection: run `convnet project`", embeddingID, method)
	}
	if err != nil {
		return Projection{}, err
	}
	return all[0], nil
}

func projections(ctx context.Context, q querier, f ProjectionFilter) ([]Projection, error) {
	terms, args := []string{"TRUE"}, []any{}
	for column, id := range map[string]int64{"embedding.dataset_id": f.DatasetID, "embedding.id": f.EmbeddingID} {
		if id != 0 {
			terms, args = append(terms, column+" = ?"), append(args, id)
		}
	}
	for column, value := range map[string]string{"model.name": f.Model, "layer.name": f.Layer, "embedding.pooling": f.Pooling, "method": f.Method} {
		if value != "" {
			terms, args = append(terms, column+" = ?"), append(args, value)
		}
	}
	return collect(ctx, q, scanProjection, projectionColumns+`WHERE `+strings.Join(terms, " AND ")+`
		ORDER BY embedding.dataset_id, layer.model_id, layer.position, embedding.id, method`, args...)
}
