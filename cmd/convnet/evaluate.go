package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// maxScoredOnIngest is the size up to which an ingest scores the dataset by itself: comparing every image with every
// other one grows with the square, and beyond this it would be felt.
const maxScoredOnIngest = 2000

// evaluateFlags select what is evaluated; the empty ones select nothing away.
type evaluateFlags struct {
	db, dataset, model, layer, metric string
	p                                 float64
}

func (f *evaluateFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.dataset, "dataset", "", "only this dataset")
	flags.StringVar(&f.model, "model", "", "only this model")
	flags.StringVar(&f.layer, "layer", "", "only this layer")
	flags.StringVar(&f.metric, "metric", "", "only this metric: cosine, euclidean, sqeuclidean or minkowski")
	flags.Float64Var(&f.p, "p", store.DefaultP, "exponent of the minkowski metric, at least 1")
	require(cmd, "db")
}

func newEvaluate(a *app) *cobra.Command {
	var f evaluateFlags
	cmd := &cobra.Command{
		Use:   "evaluate --db FILE",
		Short: "Score every layer: how often are an image's nearest neighbors of its own category?",
		Long: `Evaluate uses every image as a query, at every layer and under every metric, and measures
how well the images of its category come first:

  weighted score   over the 15 nearest, a hit at rank i (from 0) counts (15 − i)/15; 100 × the
                   hits' share of the largest possible sum
  precision@k      share of hits among the k nearest
  recall@k         share of the category's images that are among the k nearest
  MAP              mean over queries of the average precision, over the whole ranking
  R-precision      share of hits among the R nearest, with R images that could be found
  NDCG@k           normalised discounted cumulative gain of the k nearest

The query itself is never among the results, and equal distances are ordered by image id.
What was evaluated is stored and shown on the pages; what is up to date is not done again.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			scores, err := a.evaluate(cmd.Context(), f)
			if err != nil {
				return err
			}
			return a.printScores(scores)
		},
	}
	f.register(cmd)
	return cmd
}

// evaluate evaluates what was asked for and is lacking, and returns its scores.
func (a *app) evaluate(ctx context.Context, f evaluateFlags) (scores []search.Score, err error) {
	o := search.EvaluateOptions{Model: f.model, Layer: f.layer}
	if f.metric != "" {
		m, err := store.ParseMetric(f.metric)
		if err != nil {
			return nil, usageError{err}
		}
		o.Measures = []store.Measure{{Metric: m, P: f.p}}
	}
	db, err := store.Open(ctx, f.db, store.ReadWrite)
	if err != nil {
		return nil, err
	}
	defer closeInto(&err, db.Close)
	datasets, err := chosenDatasets(ctx, db, f.dataset)
	if err != nil {
		return nil, err
	}
	scores = []search.Score{}
	for _, d := range datasets {
		o.Dataset = d.Name
		some, err := a.evaluateDataset(ctx, db, o)
		if err != nil {
			return nil, err
		}
		scores = append(scores, some...)
	}
	if len(scores) == 0 && (f.model != "" || f.layer != "") {
		return nil, usagef("there are no vectors of model %q at layer %q: 'convnet info' lists what there is", f.model, f.layer)
	}
	return scores, nil
}

func chosenDatasets(ctx context.Context, db *store.DB, name string) ([]store.Dataset, error) {
	if name == "" {
		return db.Datasets(ctx)
	}
	d, err := db.Dataset(ctx, name)
	return []store.Dataset{d}, err
}

func (a *app) evaluateDataset(ctx context.Context, db *store.DB, o search.EvaluateOptions) ([]search.Score, error) {
	line, start := a.newProgress(), time.Now()
	line.label = o.Dataset
	o.Progress = func(done, total int) {
		line.update(ingest.Progress{Phase: "evaluate layers", Done: done, Total: total, Started: start})
	}
	err := search.Evaluate(ctx, db, o)
	line.done()
	if err != nil {
		return nil, err
	}
	return search.Scores(ctx, db, o)
}

// scoreIngested evaluates a dataset that has changed, unless it is so large that this would be felt.
func (a *app) scoreIngested(ctx context.Context, db *store.DB, name string) error {
	dataset, err := db.Dataset(ctx, name)
	if err != nil {
		return err
	}
	if dataset.Images <= maxScoredOnIngest {
		return search.Evaluate(ctx, db, search.EvaluateOptions{Dataset: name})
	}
	embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID})
	if len(embeddings) > 0 && !a.quiet {
		fmt.Fprintf(a.stderr, "%s has %d images: run 'convnet evaluate' to score its layers\n", name, dataset.Images)
	}
	return err
}

func (a *app) printScores(scores []search.Score) error {
	if a.json {
		return a.printJSON(map[string]any{"scores": scores})
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "DATASET\tMODEL\tLAYER\tMETRIC\tWEIGHTED\t95 %\tP@1\tP@10\tMAP\tR-PREC\tNDCG@10\tQUERIES")
	for _, s := range scores {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.1f\t%.1f–%.1f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%d\n", s.Dataset, s.Model, s.Layer,
			search.MetricKey(s.Metric, s.P), s.WeightedScore, s.WeightedScoreLow, s.WeightedScoreHigh, s.PrecisionAt1, s.PrecisionAt10,
			s.MAP, s.RPrecision, s.NDCGAt10, s.N)
	}
	return w.Flush()
}
