package store

// compactVectors writes sparse vec0 tables anew: vec0 does not reuse the room of deleted rows.
func (tx *Tx) compactVectors() error {
	all, err := embeddings(tx.ctx, tx.sql, EmbeddingFilter{})
	for _, e := range all {
		if err == nil {
			err = tx.compactVecTable(e)
		}
	}
	return err
}

func (tx *Tx) compactVecTable(e Embedding) error {
	rows, _, err := tx.id(`SELECT count(*) FROM ` + vecShadow(e.ID, "rowids"))
	if err != nil {
		return err
	}
	used, _, err := tx.id(`SELECT coalesce(sum(length(vectors)), 0) FROM ` + vecShadow(e.ID, "vector_chunks00"))
	best := int64(chunkSize(e.Dimension, int(rows))) // what the rows would take in a new table
	needed := (rows + best - 1) / best * best * int64(e.Dimension) * 4
	if err != nil || used-needed < max(pageSize, used/20) {
		return err
	}
	const columns = `rowid, embedding, channel_mean, channel_max`
	for _, statement := range []string{
		`CREATE TEMP TABLE moved AS SELECT rowid AS id, embedding, channel_mean, channel_max FROM ` + vecTable(e.ID) + ` ORDER BY rowid`,
		`DROP TABLE ` + vecTable(e.ID),
	} {
		if _, err := tx.exec(statement); err != nil {
			return err
		}
	}
	if err := tx.createVecTable(e.ID, e.Dimension, int(rows)); err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO ` + vecTable(e.ID) + ` (` + columns + `) SELECT id, embedding, channel_mean, channel_max FROM temp.moved ORDER BY id`,
		`DROP TABLE temp.moved`,
	} {
		if _, err := tx.exec(statement); err != nil {
			return err
		}
	}
	return nil
}
