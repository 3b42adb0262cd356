package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// File is what an ingest has seen in its source: it became an image, or it is in quarantine for a reason.
type File struct {
	Name    string // slash-separated path below the source
	Size    int64
	MtimeNS int64
	ImageID int64  // 0: quarantined
	Reason  string // why, for a person to read
}

// QuarantinedFile is a file that was refused.
type QuarantinedFile struct {
	Dataset string `json:"dataset"`
	Name    string `json:"name"`
	Reason  string `json:"reason"`
}

// Files returns the files of a dataset by name.
func (db *DB) Files(ctx context.Context, datasetID int64) ([]File, error) {
	all, err := collect(ctx, db.read, func(rows *sql.Rows) (f File, err error) {
		return f, rows.Scan(&f.Name, &f.Size, &f.MtimeNS, &f.ImageID, &f.Reason)
	}, `
		SELECT name, size, mtime_ns, coalesce(image_id, 0), coalesce(reason, '')
		FROM file WHERE dataset_id = ? ORDER BY name`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	return all, nil
}

// Quarantine returns the refused files of all datasets.
func (db *DB) Quarantine(ctx context.Context) ([]QuarantinedFile, error) {
	all, err := collect(ctx, db.read, func(rows *sql.Rows) (f QuarantinedFile, err error) {
		return f, rows.Scan(&f.Dataset, &f.Name, &f.Reason)
	}, `
		SELECT dataset.name, file.name, file.reason
		FROM file JOIN dataset ON dataset.id = file.dataset_id
		WHERE file.reason IS NOT NULL ORDER BY dataset.id, file.name`)
	if err != nil {
		return nil, fmt.Errorf("read quarantine: %w", err)
	}
	return all, nil
}

// PutFile records a file, in place of what was known about it.
func (tx *Tx) PutFile(datasetID int64, f File) error {
	if (f.ImageID == 0) == (f.Reason == "") {
		return sentence(ErrInvalid, "file %q needs an image or a reason, and not both", f.Name)
	}
	var image, reason any
	if f.ImageID != 0 {
		image = f.ImageID
	} else {
		reason = f.Reason
	}
	_, err := tx.exec(`
		INSERT INTO file (dataset_id, name, size, mtime_ns, image_id, reason) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (dataset_id, name) DO UPDATE
		SET size = excluded.size, mtime_ns = excluded.mtime_ns, image_id = excluded.image_id, reason = excluded.reason`,
		datasetID, f.Name, f.Size, f.MtimeNS, image, reason)
	if err != nil {
		return fmt.Errorf("record file %q: %w", f.Name, err)
	}
	return nil
}

// DeleteFile forgets a file; its image stays.
func (tx *Tx) DeleteFile(datasetID int64, name string) error {
	if _, err := tx.exec(`DELETE FROM file WHERE dataset_id = ? AND name = ?`, datasetID, name); err != nil {
		return fmt.Errorf("forget file %q: %w", name, err)
	}
	return nil
}

// SameBytes is an image that stands for several files, or that other datasets have as well.
type SameBytes struct {
	ImageID  int64
	Files    []string // of its dataset, by name
	Datasets []string // other ones with an image of the same bytes, by name
}

// SameBytes returns the images of a dataset whose bytes occur more than once, by id.
func (db *DB) SameBytes(ctx context.Context, datasetID int64) ([]SameBytes, error) {
	all, err := collect(ctx, db.read, func(rows *sql.Rows) (s SameBytes, err error) {
		var files, datasets string
		if err = rows.Scan(&s.ImageID, &files, &datasets); err == nil {
			err = errors.Join(json.Unmarshal([]byte(files), &s.Files), json.Unmarshal([]byte(datasets), &s.Datasets))
		}
		return s, err
	}, `
		SELECT id, files, datasets FROM (
			SELECT image.id,
				(SELECT json_group_array(name) FROM (SELECT name FROM file WHERE image_id = image.id ORDER BY name)) AS files,
				(SELECT json_group_array(name) FROM (SELECT dataset.name FROM image AS other JOIN dataset ON dataset.id = other.dataset_id
					WHERE other.sha256 = image.sha256 AND other.id <> image.id ORDER BY dataset.name)) AS datasets
			FROM image WHERE dataset_id = ?)
		WHERE json_array_length(files) > 1 OR json_array_length(datasets) > 0 ORDER BY id`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read files of the same bytes: %w", err)
	}
	return all, nil
}
