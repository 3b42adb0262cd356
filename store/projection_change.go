package store

import (
	"fmt"
	"slices"
)

// Extension is points to be placed among those of a projection.
type Extension struct {
	EmbeddingID     int64
	Method          string
	ImageIDs        []int64 // ascending
	X, Y            []float32
	Trustworthiness *float64            // of all points, now
	Overlaps        []ProjectionOverlap // likewise
}

// ExtendProjection adds points to a projection; those that are there stay where they are.
func (tx *Tx) ExtendProjection(x Extension) error {
	if err := tx.extendProjection(x); err != nil {
		return fmt.Errorf("extend the %s projection of embedding %d: %w", x.Method, x.EmbeddingID, err)
	}
	return nil
}

func (tx *Tx) extendProjection(x Extension) error {
	points, err := readPoints(tx.ctx, tx.sql, x.EmbeddingID, x.Method)
	if err != nil {
		return err
	}
	e, err := embedding(tx.ctx, tx.sql, x.EmbeddingID)
	if err != nil {
		return err
	}
	placed, err := tx.newPoints(e, x.ImageIDs, x.X, x.Y)
	if err != nil {
		return err
	}
	if repeats(slices.Concat(points.ids, x.ImageIDs)) {
		return sentence(ErrInvalid, "an image has a place already")
	}
	overlaps, err := encodeOverlaps(x.Overlaps)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE projection SET trustworthiness = ?, overlaps = ? WHERE embedding_id = ? AND method = ?`,
		x.Trustworthiness, overlaps, x.EmbeddingID, x.Method)
	if err != nil {
		return err
	}
	return tx.setPoints(e, x.Method, points.join(placed))
}

// PutProjectionOverlaps stores anew how much a projection's layer agrees with others, where there is such a projection.
func (tx *Tx) PutProjectionOverlaps(embeddingID int64, method string, all []ProjectionOverlap) error {
	text, err := encodeOverlaps(all)
	if err == nil {
		_, err = tx.exec(`UPDATE projection SET overlaps = ? WHERE embedding_id = ? AND method = ?`, text, embeddingID, method)
	}
	if err != nil {
		return fmt.Errorf("store the overlaps of the %s projection of embedding %d: %w", method, embeddingID, err)
	}
	return nil
}

// setPoints stores the points of a projection after a change, with the hash of those that it was fitted on.
func (tx *Tx) setPoints(e Embedding, method string, p storedPoints) error {
	vectors, err := fittedOn(tx.ctx, tx.sql, e, p.ids[:p.fitted])
	if err != nil {
		return err
	}
	_, err = tx.exec(`
		UPDATE projection SET vectors_sha256 = ?, fitted = ?, extended = ?, image_ids = ?, coordinates = ?
		WHERE embedding_id = ? AND method = ?`,
		vectors[:], p.fitted, len(p.ids)-p.fitted, idsBlob(p.ids), blob(p.xy), e.ID, method)
	return err
}

// deletePointsOf deletes images' points from the projections of an embedding.
func (tx *Tx) deletePointsOf(embeddingID int64, imageIDs []int64) error {
	all, err := projections(tx.ctx, tx.sql, ProjectionFilter{EmbeddingID: embeddingID})
	if err != nil || len(all) == 0 {
		return err
	}
	gone := make(map[int64]bool, len(imageIDs))
	for _, id := range imageIDs {
		gone[id] = true
	}
	e, err := embedding(tx.ctx, tx.sql, embeddingID)
	for _, p := range all {
		if err == nil {
			err = tx.deletePoints(e, p.Method, func(id int64) bool { return gone[id] })
		}
	}
	return err
}

// deletePoints deletes points from a projection; one of which no fitted point is left is deleted itself.
func (tx *Tx) deletePoints(e Embedding, method string, gone func(imageID int64) bool) error {
	before, err := readPoints(tx.ctx, tx.sql, e.ID, method)
	if err != nil {
		return err
	}
	after := before.without(gone)
	switch {
	case len(after.ids) == len(before.ids):
		return nil
	case after.fitted == 0:
		return tx.deleteProjection(e.ID, method)
	}
	return tx.setPoints(e, method, after)
}

func (tx *Tx) deleteProjection(embeddingID int64, method string) error {
	_, err := tx.exec(`DELETE FROM projection WHERE embedding_id = ? AND method = ?`, embeddingID, method)
	return err
}
