package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// NewProjection is a projection to be stored, its points by image id.
type NewProjection struct {
	EmbeddingID     int64
	Method          string // UMAP or PCA
	Parameters      []byte // JSON: all that decides the result but the seed
	Seed            int64
	Alignment       int64    // from NewAlignment, 0: it was fitted alone
	Trustworthiness *float64 // nil: too few points to say
	Overlaps        []ProjectionOverlap
	ImageIDs        []int64 // ascending
	X, Y            []float32
}

// PutProjection stores a projection, in place of an earlier one of the same embedding and method.
func (tx *Tx) PutProjection(n NewProjection) error {
	if err := tx.putProjection(n); err != nil {
		return fmt.Errorf("store the %s projection of embedding %d: %w", n.Method, n.EmbeddingID, err)
	}
	return nil
}

func (tx *Tx) putProjection(n NewProjection) error {
	if !json.Valid(n.Parameters) {
		return sentence(ErrInvalid, "the parameters are not JSON")
	}
	e, err := embedding(tx.ctx, tx.sql, n.EmbeddingID)
	if err != nil {
		return err
	}
	points, err := tx.newPoints(e, n.ImageIDs, n.X, n.Y)
	if err != nil {
		return err
	}
	vectors, err := fittedOn(tx.ctx, tx.sql, e, n.ImageIDs)
	if err != nil {
		return err
	}
	overlaps, err := encodeOverlaps(n.Overlaps)
	if err != nil {
		return err
	}
	parameters := sha256.Sum256(n.Parameters)
	_, err = tx.exec(`
		INSERT OR REPLACE INTO projection (embedding_id, method, parameters, parameters_sha256, seed, alignment, vectors_sha256,
			trustworthiness, overlaps, fitted, extended, created_at, image_ids, coordinates)
		VALUES (?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, 0, ?, ?, ?)`,
		n.EmbeddingID, n.Method, string(n.Parameters), parameters[:], n.Seed, n.Alignment, vectors[:],
		n.Trustworthiness, overlaps, points.fitted, tx.timestamp(), idsBlob(points.ids), blob(points.xy))
	return err
}

// newPoints checks points to be stored: finite, in order, and of images of the embedding's dataset.
func (tx *Tx) newPoints(e Embedding, imageIDs []int64, x, y []float32) (storedPoints, error) {
	if len(x) != len(imageIDs) || len(y) != len(imageIDs) {
		return storedPoints{}, sentence(ErrInvalid, "%d and %d coordinates for %d images", len(x), len(y), len(imageIDs))
	}
	if !finite(x) || !finite(y) {
		return storedPoints{}, sentence(ErrInvalid, "a coordinate is not finite")
	}
	known, err := imageSet(tx.ctx, tx.sql, e.DatasetID)
	if err != nil {
		return storedPoints{}, err
	}
	p := storedPoints{fitted: len(imageIDs), ids: imageIDs}
	for i, id := range imageIDs {
		switch {
		case i > 0 && id <= imageIDs[i-1]:
			return p, sentence(ErrInvalid, "the images are not in the order of their ids")
		case !known[id]:
			return p, sentence(ErrNotFound, "image %d is not in the embedding's dataset", id)
		}
		p.xy = append(p.xy, x[i], y[i])
	}
	return p, nil
}

// NewAlignment returns a number for projections that are fitted together.
func (tx *Tx) NewAlignment() (int64, error) {
	number, _, err := tx.id(`SELECT coalesce(max(alignment), 0) + 1 FROM projection`)
	if err != nil {
		return 0, fmt.Errorf("number an alignment: %w", err)
	}
	return number, nil
}

// imageSet returns the ids of a dataset's images.
func imageSet(ctx context.Context, q querier, datasetID int64) (map[int64]bool, error) {
	all, err := ids(ctx, q, `SELECT id FROM image WHERE dataset_id = ?`, datasetID)
	set := make(map[int64]bool, len(all))
	for _, id := range all {
		set[id] = true
	}
	return set, err
}
