package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

type careFlags struct {
	db, dataset, model, layer, pool string
	category, name                  string
	minWidth, maxWidth              string
	minHeight, maxHeight            string
	minSize, maxSize                string
}

func newCare(a *app) *cobra.Command {
	var f careFlags
	cmd := &cobra.Command{
		Use:   "care --db FILE --dataset NAME",
		Short: "Look through a dataset: near-duplicates, outliers, wrong labels, clusters, balance",
		Long: `Care looks through the vectors of a dataset at one layer, by the cosine distance:

  near-duplicates  images nearer to each other than a threshold that is found from the distances,
                   mirror images among them
  outliers         images in emptier surroundings than their neighbors (local outlier factor)
  suspects         images whose neighbors are of another category (confident learning)
  clusters         groups by Ward's method, as many as the silhouette says, each with the image
                   in its middle
  balance          how evenly images are spread over the categories

The whole dataset is looked through; --category, --name and the sizes say which findings are told.
Nothing is changed: images are moved and deleted on the page Care of convnet serve.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := f.request(cmd.Flags().Changed("category"))
			if err != nil {
				return err
			}
			return withDB(cmd.Context(), f.db, func(db *store.DB) error { return a.care(cmd.Context(), db, r) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.dataset, "dataset", "", "dataset (required)")
	flags.StringVar(&f.model, "model", "", "model; the one with the best score without it")
	flags.StringVar(&f.layer, "layer", "", "layer; the one with the best score without it")
	flags.StringVar(&f.pool, "pool", "", "pooling, where a layer has several, e.g. gem:3/2x2")
	flags.StringVar(&f.category, "category", "", "only images of this category; empty: those that have none")
	flags.StringVar(&f.name, "name", "", "only images with this in their file name; * and ? make it a pattern for the whole name")
	for _, size := range []struct {
		name, about string
		min, max    *string
	}{
		{"width", "pixels wide", &f.minWidth, &f.maxWidth}, {"height", "pixels high", &f.minHeight, &f.maxHeight},
		{"size", "bytes of the file, e.g. 20k or 1.5M", &f.minSize, &f.maxSize},
	} {
		flags.StringVar(size.min, "min-"+size.name, "", "only images of at least this many "+size.about)
		flags.StringVar(size.max, "max-"+size.name, "", "only images of at most this many "+size.about)
	}
	require(cmd, "db", "dataset")
	return cmd
}

// request reads the filter as an address has it.
func (f careFlags) request(categorised bool) (search.CareRequest, error) {
	q := url.Values{"name": {f.name}, "min_width": {f.minWidth}, "max_width": {f.maxWidth}, "min_height": {f.minHeight},
		"max_height": {f.maxHeight}, "min_size": {f.minSize}, "max_size": {f.maxSize}}
	if categorised {
		q.Set("category", f.category)
	}
	filter, err := search.ReadCareFilter(q)
	if err != nil {
		return search.CareRequest{}, usageError{err}
	}
	return search.CareRequest{Dataset: f.dataset, Model: f.model, Layer: f.layer, Pooling: f.pool, Filter: filter}, nil
}

func (a *app) care(ctx context.Context, db *store.DB, r search.CareRequest) error {
	report, err := search.NewService(db, nil).Care(ctx, r)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(report)
	}
	a.printCare(report)
	return nil
}

// careLines is how many findings of a kind are printed; --json has all of them.
const careLines = 20

func (a *app) printCare(r *search.CareReport) {
	fmt.Fprintf(a.stdout, "%s · %s · %s: %d images, %d looked through, %d told of\n", r.Dataset, r.Model, r.Layer, r.Images, r.Compared, r.Matching)
	d := r.NearDuplicates
	fmt.Fprintf(a.stdout, "\nnear-duplicates: %d groups, up to %.2g times the distance that is usual among their neighbors\n", len(d.Groups), d.Threshold)
	a.careTable(len(d.Groups), func(i int) []string {
		var names []string
		for _, img := range d.Groups[i].Images {
			names = append(names, printable(img.Name))
		}
		return []string{fmt.Sprintf("%.4f", d.Groups[i].Nearest), strings.Join(names, "  ")}
	})
	fmt.Fprintf(a.stdout, "\nfiles of the same bytes, or in other datasets: %d images\n", len(r.SameBytes))
	a.careTable(len(r.SameBytes), func(i int) []string {
		return []string{printable(r.SameBytes[i].Name), fmt.Sprintf("%d files", len(r.SameBytes[i].Files)), strings.Join(r.SameBytes[i].Datasets, ", ")}
	})
	fmt.Fprintf(a.stdout, "\noutliers: %d, with a factor above %.3f\n", len(r.Outliers.Images), r.Outliers.Fence)
	a.careTable(len(r.Outliers.Images), func(i int) []string {
		img := r.Outliers.Images[i]
		return []string{fmt.Sprintf("%.3f", img.Factor), printable(img.Category), printable(img.Name)}
	})
	fmt.Fprintf(a.stdout, "\nsuspects: %d whose neighbors are of another category\n", len(r.Suspects))
	a.careTable(len(r.Suspects), func(i int) []string {
		s := r.Suspects[i]
		return []string{printable(s.Name), printable(s.Category), "→ " + printable(s.Suggested), fmt.Sprintf("%.0f of 10 neighbors", 10*s.Share)}
	})
	fmt.Fprintf(a.stdout, "\nclusters: %d, silhouette %.3f\n", len(r.Clusters.Clusters), r.Clusters.Silhouette)
	a.careTable(len(r.Clusters.Clusters), func(i int) []string {
		c := r.Clusters.Clusters[i]
		return []string{fmt.Sprintf("%d images", c.Images), fmt.Sprintf("%.0f %% %s", 100*c.Purity, printable(c.Category)), "around " + printable(c.Medoid.Name)}
	})
	fmt.Fprintf(a.stdout, "\nbalance: %d categories, evenness %.3f, largest to smallest %.3g\n", len(r.Balance.Categories), r.Balance.Evenness, r.Balance.Ratio)
	a.careTable(len(r.Balance.Categories), func(i int) []string {
		return []string{printable(r.Balance.Categories[i].Name), fmt.Sprintf("%d images", r.Balance.Categories[i].Images)}
	})
}

func (a *app) careTable(n int, row func(i int) []string) {
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for i := range min(n, careLines) {
		fmt.Fprintln(w, "  "+strings.Join(row(i), "\t"))
	}
	w.Flush() // what is written to stdout is not taken back
	if n > careLines {
		fmt.Fprintf(a.stdout, "  and %d more: --json has all\n", n-careLines)
	}
}
