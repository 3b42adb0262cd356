package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

func newSearch(a *app) *cobra.Command {
	var path, metric, provider string
	var req search.Request
	cmd := &cobra.Command{
		Use:   "search --db FILE [--dataset NAME] [--model NAME] [--layer NAME] {QUERY | --image NAME}",
		Short: "Find the images that look most like a picture",
		Long: `Search compares a picture with every image of a dataset, at one layer of one network.
QUERY is a picture file ('-' reads it from stdin); --image names an image of the dataset, which
is then not among its own results. What you leave out is chosen for you.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if req.Metric, err = store.ParseMetric(metric); err != nil {
				return usageError{err}
			}
			if err := a.readQuery(&req, args); err != nil {
				return err
			}
			ctx := cmd.Context()
			return withDB(ctx, path, func(db *store.DB) error { return a.search(ctx, db, req, provider) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&path, "db", "", "database file (required)")
	flags.StringVar(&req.Dataset, "dataset", "", "dataset to search")
	flags.StringVar(&req.Model, "model", "", "model whose embeddings to compare")
	flags.StringVar(&req.Layer, "layer", "", "layer whose embeddings to compare")
	flags.StringVar(&req.Pooling, "pool", "", "pooling, where a layer has several")
	flags.StringVar(&metric, "metric", "cosine", "cosine, euclidean, sqeuclidean or minkowski")
	flags.Float64Var(&req.P, "p", store.DefaultP, "exponent of the minkowski metric, at least 1")
	flags.IntVarP(&req.K, "k", "k", 15, "how many images to find")
	flags.StringVar(&provider, "provider", "", providerUsage)
	flags.StringVar(&req.Image, "image", "", "search with this image of the dataset")
	require(cmd, "db")
	return cmd
}

// readQuery takes the picture from the one argument, unless --image names the query.
func (a *app) readQuery(req *search.Request, args []string) (err error) {
	switch {
	case len(args) == 0 && req.Image == "":
		return usagef("name a picture file to search with, or an image of the dataset with --image")
	case len(args) == 0:
		return nil
	case req.Image != "":
		return usagef("give either a picture file or --image, not both")
	case args[0] == "-":
		req.UploadName = "stdin"
		req.Upload, err = io.ReadAll(a.stdin)
	default:
		req.UploadName = filepath.Base(args[0])
		req.Upload, err = os.ReadFile(args[0])
	}
	if err == nil && len(req.Upload) == 0 {
		return fmt.Errorf("%s is empty: there is no picture to search with", req.UploadName)
	}
	return err
}

func (a *app) search(ctx context.Context, db *store.DB, req search.Request, provider string) (err error) {
	service := search.NewService(db, nil)
	if req.Upload != nil {
		engine, reason := openEngine(db, provider, unlimited)
		defer closeInto(&err, engine.Close)
		if engine != nil {
			service = search.NewService(db, &embedder{engine})
		}
		service.UploadOff = reason
	}
	service.Placer = projection.NewPlacer(db)
	page, err := service.Search(ctx, req)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(page)
	}
	fmt.Fprintf(a.stdout, "%s in %s · %s · %s · %s\n", printable(page.Query.Name), page.Dataset, page.Model, page.Layer, page.Metric)
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "RANK\tDISTANCE\tSIMILARITY\tCATEGORY\tNAME")
	for _, hit := range page.Results {
		fmt.Fprintf(w, "%d\t%.6g\t%.3f\t%s\t%s\n", hit.Rank, hit.Distance, hit.Similarity, printable(hit.Category), printable(hit.Name))
	}
	return w.Flush()
}
