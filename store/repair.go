package store

import (
	"context"
	"fmt"
	"slices"
)

// repair does what the findings offer, each in a savepoint: one that fails leaves nothing behind and is told. It keeps its
// hands off a file whose pages are damaged, since writing could destroy more of it.
func (db *DB) repair(ctx context.Context, findings []finding) error {
	if slices.ContainsFunc(findings, func(f finding) bool { return f.Kind == ProblemIntegrity && f.repair == nil }) {
		return nil
	}
	return db.Update(ctx, func(tx *Tx) error {
		for i := range findings {
			f := &findings[i]
			if f.repair == nil {
				continue
			}
			if err := tx.savepoint(f.repair); err != nil && ctx.Err() == nil {
				f.Detail += fmt.Sprintf(" (not repaired: %v)", err)
			} else if err != nil {
				return err
			} else {
				f.Repaired = true
			}
		}
		return nil
	})
}

// savepoint undoes what fn did when it fails, and nothing else.
func (tx *Tx) savepoint(fn func(tx *Tx) error) error {
	if _, err := tx.exec(`SAVEPOINT part`); err != nil {
		return err
	}
	err := fn(tx)
	if err != nil {
		tx.forget()
		if _, undo := tx.exec(`ROLLBACK TO part`); undo != nil {
			return fmt.Errorf("%w, and could not be undone: %w", err, undo)
		}
	}
	if _, release := tx.exec(`RELEASE part`); err == nil {
		err = release
	}
	return err
}

// deleteVectors deletes rows of a vec0 table, and statistics that were left without one.
func (tx *Tx) deleteVectors(e Embedding, rows []int64) error {
	if gone, err := tx.gone(e); gone || err != nil {
		return err
	}
	for _, id := range rows {
		if _, err := tx.exec(`DELETE FROM `+vecTable(e.ID)+` WHERE rowid = ?`, id); err != nil {
			return err
		}
	}
	return tx.undefended(func() error {
		shadow := vecShadow(e.ID, "auxiliary")
		_, err := tx.exec(`DELETE FROM ` + shadow + ` WHERE rowid NOT IN (SELECT rowid FROM ` + vecShadow(e.ID, "rowids") + `)`)
		return err
	})
}

// gone reports whether an earlier repair has deleted the embedding.
func (tx *Tx) gone(e Embedding) (bool, error) {
	_, ok, err := tx.id(`SELECT 1 FROM embedding WHERE id = ?`, e.ID)
	return !ok, err
}

// rebuildVecTable replaces a broken vec0 table by an empty one.
func (tx *Tx) rebuildVecTable(e Embedding) error {
	if gone, err := tx.gone(e); gone || err != nil {
		return err
	}
	if err := tx.dropVecTable(e.ID); err != nil {
		return err
	}
	rows, _, err := tx.id(`SELECT count(*) FROM image WHERE dataset_id = ?`, e.DatasetID)
	if err != nil {
		return err
	}
	return tx.createVecTable(e.ID, e.Dimension, int(rows))
}

// dropVecTable drops a vec0 table of which parts may be missing. vec0 refuses to drop what is not complete, so it is
// completed first; what it does not know is dropped after it.
func (tx *Tx) dropVecTable(id int64) error {
	return tx.undefended(func() error {
		tables, err := vecTables(tx.ctx, tx.sql)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("vec_%d", id)
		if slices.Contains(tables[id], name) {
			for _, part := range []string{"chunks", "info", "rowids", "vector_chunks00", "auxiliary"} {
				if _, err := tx.exec(`CREATE TABLE IF NOT EXISTS ` + vecShadow(id, part) + ` (lost)`); err != nil {
					return err
				}
			}
			if _, err := tx.exec(`DROP TABLE ` + vecTable(id)); err != nil {
				return err
			}
			if tables, err = vecTables(tx.ctx, tx.sql); err != nil {
				return err
			}
		}
		for _, rest := range tables[id] {
			if _, err := tx.exec(fmt.Sprintf(`DROP TABLE IF EXISTS "%s"`, rest)); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropOrphanTables drops the vec0 tables of embeddings that are gone.
func (tx *Tx) dropOrphanTables() error {
	known, err := ids(tx.ctx, tx.sql, `SELECT id FROM embedding`)
	if err != nil {
		return err
	}
	found, err := vecTables(tx.ctx, tx.sql)
	for id := range found {
		if err == nil && !slices.Contains(known, id) {
			err = tx.dropVecTable(id)
		}
	}
	return err
}

// undefended runs fn with defensive mode off, which otherwise keeps SQL away from vec0's own tables.
func (tx *Tx) undefended(fn func() error) error {
	if _, _, err := tx.id(`SELECT convnet_defend(0)`); err != nil {
		return err
	}
	err := fn()
	if _, _, again := tx.id(`SELECT convnet_defend(1)`); err == nil {
		err = again
	}
	return err
}
