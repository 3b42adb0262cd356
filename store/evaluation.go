package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// Evaluation is what searching with every image of an embedding found under one metric.
type Evaluation struct {
	EvaluationHead
	Categories []string // of the images; QueryRanks.Nearest refers to them by their place
	Queries    []QueryRanks
}

// EvaluationHead says what was evaluated, and over which images: when those are others now, the evaluation is stale.
type EvaluationHead struct {
	EmbeddingID int64
	Metric      string   // cosine, euclidean, sqeuclidean, minkowski:<p>
	Images      int      // how many vectors were compared with each other
	Labels      [32]byte // hash of the dataset's image ids and categories
}

// HitPlaces is how many of the first places a QueryRanks remembers one by one.
const HitPlaces = 64

// QueryRanks is what one query found. All counts leave the query itself out.
type QueryRanks struct {
	ImageID   int64
	Relevant  int     // how many images are of the query's category
	Hits      uint64  // bit r is set when the image at place r, from 0, is one of them
	Found     int     // how many of them are among the first Relevant places
	Precision float32 // average precision over the whole ranking, in [0, 1]
	Nearest   []int   // categories of the first places, nearest first
}

// PutEvaluations stores evaluations, each with its summary, in place of earlier ones of the same embedding and metric.
func (db *DB) PutEvaluations(ctx context.Context, all []Evaluation, summary []Score) error {
	return db.Update(ctx, func(tx *Tx) error {
		for _, e := range all {
			if err := tx.putEvaluation(e); err != nil {
				return fmt.Errorf("insert the evaluation of embedding %d by %s: %w", e.EmbeddingID, e.Metric, err)
			}
		}
		return tx.putScores(summary)
	})
}

func (tx *Tx) putEvaluation(e Evaluation) error {
	categories, err := json.Marshal(e.Categories)
	if err != nil {
		return err
	}
	if _, err = tx.exec(`DELETE FROM score WHERE embedding_id = ? AND metric = ?`, e.EmbeddingID, e.Metric); err != nil {
		return err
	}
	_, err = tx.exec(`
		INSERT INTO score (embedding_id, metric, category, weighted, queries, images, labels_sha256, categories, ranks)
		VALUES (?, ?, '', 0, 0, ?, ?, ?, ?)`,
		e.EmbeddingID, e.Metric, e.Images, e.Labels[:], string(categories), packQueries(e.Queries))
	return err
}

// Evaluations returns what was evaluated of a dataset, stale or not.
func (db *DB) Evaluations(ctx context.Context, datasetID int64) ([]EvaluationHead, error) {
	all, err := collect(ctx, db.read, func(rows *sql.Rows) (h EvaluationHead, err error) {
		var labels []byte
		err = rows.Scan(&h.EmbeddingID, &h.Metric, &h.Images, &labels)
		copy(h.Labels[:], labels)
		return h, err
	}, `
		SELECT embedding_id, metric, images, labels_sha256
		FROM score JOIN embedding ON embedding.id = score.embedding_id
		WHERE dataset_id = ? AND ranks IS NOT NULL ORDER BY embedding_id, metric`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read evaluations: %w", err)
	}
	return all, nil
}

// Evaluation returns one evaluation in full.
func (db *DB) Evaluation(ctx context.Context, embeddingID int64, metric string) (Evaluation, error) {
	e, err := evaluation(ctx, db.read, embeddingID, metric)
	if err != nil {
		return Evaluation{}, fmt.Errorf("read the evaluation of embedding %d by %s: %w", embeddingID, metric, err)
	}
	return e, nil
}

func evaluation(ctx context.Context, q querier, embeddingID int64, metric string) (Evaluation, error) {
	e := Evaluation{EvaluationHead: EvaluationHead{EmbeddingID: embeddingID, Metric: metric}}
	var labels, queries []byte
	var categories string
	err := q.QueryRowContext(ctx, `
		SELECT images, labels_sha256, categories, ranks FROM score
		WHERE embedding_id = ? AND metric = ? AND category = '' AND ranks IS NOT NULL`,
		embeddingID, metric).Scan(&e.Images, &labels, &categories, &queries)
	if errors.Is(err, sql.ErrNoRows) {
		return e, sentence(ErrNotFound, "it has not been evaluated")
	}
	if err != nil {
		return e, err
	}
	copy(e.Labels[:], labels)
	if err := json.Unmarshal([]byte(categories), &e.Categories); err != nil {
		return e, sentence(ErrDamaged, "the names of its categories cannot be read: %w", err)
	}
	e.Queries, err = unpackQueries(queries, len(e.Categories))
	return e, err
}
