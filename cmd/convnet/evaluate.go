package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// maxScoredOnIngest is the size up to which an ingest scores the dataset by itself: comparing every image with every
// other one grows with the square, and beyond this it would be felt.
const maxScoredOnIngest = 2000

func newEvaluate(a *app) *cobra.Command {
	var path, dataset, metric string
	var p float64
	cmd := &cobra.Command{
		Use:   "evaluate --db FILE --dataset NAME",
		Short: "Score every layer: how often are an image's nearest neighbors of its own category?",
		Long: `Evaluate uses every image as a query and computes the weighted search score of each layer:
over the 15 nearest neighbors, a hit of the query's category at rank i (from 0) counts
(15 − i)/15; the score is 100 × the hits' share of the largest possible sum. The scores are
stored, shown on the pages, and printed.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			m, err := store.ParseMetric(metric)
			if err != nil {
				return usageError{err}
			}
			ctx := cmd.Context()
			db, err := store.Open(ctx, path, store.ReadWrite)
			if err != nil {
				return err
			}
			defer closeInto(&err, db.Close)
			if err := a.scoreDataset(ctx, db, dataset, m, p, 0); err != nil {
				return err
			}
			return a.printScores(ctx, db, dataset, search.MetricKey(m, p))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&path, "db", "", "database file (required)")
	flags.StringVar(&dataset, "dataset", "", "dataset (required)")
	flags.StringVar(&metric, "metric", "cosine", "cosine, euclidean, sqeuclidean or minkowski")
	flags.Float64Var(&p, "p", store.DefaultP, "exponent of the minkowski metric, at least 1")
	require(cmd, "db", "dataset")
	return cmd
}

// scoreDataset computes and stores the scores that a dataset lacks, unless it has more than limit images (0: no limit).
func (a *app) scoreDataset(ctx context.Context, db *store.DB, name string, metric store.Metric, p float64, limit int) error {
	dataset, err := db.Dataset(ctx, name)
	if err != nil {
		return err
	}
	embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID})
	if err != nil {
		return err
	}
	if limit > 0 && dataset.Images > limit {
		if len(embeddings) > 0 && !a.quiet {
			fmt.Fprintf(a.stderr, "%s has %d images: run 'convnet evaluate' to score its layers\n", name, dataset.Images)
		}
		return nil
	}
	scored, err := scoredEmbeddings(ctx, db, dataset.ID, search.MetricKey(metric, p))
	if err != nil {
		return err
	}
	for _, e := range embeddings {
		if scored[e.ID] {
			continue
		}
		scores, err := search.Evaluate(ctx, db, e, metric, p)
		if err != nil {
			return fmt.Errorf("score layer %s: %w", e.Layer, err)
		}
		if err := db.PutScores(ctx, scores); err != nil {
			return err
		}
	}
	return nil
}

// scoredEmbeddings are those whose scores are stored already; an ingest that changes anything drops them.
func scoredEmbeddings(ctx context.Context, db *store.DB, datasetID int64, key string) (map[int64]bool, error) {
	scores, err := db.Scores(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	scored := map[int64]bool{}
	for _, s := range scores {
		if s.Metric == key {
			scored[s.EmbeddingID] = true
		}
	}
	return scored, nil
}

// layerScores is one layer's line of the table.
type layerScores struct {
	Model      string             `json:"model"`
	Layer      string             `json:"layer"`
	Pooling    string             `json:"pooling"`
	Dimension  int                `json:"dimension"`
	Weighted   float64            `json:"weighted_score"`
	Queries    int                `json:"queries"`
	Categories map[string]float64 `json:"categories"`
}

func (a *app) printScores(ctx context.Context, db *store.DB, name, key string) error {
	dataset, err := db.Dataset(ctx, name)
	if err != nil {
		return err
	}
	table, err := scoreTable(ctx, db, dataset.ID, key)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"dataset": name, "metric": key, "layers": table})
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MODEL\tLAYER\tPOOLING\tDIMENSION\tWEIGHTED SCORE")
	for _, row := range table {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%.1f\n", row.Model, row.Layer, row.Pooling, row.Dimension, row.Weighted)
	}
	return w.Flush()
}

func scoreTable(ctx context.Context, db *store.DB, datasetID int64, key string) ([]layerScores, error) {
	embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: datasetID})
	if err != nil {
		return nil, err
	}
	scores, err := db.Scores(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	table := []layerScores{}
	for _, e := range embeddings {
		row := layerScores{Model: e.Model, Layer: e.Layer, Pooling: e.Pooling, Dimension: e.Dimension, Categories: map[string]float64{}}
		for _, s := range scores {
			switch {
			case s.EmbeddingID != e.ID || s.Metric != key:
			case s.Category == "":
				row.Weighted, row.Queries = s.Weighted, s.Queries
			default:
				row.Categories[s.Category] = s.Weighted
			}
		}
		table = append(table, row)
	}
	return table, nil
}
