package store

import (
	"context"
	"database/sql"
	"fmt"
)

// EditAction is what is to be done, or was done, with an image.
type EditAction string

// The actions of an edit.
const (
	EditMove   EditAction = "move"   // to another category
	EditDelete EditAction = "delete" // from the dataset; the file on disk stays
)

// Edit is a decision about an image. A pending one has changed nothing yet; one that was carried out is heeded by every
// later ingest, since the file on disk still says otherwise.
type Edit struct {
	SHA256    [32]byte // of the image's bytes
	ImageID   int64    // 0 when the image is not in the dataset
	Pending   bool
	Action    EditAction
	Category  string // where a move leads
	Name, Was string // the image's file name and its category before
	CreatedAt string // when it was staged or carried out
}

const editColumns = `
	SELECT edit.sha256, coalesce(image.id, 0), pending, action, edit.category, edit.name, was, created_at
	FROM edit LEFT JOIN image ON image.sha256 = edit.sha256 AND image.dataset_id = edit.dataset_id `

func scanEdit(rows *sql.Rows) (e Edit, err error) {
	return e, rows.Scan((*storedHash)(&e.SHA256), &e.ImageID, &e.Pending, &e.Action, &e.Category, &e.Name, &e.Was, &e.CreatedAt)
}

// Edits returns a dataset's edits: the pending ones by image, then those that were carried out, the latest first.
func (db *DB) Edits(ctx context.Context, datasetID int64) ([]Edit, error) {
	all, err := collect(ctx, db.read, scanEdit, editColumns+`
		WHERE edit.dataset_id = ?
		ORDER BY pending DESC, iif(pending, image.id, NULL), created_at DESC, edit.name, edit.sha256`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read edits: %w", err)
	}
	return all, nil
}

// StageEdits notes what is to be done with images of a dataset, in place of what was noted for them before, and returns
// how many edits that are. To move an image to where it is takes back what was noted for it.
func (tx *Tx) StageEdits(datasetID int64, imageIDs []int64, action EditAction, category string) (staged int, err error) {
	if action != EditMove && action != EditDelete {
		return 0, sentence(ErrInvalid, "there is no edit %q: choose move or delete", action)
	}
	if action == EditDelete {
		category = ""
	}
	if _, err := tx.UndoEdits(datasetID, imageIDs); err != nil {
		return 0, err
	}
	for _, id := range imageIDs {
		n, err := tx.stageEdit(datasetID, id, action, category)
		if err != nil {
			return 0, fmt.Errorf("stage the edit of image %d: %w", id, err)
		}
		staged += n
	}
	return staged, nil
}

func (tx *Tx) stageEdit(datasetID, imageID int64, action EditAction, category string) (int, error) {
	_, ok, err := tx.id(`SELECT id FROM image WHERE id = ? AND dataset_id = ?`, imageID, datasetID)
	if err == nil && !ok {
		err = sentence(ErrNotFound, "there is no image %d in the dataset: look at the page again", imageID)
	}
	if err != nil {
		return 0, err
	}
	n, err := tx.exec(`
		INSERT INTO edit (dataset_id, sha256, pending, action, category, name, was, created_at)
		SELECT dataset_id, sha256, 1, ?1, ?2, name, category, ?3
		FROM image WHERE id = ?4 AND (?1 = 'delete' OR category <> ?2)
		ON CONFLICT DO NOTHING`, string(action), category, tx.timestamp(), imageID)
	return int(n), err
}

// UndoEdits forgets what was staged for images of a dataset, and returns how many edits that were.
func (tx *Tx) UndoEdits(datasetID int64, imageIDs []int64) (int, error) {
	n, err := tx.exec(`
		DELETE FROM edit WHERE pending = 1 AND dataset_id = ?
		AND sha256 IN (SELECT sha256 FROM image WHERE id IN (`+joinIDs(imageIDs)+`))`, datasetID)
	if err != nil {
		return 0, fmt.Errorf("undo edits: %w", err)
	}
	return int(n), nil
}

// UndoAllEdits forgets all that was staged for a dataset, and returns how many edits that were.
func (tx *Tx) UndoAllEdits(datasetID int64) (int, error) {
	n, err := tx.exec(`DELETE FROM edit WHERE pending = 1 AND dataset_id = ?`, datasetID)
	if err != nil {
		return 0, fmt.Errorf("undo all edits: %w", err)
	}
	return int(n), nil
}

// ForgetEdit forgets an edit that was carried out: the next ingest gives the image the category of its file again, or lets
// it return. Nothing else changes.
func (tx *Tx) ForgetEdit(datasetID int64, sha [32]byte) error {
	n, err := tx.exec(`DELETE FROM edit WHERE pending = 0 AND dataset_id = ? AND sha256 = ?`, datasetID, sha[:])
	if err == nil && n == 0 {
		err = sentence(ErrNotFound, "there is no such edit: look at the page again")
	}
	if err != nil {
		return fmt.Errorf("forget the edit of image %x: %w", sha[:6], err)
	}
	return nil
}
