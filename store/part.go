package store

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	partSize = 4080    // sixteen rows of this size fill a page of 64 KiB; whole images would waste up to a third of it
	maxParts = 1 << 20 // per image: the low bits of a part's id
)

// putParts stores bytes of an image in parts of at most partSize.
func (tx *Tx) putParts(table string, imageID int64, data []byte) error {
	if len(data) > partSize*maxParts {
		return sentence(ErrInvalid, "%d bytes are too many for one image", len(data))
	}
	insert, err := tx.sql.PrepareContext(tx.ctx, `INSERT INTO `+table+` (id, bytes) VALUES (?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for part := imageID * maxParts; len(data) > 0; part++ {
		n := min(len(data), partSize)
		if _, err := insert.ExecContext(tx.ctx, part, data[:n]); err != nil {
			return fmt.Errorf("insert %s: %w", table, err)
		}
		data = data[n:]
	}
	return nil
}

// readParts returns the bytes that putParts has stored, nil when there are none.
func readParts(ctx context.Context, q querier, table string, imageID int64) ([]byte, error) {
	rows, err := q.QueryContext(ctx, `SELECT bytes FROM `+table+` WHERE id BETWEEN ? AND ? ORDER BY id`,
		imageID*maxParts, imageID*maxParts+maxParts-1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var data []byte
	for rows.Next() {
		var part sql.RawBytes
		if err := rows.Scan(&part); err != nil {
			return nil, err
		}
		data = append(data, part...)
	}
	return data, rows.Err()
}

// deleteParts deletes what putParts has stored.
func (tx *Tx) deleteParts(table string, imageID int64) error {
	_, err := tx.exec(`DELETE FROM `+table+` WHERE id BETWEEN ? AND ?`, imageID*maxParts, imageID*maxParts+maxParts-1)
	return err
}
