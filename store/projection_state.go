package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// ProjectionState is what a stored projection is to the vectors that are stored now.
type ProjectionState string

// States of a projection.
const (
	ProjectionMissing    ProjectionState = "missing"    // there is none
	ProjectionStale      ProjectionState = "stale"      // it was fitted on other vectors
	ProjectionIncomplete ProjectionState = "incomplete" // images have come that have no place on it
	ProjectionEqual      ProjectionState = "equal"      // it shows every vector
)

// ProjectionState compares an embedding's projection by a method with its vectors. Of an incomplete one, placeless are the
// images to be placed, by id.
func (db *DB) ProjectionState(ctx context.Context, embeddingID int64, method string) (state ProjectionState, placeless []int64, err error) {
	p, err := db.ProjectionOf(ctx, embeddingID, method)
	if errors.Is(err, ErrNotFound) {
		return ProjectionMissing, nil, nil
	}
	if err == nil {
		state, placeless, err = db.compareProjection(ctx, p)
	}
	if err != nil {
		return "", nil, fmt.Errorf("compare the %s projection of embedding %d with its vectors: %w", method, embeddingID, err)
	}
	return state, placeless, nil
}

func (db *DB) compareProjection(ctx context.Context, p Projection) (ProjectionState, []int64, error) {
	e, err := embedding(ctx, db.read, p.EmbeddingID)
	if err != nil {
		return "", nil, err
	}
	points, err := readPoints(ctx, db.read, p.EmbeddingID, p.Method)
	if err != nil {
		return "", nil, err
	}
	vectors, err := fittedOn(ctx, db.read, e, points.ids[:points.fitted])
	if err != nil {
		return "", nil, err
	}
	if vectors != p.VectorsSHA256 {
		return ProjectionStale, nil, nil
	}
	placeless, err := ids(ctx, db.read, `SELECT rowid FROM `+vecShadow(e.ID, "rowids")+` ORDER BY rowid`)
	if err != nil {
		return "", nil, err
	}
	placed := make(map[int64]bool, len(points.ids))
	for _, id := range points.ids {
		placed[id] = true
	}
	placeless = slices.DeleteFunc(placeless, func(id int64) bool { return placed[id] })
	if len(placeless) > 0 {
		return ProjectionIncomplete, placeless, nil
	}
	return ProjectionEqual, nil, nil
}

// fittedOn hashes what a projection is fitted on: what identifies the embedding, and which of its images.
func fittedOn(ctx context.Context, q querier, e Embedding, imageIDs []int64) (sum [32]byte, err error) {
	var model []byte
	if err := q.QueryRowContext(ctx, `SELECT sha256 FROM model WHERE id = ?`, e.ModelID).Scan(&model); err != nil {
		return sum, err
	}
	hash := sha256.New()
	hashStrings(hash, string(model), e.Layer, e.Pooling, fmt.Sprint(e.Dimension), e.Runtime, string(idsBlob(imageIDs)))
	return [32]byte(hash.Sum(nil)), nil
}
