package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Score is how well an embedding finds images of the query's category under a metric.
type Score struct {
	EmbeddingID int64
	Metric      string  // cosine, euclidean, sqeuclidean, minkowski:<p>
	Category    string  // "" = mean over all queries
	Weighted    float64 // weighted search score, 0–100
	Queries     int     // how many queries the mean is over
}

// PutScores stores scores, in place of earlier ones of the same embedding, metric and category.
func (db *DB) PutScores(ctx context.Context, scores []Score) error {
	return db.Update(ctx, func(tx *Tx) error { return tx.putScores(scores) })
}

func (tx *Tx) putScores(scores []Score) error {
	for _, s := range scores {
		_, err := tx.exec(`
			INSERT INTO score (embedding_id, metric, category, weighted, queries) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (embedding_id, metric, category) DO UPDATE
			SET weighted = excluded.weighted, queries = excluded.queries`,
			s.EmbeddingID, s.Metric, s.Category, s.Weighted, s.Queries)
		if err != nil {
			return fmt.Errorf("insert score of embedding %d: %w", s.EmbeddingID, err)
		}
	}
	return nil
}

// Scores returns the scores of a dataset's embeddings.
func (db *DB) Scores(ctx context.Context, datasetID int64) ([]Score, error) {
	all, err := collect(ctx, db.read, func(rows *sql.Rows) (s Score, err error) {
		return s, rows.Scan(&s.EmbeddingID, &s.Metric, &s.Category, &s.Weighted, &s.Queries)
	}, `
		SELECT embedding_id, metric, category, weighted, queries
		FROM score JOIN embedding ON embedding.id = score.embedding_id
		WHERE dataset_id = ? ORDER BY embedding_id, metric, category`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read scores: %w", err)
	}
	return all, nil
}

// DeleteScores deletes the scores and evaluations of a dataset, because its images have changed.
func (tx *Tx) DeleteScores(datasetID int64) error {
	_, err := tx.exec(`DELETE FROM score WHERE embedding_id IN (SELECT id FROM embedding WHERE dataset_id = ?)`, datasetID)
	if err != nil {
		return fmt.Errorf("delete scores: %w", err)
	}
	return nil
}
