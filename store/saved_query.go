package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// SavedQuery is a picture that somebody has searched with and saved. It belongs to no dataset.
type SavedQuery struct {
	ID            int64
	SHA256        [32]byte // of the picture's bytes
	Name, Format  string
	Width, Height int
	Size          int64 // bytes of the picture
	CreatedAt     string
}

// NewSavedQuery is a picture to be saved.
type NewSavedQuery struct {
	Name, Format    string
	Width, Height   int
	Picture         []byte
	Thumbnail       []byte // nil when the picture is small enough
	ThumbnailFormat string
}

const savedColumns = `SELECT id, sha256, name, format, width, height, length(picture), created_at FROM saved_query `

func scanSaved(rows *sql.Rows) (q SavedQuery, err error) {
	return q, rows.Scan(&q.ID, (*storedHash)(&q.SHA256), &q.Name, &q.Format, &q.Width, &q.Height, &q.Size, &q.CreatedAt)
}

// SavedQueries returns what was saved, the newest first.
func (db *DB) SavedQueries(ctx context.Context) ([]SavedQuery, error) {
	all, err := collect(ctx, db.read, scanSaved, savedColumns+`ORDER BY created_at DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read saved queries: %w", err)
	}
	return all, nil
}

// SavedQuery returns what was saved under an id.
func (db *DB) SavedQuery(ctx context.Context, id int64) (SavedQuery, error) {
	all, err := collect(ctx, db.read, scanSaved, savedColumns+`WHERE id = ?`, id)
	if err != nil {
		return SavedQuery{}, fmt.Errorf("read saved query %d: %w", id, err)
	}
	if len(all) == 0 {
		return SavedQuery{}, noSaved(id)
	}
	return all[0], nil
}

func noSaved(id int64) error {
	return sentence(ErrNotFound, "there is no saved query %d: it may have been removed", id)
}

// SavedPicture returns a saved picture's bytes as they came.
func (db *DB) SavedPicture(ctx context.Context, id int64) (data []byte, format string, err error) {
	return db.savedBytes(ctx, id, `SELECT picture, format FROM saved_query WHERE id = ?`)
}

// SavedThumbnail returns a small form of a saved picture: itself when it is small.
func (db *DB) SavedThumbnail(ctx context.Context, id int64) (data []byte, format string, err error) {
	return db.savedBytes(ctx, id, `
		SELECT iif(thumbnail_format = '', picture, thumbnail), iif(thumbnail_format = '', format, thumbnail_format)
		FROM saved_query WHERE id = ?`)
}

func (db *DB) savedBytes(ctx context.Context, id int64, query string) (data []byte, format string, err error) {
	err = db.read.QueryRowContext(ctx, query, id).Scan(&data, &format)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", noSaved(id)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the picture of saved query %d: %w", id, err)
	}
	return data, format, nil
}

// SaveQuery saves a picture and returns its id. One that is saved already keeps its id and its name.
func (db *DB) SaveQuery(ctx context.Context, n NewSavedQuery) (id int64, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		if id, err = tx.saveQuery(n); err != nil {
			return fmt.Errorf("save the query %q: %w", n.Name, err)
		}
		return nil
	})
	return id, err
}

func (tx *Tx) saveQuery(n NewSavedQuery) (int64, error) {
	if len(n.Picture) == 0 || (len(n.Thumbnail) == 0) != (n.ThumbnailFormat == "") {
		return 0, sentence(ErrInvalid, "a saved query needs a picture, and its thumbnail a format")
	}
	sum := sha256.Sum256(n.Picture)
	id, ok, err := tx.id(`SELECT id FROM saved_query WHERE sha256 = ?`, sum[:])
	if err != nil || ok {
		return id, err
	}
	// Numbers that count up would be given again when the last picture is removed, and old addresses lead to another one.
	id = int64(binary.BigEndian.Uint64(sum[:]) >> 20) // 44 bits: a number that JavaScript can hold
	_, err = tx.exec(`
		INSERT INTO saved_query (id, sha256, name, format, width, height, thumbnail_format, created_at, thumbnail, picture)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, sum[:], n.Name, n.Format, n.Width, n.Height, n.ThumbnailFormat, tx.timestamp(), append([]byte{}, n.Thumbnail...), n.Picture)
	return id, err
}

// RemoveSavedQuery removes what was saved under an id; addresses with it lead nowhere from then on.
func (db *DB) RemoveSavedQuery(ctx context.Context, id int64) error {
	return db.Update(ctx, func(tx *Tx) error {
		n, err := tx.exec(`DELETE FROM saved_query WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = noSaved(id)
		}
		if err != nil {
			return fmt.Errorf("remove saved query %d: %w", id, err)
		}
		return nil
	})
}
