package store

import "fmt"

// compactVectors writes sparse vec0 tables anew: vec0 does not reuse the room of deleted rows.
func (tx *Tx) compactVectors() error {
	all, err := embeddings(tx.ctx, tx.sql, EmbeddingFilter{})
	if err != nil {
		return err
	}
	for _, e := range all {
		rows, sparse, err := tx.sparse(e)
		if err == nil && sparse {
			err = tx.rewriteVecTable(e, rows)
		}
		if err != nil {
			return fmt.Errorf("compact embedding %d: %w", e.ID, err)
		}
	}
	return nil
}

// sparse reports how many rows a table has, and whether a new table for them would be smaller by more than a twentieth.
func (tx *Tx) sparse(e Embedding) (rows int, sparse bool, err error) {
	n, _, err := tx.id(`SELECT count(*) FROM ` + vecShadow(e.ID, "rowids"))
	if err != nil {
		return 0, false, err
	}
	used, _, err := tx.id(`SELECT coalesce(sum(length(vectors)), 0) FROM ` + vecShadow(e.ID, "vector_chunks00"))
	size := int64(chunkSize(e.Dimension, int(n)))
	needed := (n + size - 1) / size * size * int64(e.Dimension) * 4
	return int(n), used-needed > max(pageSize, used/20), err
}

// rewriteVecTable moves a table's rows into a new one, in the order of their ids.
func (tx *Tx) rewriteVecTable(e Embedding, rows int) error {
	table := vecTable(e.ID)
	err := tx.run(
		`CREATE TEMP TABLE moved AS SELECT rowid AS id, embedding, channel_mean, channel_max FROM `+table,
		`DROP TABLE `+table)
	if err != nil {
		return err
	}
	if err := tx.createVecTable(e.ID, e.Dimension, rows); err != nil {
		return err
	}
	return tx.run(
		`INSERT INTO `+table+` (rowid, embedding, channel_mean, channel_max)
			SELECT id, embedding, channel_mean, channel_max FROM temp.moved ORDER BY id`,
		`DROP TABLE temp.moved`)
}
