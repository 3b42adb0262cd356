package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// ProjectionOverlap is how much a projected layer agrees with another one about who is near whom. It compares vectors,
// not places on maps, and is the same seen from either layer.
type ProjectionOverlap struct {
	Model   string  `json:"model"`
	Layer   string  `json:"layer"`
	Pooling string  `json:"pooling"`
	Overlap float64 `json:"overlap"` // share of an image's ProjectionNeighbors nearest that both name, in [0, 1]; mean over the images
}

// ProjectionOverlaps returns how much the embedding of a projection overlaps with every layer that it was compared with: the
// others of its model, and where models were aligned with each other, theirs. They are in no particular order.
func (db *DB) ProjectionOverlaps(ctx context.Context, embeddingID int64, method string) ([]ProjectionOverlap, error) {
	all, err := readOverlaps(ctx, db.read, embeddingID, method)
	if err != nil {
		return nil, fmt.Errorf("read the overlaps of the %s projection of embedding %d: %w", method, embeddingID, err)
	}
	return all, nil
}

func readOverlaps(ctx context.Context, q querier, embeddingID int64, method string) ([]ProjectionOverlap, error) {
	var text []byte
	err := q.QueryRowContext(ctx, `SELECT overlaps FROM projection WHERE embedding_id = ? AND method = ?`, embeddingID, method).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noProjection()
	}
	if err != nil {
		return nil, err
	}
	all := []ProjectionOverlap{}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, sentence(ErrDamaged, "its overlaps cannot be read (%v): run `convnet check`", err)
	}
	return all, nil
}

// encodeOverlaps writes overlaps as they are stored.
func encodeOverlaps(all []ProjectionOverlap) (string, error) {
	for _, o := range all {
		if !(o.Overlap >= 0 && o.Overlap <= 1) {
			return "", sentence(ErrInvalid, "an overlap of %v with %s is not a share", o.Overlap, o.Layer)
		}
	}
	if all == nil {
		return "[]", nil
	}
	text, err := json.Marshal(all)
	return string(text), err
}

func noProjection() error {
	return sentence(ErrNotFound, "there is no such projection: run `convnet project`")
}
