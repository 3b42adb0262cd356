package store

import "fmt"

const maxDimension = 8192 // sqlite-vec's limit

// NewEmbedding names the vectors of a dataset's images at a layer under a pooling.
type NewEmbedding struct {
	DatasetID, ModelID int64
	Layer, Pooling     string
	Dimension          int
	Runtime            string // what computes it, e.g. onnxruntime 1.30.0
	ExpectedRows       int    // how many images there will be, so that little space is wasted; 0 when unknown
}

// EnsureEmbedding returns the embedding and makes it, with its vec0 table, if there is none. An existing one is returned
// as it is: whether another runtime makes it stale is for the caller to decide.
func (tx *Tx) EnsureEmbedding(n NewEmbedding) (Embedding, error) {
	e, err := tx.ensureEmbedding(n)
	if err != nil {
		return Embedding{}, fmt.Errorf("embedding layer=%s pooling=%s: %w", n.Layer, n.Pooling, err)
	}
	return e, nil
}

func (tx *Tx) ensureEmbedding(n NewEmbedding) (Embedding, error) {
	layer, ok, err := tx.id(`SELECT id FROM layer WHERE model_id = ? AND name = ?`, n.ModelID, n.Layer)
	if err != nil {
		return Embedding{}, err
	}
	if !ok {
		return Embedding{}, sentence(ErrNotFound, "model %d has no layer %q", n.ModelID, n.Layer)
	}
	id, ok, err := tx.id(`SELECT id FROM embedding WHERE dataset_id = ? AND layer_id = ? AND pooling = ?`, n.DatasetID, layer, n.Pooling)
	if err == nil && !ok {
		id, err = tx.createEmbedding(n, layer)
	}
	if err != nil {
		return Embedding{}, err
	}
	e, err := embedding(tx.ctx, tx.sql, id)
	if err == nil && e.Dimension != n.Dimension {
		err = sentence(ErrInvalid, "stored vectors have dimension %d, new ones %d", e.Dimension, n.Dimension)
	}
	return e, err
}

func (tx *Tx) createEmbedding(n NewEmbedding, layer int64) (int64, error) {
	if n.Dimension < 1 || n.Dimension > maxDimension {
		return 0, sentence(ErrInvalid, "a vector must have 1 to %d dimensions, not %d", maxDimension, n.Dimension)
	}
	id, _, err := tx.id(`
		INSERT INTO embedding (dataset_id, layer_id, pooling, dimension, runtime) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		n.DatasetID, layer, n.Pooling, n.Dimension, n.Runtime)
	if err != nil {
		return 0, err
	}
	return id, tx.createVecTable(id, n.Dimension, n.ExpectedRows)
}

// DeleteEmbedding deletes an embedding, its vectors and its scores.
func (tx *Tx) DeleteEmbedding(id int64) error {
	if err := tx.deleteEmbeddings(`WHERE id = ?`, id); err != nil {
		return fmt.Errorf("delete embedding %d: %w", id, err)
	}
	return nil
}

// deleteEmbeddings deletes embeddings together with their vec0 tables, which no foreign key can reach.
func (tx *Tx) deleteEmbeddings(where string, args ...any) error {
	all, err := ids(tx.ctx, tx.sql, `SELECT id FROM embedding `+where, args...)
	if err != nil {
		return err
	}
	tx.forget()
	for _, id := range all {
		if _, err := tx.exec(`DROP TABLE IF EXISTS ` + vecTable(id)); err != nil {
			return fmt.Errorf("drop the vectors of embedding %d: %w", id, err)
		}
		if _, err := tx.exec(`DELETE FROM embedding WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
