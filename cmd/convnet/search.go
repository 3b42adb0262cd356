package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

func newSearch(a *app) *cobra.Command {
	var path, metric, provider string
	var req search.Request
	var q queryFlags
	cmd := &cobra.Command{
		Use:   "search --db FILE [--dataset NAME] [--model NAME] [--layer NAME] {QUERY | --image NAME | --plus PART}",
		Short: "Find the images that look most like a picture",
		Long: `Search compares a picture with every image of a dataset, at one layer of one network.
QUERY is a picture file ('-' reads it from stdin); --image names an image of the dataset, which
is then not among its own results. What you leave out is chosen for you.

--crop X,Y,W,H searches with a part of the picture, in pixels. --plus and --minus, as often as wanted, add what
the results shall be like and what not: [WEIGHT*][CROP@]KIND:VALUE, where KIND is image, id, file, saved, lasso, point
or channel. Pages show the same in their addresses.`,
		Example: `  convnet search --db pets.db photo.jpg --crop 40,10,200,200
  convnet search --db pets.db --image cat/1.png --plus image:cat/7.png --minus 0.5*image:dog/3.png
  convnet search --db pets.db --model demo --layer stage4_relu3 --channel 17`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if req.Metric, err = store.ParseMetric(metric); err != nil {
				return usageError{err}
			}
			if req.Ask, err = a.readQuery(q, args); err != nil {
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
	q.register(flags)
	require(cmd, "db")
	return cmd
}

func (a *app) search(ctx context.Context, db *store.DB, req search.Request, provider string) (err error) {
	service := search.NewService(db, nil)
	if req.Ask.NeedsNetwork() {
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
