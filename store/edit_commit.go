package store

import (
	"context"
	"fmt"
)

// CommittedEdits says what a commit did.
type CommittedEdits struct {
	Moved   int `json:"moved"`
	Deleted int `json:"deleted"`
}

// CommitEdits carries out what is staged for a dataset, all of it or nothing: images move to their new categories, and
// deleted ones go with their pictures, their vectors at every layer and their places on every map. Scores are of other
// images or categories then, so they are deleted; evaluate makes them anew. Files on disk are not touched.
func (db *DB) CommitEdits(ctx context.Context, datasetID int64) (done CommittedEdits, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		done, err = tx.commitEdits(datasetID)
		return err
	})
	if err != nil {
		return CommittedEdits{}, fmt.Errorf("commit edits: %w", err)
	}
	return done, nil
}

func (tx *Tx) commitEdits(datasetID int64) (done CommittedEdits, err error) {
	pending, err := collect(tx.ctx, tx.sql, scanEdit, editColumns+`
		WHERE edit.dataset_id = ? AND pending = 1 ORDER BY image.id`, datasetID)
	if err != nil || len(pending) == 0 {
		return done, err
	}
	run, err := tx.StartRun(datasetID, "care", struct{}{})
	if err != nil {
		return done, err
	}
	if err := tx.keepDecisions(datasetID); err != nil {
		return done, err
	}
	var gone []int64
	for _, e := range pending {
		if e.Action == EditDelete {
			gone = append(gone, e.ImageID)
			continue
		}
		if _, err := tx.exec(`UPDATE image SET category = ? WHERE id = ?`, e.Category, e.ImageID); err != nil {
			return done, err
		}
		done.Moved++
	}
	if err := tx.DeleteImages(gone); err != nil {
		return done, err
	}
	done.Deleted = len(gone)
	if err := tx.DeleteScores(datasetID); err != nil {
		return done, err
	}
	return done, tx.FinishRun(run, RunDone, done)
}

// keepDecisions turns what is staged into what was carried out. The category before is that of the first move, so that it
// stays known what the file says.
func (tx *Tx) keepDecisions(datasetID int64) error {
	_, err := tx.exec(`
		INSERT INTO edit (dataset_id, sha256, pending, action, category, name, was, created_at)
		SELECT dataset_id, sha256, 0, action, category, name, was, ? FROM edit WHERE dataset_id = ? AND pending = 1
		ON CONFLICT DO UPDATE SET action = excluded.action, category = excluded.category, name = excluded.name, created_at = excluded.created_at`,
		tx.timestamp(), datasetID)
	if err == nil {
		_, err = tx.UndoAllEdits(datasetID)
	}
	return err
}
