package store

import (
	"context"
	"database/sql"
	"errors"
)

// evaluations checks that what queries found can be read, and is of images of the embedding's dataset.
func (c *checker) evaluations() error {
	heads, err := evaluationHeads(c.ctx, c.q)
	if err != nil {
		return err
	}
	for _, h := range heads {
		e, err := evaluation(c.ctx, c.q, h.EmbeddingID, h.Metric)
		if err != nil && !errors.Is(err, ErrDamaged) {
			return err
		}
		if err == nil && len(e.Queries) <= h.Images {
			continue
		}
		c.add(ProblemEvaluation, h.Metric, func(tx *Tx) error {
			_, err := tx.exec(`DELETE FROM score WHERE embedding_id = ? AND metric = ?`, h.EmbeddingID, h.Metric)
			return err
		}, "the evaluation of embedding %d by %s cannot be read: --repair drops it, `convnet evaluate` makes it anew", h.EmbeddingID, h.Metric)
	}
	return nil
}

func evaluationHeads(ctx context.Context, q querier) ([]EvaluationHead, error) {
	return collect(ctx, q, func(rows *sql.Rows) (h EvaluationHead, err error) {
		return h, rows.Scan(&h.EmbeddingID, &h.Metric, &h.Images)
	}, `SELECT embedding_id, metric, images FROM score WHERE ranks IS NOT NULL ORDER BY embedding_id, metric`)
}
