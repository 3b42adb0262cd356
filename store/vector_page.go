package store

import (
	"context"
	"database/sql"
	"fmt"
)

// ImageVector is an image and its vector in an embedding.
type ImageVector struct {
	Image  Image     // its id, hash, name and category only
	Vector []float32 // good until the function that was called with it returns
}

// VectorPage is a part of an embedding's vectors; the zero value is all of them.
type VectorPage struct {
	After int64 // only images with a larger id
	Limit int   // at most so many; 0 is no limit
}

// ImageVectors calls fn with the vectors of a page, by image id. One of them is in memory at a time, however many there
// are. All calls see one state of the file, in which the embedding has total vectors. A vector that is not finite or has
// not the embedding's dimension is ErrDamaged.
func (db *DB) ImageVectors(ctx context.Context, embeddingID int64, page VectorPage, fn func(v ImageVector, total int) error) error {
	if err := db.imageVectors(ctx, embeddingID, page, fn); err != nil {
		return fmt.Errorf("read the vectors of embedding %d: %w", embeddingID, err)
	}
	return nil
}

// imageVectors walks over the ids, which SQLite has in order, and looks up the vector of each: asked for an order, vec0
// would read the whole table and SQLite sort it, vectors and all.
func (db *DB) imageVectors(ctx context.Context, embeddingID int64, page VectorPage, fn func(v ImageVector, total int) error) error {
	e, err := embedding(ctx, db.read, embeddingID)
	if err != nil {
		return err
	}
	limit := -1
	if page.Limit > 0 {
		limit = page.Limit
	}
	ids := vecShadow(e.ID, "rowids")
	rows, err := db.read.QueryContext(ctx, fmt.Sprintf(`
		SELECT (SELECT count(*) FROM %s), image.id, image.sha256, image.name, image.category, vector.embedding
		FROM %s known CROSS JOIN image ON image.id = known.rowid CROSS JOIN %s vector ON vector.rowid = known.rowid
		WHERE known.rowid > ? ORDER BY known.rowid LIMIT ?`, ids, ids, vecTable(e.ID)), page.After, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	v, total := ImageVector{Vector: make([]float32, e.Dimension)}, 0
	for rows.Next() {
		var blob sql.RawBytes
		err := rows.Scan(&total, &v.Image.ID, (*storedHash)(&v.Image.SHA256), &v.Image.Name, &v.Image.Category, &blob)
		if err == nil && !readFinite(v.Vector, blob) {
			err = sentence(ErrDamaged, "image %d has not %d finite numbers: run `convnet check`", v.Image.ID, e.Dimension)
		}
		if err == nil {
			err = fn(v, total)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}
