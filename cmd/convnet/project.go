package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/store"
)

func newProject(a *app) *cobra.Command {
	var path string
	opt := projection.Options{Parameters: projection.DefaultParameters()}
	cmd := &cobra.Command{
		Use:   "project --db FILE [--dataset NAME] [--model NAME] [--layer NAME]",
		Short: "Draw the maps of layers, anew or with other parameters",
		Long: `Project finds for every image a place in the plane, for each layer: images lie near each other
where their vectors do. Ingest does it by itself. Project does what is missing, stale or was made
with other parameters than those that are given; a parameter that is not given has its default.
New images are placed on the maps that are there and nothing moves, unless --refit says so.

A map is turned onto that of the layer before it. With --aligned the layers of a model are fitted
together, so that an image has a similar place on the maps of all, which makes the maps a little
less true to the vectors; --aligned=networks does so with all models of a dataset.

With --json: every map that was drawn, with its trustworthiness (are neighbors on the map neighbors
among the vectors?) and the share of its 15 nearest that an image keeps from layer to layer.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opt.Keep = !given(cmd.Flags(), "n-neighbors", "min-dist", "spread", "metric", "p", "seed", "epochs", "init", "aligned")
			return a.project(cmd.Context(), path, opt)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&path, "db", "", "database file (required)")
	flags.StringVar(&opt.Dataset, "dataset", "", "dataset; without it all")
	flags.StringVar(&opt.Model, "model", "", "model; without it all")
	flags.StringVar(&opt.Layer, "layer", "", "layer; without it all")
	flags.StringVar(&opt.Pooling, "pool", "", "pooling, where a layer has several; without it all")
	flags.StringVar(&opt.Method, "method", store.UMAP, "umap or pca")
	flags.BoolVar(&opt.Refit, "refit", false, "draw anew what is up to date or has been extended")
	addParameters(flags, &opt)
	require(cmd, "db")
	return cmd
}

// addParameters are umap-learn's parameters as flags.
func addParameters(flags *pflag.FlagSet, opt *projection.Options) {
	p := &opt.Parameters
	flags.IntVar(&p.Neighbors, "n-neighbors", p.Neighbors, "size of a point's neighborhood, itself included: small shows detail, large the whole")
	flags.Float64Var(&p.MinDist, "min-dist", p.MinDist, "how near points may come to each other")
	flags.Float64Var(&p.Spread, "spread", p.Spread, "scale of the map")
	flags.StringVar(&p.Metric, "metric", p.Metric, strings.Join(projection.Metrics(), ", "))
	flags.Float64Var(&p.P, "p", 0, "exponent of the minkowski metric (default 3)")
	flags.Int64Var(&opt.Seed, "seed", projection.DefaultSeed, "of the random numbers: the same seed gives the same map")
	flags.IntVar(&p.Epochs, "epochs", p.Epochs, "how often the map is improved; 0 is 500 up to 10,000 images, else 200")
	flags.StringVar(&p.Init, "init", p.Init, "first layout: spectral, pca or random")
	flags.StringVar((*string)(&opt.Align), "aligned", string(projection.None), "which maps are fitted together: none, layers or networks")
	flags.Lookup("aligned").NoOptDefVal = string(projection.Layers)
}

// given reports whether any of the flags was typed.
func given(flags *pflag.FlagSet, names ...string) bool {
	return slices.ContainsFunc(names, flags.Changed)
}

func (a *app) project(ctx context.Context, path string, opt projection.Options) (err error) {
	if err := opt.Validate(); err != nil {
		return usageError{err}
	}
	db, err := store.Open(ctx, path, store.ReadWrite)
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	summary, err := a.draw(ctx, db, opt)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(summary)
	}
	return a.printProjections(summary)
}

// draw brings maps up to date and shows how far it is.
func (a *app) draw(ctx context.Context, db *store.DB, opt projection.Options) (projection.Summary, error) {
	line, started := a.newProgress(), time.Now()
	defer line.done()
	opt.Progress = func(done, total int) {
		line.update(ingest.Progress{Phase: "projecting", Done: done, Total: total, Started: started})
	}
	return projection.Run(ctx, db, opt)
}

// maxProjectedOnIngest is how many bytes of vectors a layer may have to be projected by an ingest: its vectors are then
// in memory, twice.
const maxProjectedOnIngest = 4 << 30

// mapper brings the maps of a dataset up to date.
type mapper func(ctx context.Context, dataset string) error

// mapper is what an ingest does about maps; what it has drawn is added to drawn.
func (a *app) mapper(db *store.DB, wanted bool, drawn *projection.Summary) mapper {
	*drawn = projection.Summary{Projections: []projection.Result{}, LeftOut: []string{}}
	return func(ctx context.Context, dataset string) error {
		if !wanted {
			return nil
		}
		s, err := a.draw(ctx, db, projection.Options{Dataset: dataset, Keep: true, Seed: projection.DefaultSeed, MaxBytes: maxProjectedOnIngest})
		drawn.Projections = append(drawn.Projections, s.Projections...)
		drawn.UpToDate, drawn.LeftOut, drawn.Seconds = s.UpToDate, s.LeftOut, drawn.Seconds+s.Seconds
		return err
	}
}

// printDrawn says in a line or two what an ingest did about maps.
func (a *app) printDrawn(s projection.Summary) {
	extended := 0
	for _, p := range s.Projections {
		if p.Placed > 0 {
			extended++
		}
	}
	if len(s.Projections) > 0 {
		fmt.Fprintf(a.stdout, "  maps: %d drawn, %d extended in %.1f s\n", len(s.Projections)-extended, extended, s.Seconds)
	}
	for _, l := range s.LeftOut {
		fmt.Fprintf(a.stdout, "  no map, for its size, before `convnet project`: %s\n", l)
	}
}

func (a *app) printProjections(s projection.Summary) error {
	if a.quiet {
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	if len(s.Projections) > 0 {
		fmt.Fprintln(w, "DATASET\tMODEL\tLAYER\tPOINTS\tPLACED\tTRUSTWORTHINESS\tBECAUSE")
	}
	for _, p := range s.Projections {
		trust := "–"
		if p.Trustworthiness != nil {
			trust = fmt.Sprintf("%.3f", *p.Trustworthiness)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", printable(p.Dataset), p.Model, p.Layer, p.Points, p.Placed, trust, p.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%d maps drawn in %.1f s, %d up to date\n", len(s.Projections), s.Seconds, s.UpToDate)
	for _, l := range s.LeftOut {
		fmt.Fprintf(a.stdout, "left out for its size: %s\n", l)
	}
	return nil
}
