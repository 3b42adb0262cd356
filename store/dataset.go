package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Dataset is a named collection of images.
type Dataset struct {
	ID                               int64
	Name, License, Source, CreatedAt string
	Images                           int
	Categories                       []CategoryCount // by name
}

// CategoryCount is a category and how many images have it.
type CategoryCount struct {
	Name   string `json:"name"`
	Images int    `json:"images"`
}

// Datasets returns all datasets, oldest first.
func (db *DB) Datasets(ctx context.Context) ([]Dataset, error) {
	all, err := datasets(ctx, db.read, "")
	if err != nil {
		return nil, fmt.Errorf("read datasets: %w", err)
	}
	return all, nil
}

// Dataset returns a dataset by its name.
func (db *DB) Dataset(ctx context.Context, name string) (Dataset, error) {
	all, err := datasets(ctx, db.read, "WHERE name = ?", name)
	if err != nil {
		return Dataset{}, fmt.Errorf("read dataset %q: %w", name, err)
	}
	if len(all) == 0 {
		return Dataset{}, sentence(ErrNotFound, "there is no dataset %q in %s", name, db.path)
	}
	return all[0], nil
}

func datasets(ctx context.Context, q querier, where string, args ...any) ([]Dataset, error) {
	all, err := collect(ctx, q, func(rows *sql.Rows) (d Dataset, err error) {
		return d, rows.Scan(&d.ID, &d.Name, &d.License, &d.Source, &d.CreatedAt)
	}, `SELECT id, name, license, source, created_at FROM dataset `+where+` ORDER BY id`, args...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := all[i].count(ctx, q); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (d *Dataset) count(ctx context.Context, q querier) error {
	categories, err := collect(ctx, q, func(rows *sql.Rows) (c CategoryCount, err error) {
		return c, rows.Scan(&c.Name, &c.Images)
	}, `SELECT category, count(*) FROM image WHERE dataset_id = ? GROUP BY category ORDER BY category`, d.ID)
	if err != nil {
		return err
	}
	d.Categories = categories
	for _, c := range categories {
		d.Images += c.Images
	}
	return nil
}

// EnsureDataset returns the dataset's id and makes it if there is none of that name.
func (tx *Tx) EnsureDataset(name string) (int64, error) {
	if name == "" {
		return 0, sentence(ErrInvalid, "a dataset needs a name")
	}
	_, err := tx.exec(`INSERT INTO dataset (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, tx.timestamp())
	if err != nil {
		return 0, fmt.Errorf("insert dataset %q: %w", name, err)
	}
	id, _, err := tx.id(`SELECT id FROM dataset WHERE name = ?`, name)
	if err != nil {
		return 0, fmt.Errorf("find dataset %q: %w", name, err)
	}
	return id, nil
}

// SetDatasetInfo records under which licence the images may be used and where they come from.
func (tx *Tx) SetDatasetInfo(id int64, license, source string) error {
	n, err := tx.exec(`UPDATE dataset SET license = ?, source = ? WHERE id = ?`, license, source, id)
	if err == nil && n == 0 {
		err = sentence(ErrNotFound, "there is no dataset %d", id)
	}
	if err != nil {
		return fmt.Errorf("set licence and source: %w", err)
	}
	return nil
}

// RemoveDataset deletes a dataset with its images and vectors, and the networks that nobody else uses.
func (db *DB) RemoveDataset(ctx context.Context, name string) error {
	return db.Update(ctx, func(tx *Tx) error {
		id, ok, err := tx.id(`SELECT id FROM dataset WHERE name = ?`, name)
		if err == nil && !ok {
			err = sentence(ErrNotFound, "there is no dataset %q in %s", name, db.path)
		}
		if err == nil {
			err = tx.deleteEmbeddings(`WHERE dataset_id = ?`, id)
		}
		if err == nil {
			_, err = tx.exec(`DELETE FROM dataset WHERE id = ?`, id)
		}
		if err == nil {
			err = tx.deleteUnusedModels()
		}
		if err != nil {
			return fmt.Errorf("remove dataset %q: %w", name, err)
		}
		return nil
	})
}
