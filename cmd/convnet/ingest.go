package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/internal/projection"
	"github.com/convnet-playground/convnet/store"
)

// ingestFlags are the command's flags as typed.
type ingestFlags struct {
	db, dataset, labels    string
	models                 []string
	layers, pool           string
	inputSize, fit         string
	provider               string
	grid, workers          int
	license, source        string
	prune, project         bool
	maxMegapixels, maxMegs int64
}

func newIngest(a *app) *cobra.Command {
	var f ingestFlags
	cmd := &cobra.Command{
		Use:   "ingest --db FILE --dataset NAME [--model NAME] SOURCE",
		Short: "Put images, and what networks see in them, into the database",
		Long: `Ingest reads a folder, a zip or a tar archive of JPEG, PNG, GIF and WebP images.
The category of an image is the folder it lies in, or what --labels says: a CSV file with the
columns file, category and, if you like, name. A folder of 0.jpg, 1.jpg, … with a classes.json,
the original playground's layout, is understood as it is.

Run it again at any time: what is there is kept, what is missing, changed or stale is done.
Maps of the layers are drawn behind each network, or by convnet project where --project=false.
Inputs that cannot be used go into quarantine with the reason; the rest is ingested, and the
exit code is 3.`,
		Args: exactArgs("the folder or archive to ingest"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.ingest(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file, made if missing (required)")
	flags.StringVar(&f.dataset, "dataset", "", "dataset to put the images into (required)")
	flags.StringSliceVar(&f.models, "model", nil, "network to run over the images, may be repeated; all is every network that was added; without it only the images are stored")
	flags.StringVar(&f.labels, "labels", "", "CSV file: file,category[,name]; only the files it lists are ingested")
	flags.StringVar(&f.layers, "layers", "default", "layers to embed: default, all, or names with commas")
	flags.StringVar(&f.pool, "pool", "default", "pooling: avg, max, gem or gem:P; default is "+pooling.Default.String())
	flags.IntVar(&f.grid, "grid", 0, "pool over a grid of 1, 2 or 3 cells a side; without it 3 for gem, 1 (the whole map) for avg and max")
	flags.StringVar(&f.inputSize, "input-size", "native", "pixels that the networks take: a number, HEIGHTxWIDTH, or native; another than a network's own makes a model of its own, such as xception-224")
	flags.StringVar(&f.fit, "fit", "", "what becomes of a picture of another shape: crop (its middle), pad (borders) or stretch; without it what the network says, and most say crop")
	flags.StringVar(&f.provider, "provider", "", providerUsage)
	flags.IntVar(&f.workers, "workers", 0, "images worked on side by side; 0 is one for each core")
	flags.StringVar(&f.license, "license", "", "licence of the images, kept in the database")
	flags.StringVar(&f.source, "source", "", "where the images come from, kept in the database")
	flags.BoolVar(&f.project, "project", true, "draw the maps of the layers")
	flags.BoolVar(&f.prune, "prune", false, "remove images whose files are gone from the source")
	flags.Int64Var(&f.maxMegapixels, "max-megapixels", 50, "larger pictures go into quarantine")
	flags.Int64Var(&f.maxMegs, "max-megabytes", 64, "larger files go into quarantine")
	require(cmd, "db", "dataset")
	return cmd
}

// providerUsage is the help of every --provider.
var providerUsage = "what computes: " + strings.Join(ortrun.Providers(), ", ") + "; what is not cpu needs a build of ONNX Runtime that has it"

func (a *app) ingest(ctx context.Context, f ingestFlags, source string) (err error) {
	pooling, err := parsePooling(f.pool, f.grid)
	if err != nil {
		return usageError{err}
	}
	// Whatever can be wrong with the command line is found before a database is made.
	variant, err := parseVariant(f.inputSize, f.fit)
	if err != nil {
		return usageError{err}
	}
	candidates, err := findCandidates(ctx, f, variant)
	if err != nil {
		return err
	}
	rt, err := openRuntime(candidates, f.provider)
	if err != nil {
		return err
	}
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("there is no folder or archive %s to ingest: %w", source, err)
	}
	db, err := store.Open(ctx, f.db, store.Create)
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	var drawn projection.Summary
	summaries, err := a.ingestEach(ctx, db, rt, candidates, ingest.Options{
		Dataset: f.dataset, Source: source, License: f.license, Origin: f.source, Labels: f.labels,
		Layers: f.layers, Pooling: pooling, Prune: f.prune, Workers: f.workers, Provider: f.provider,
		Limits: imaging.Limits{MaxPixels: f.maxMegapixels * 1e6, MaxBytes: f.maxMegs << 20}, Version: version,
	}, a.mapper(db, f.project, &drawn))
	if err != nil {
		return err
	}
	if err := a.scoreIngested(ctx, db, f.dataset); err != nil {
		return err
	}
	return a.reportIngest(summaries, drawn)
}

// ingestEach runs one network after the other; without any, it stores the images only. Interrupted, it goes on with the
// network it was at when it is run again: those before it find nothing to do. Each network's maps follow it.
func (a *app) ingestEach(ctx context.Context, db *store.DB, rt *ortrun.Runtime, candidates []candidate, opt ingest.Options, maps mapper) ([]ingest.Summary, error) {
	line := a.newProgress()
	defer line.done()
	opt.Progress = line.update
	if len(candidates) == 0 {
		summary, err := ingest.Run(ctx, db, rt, nil, opt)
		return []ingest.Summary{summary}, err
	}
	var summaries []ingest.Summary
	for i, c := range candidates {
		line.label = c.label(i, len(candidates))
		summary, err := c.ingest(ctx, db, rt, opt)
		if err != nil {
			return nil, err
		}
		line.done()
		summaries = append(summaries, summary)
		if err := maps(ctx, opt.Dataset); err != nil {
			return nil, err
		}
	}
	return summaries, nil
}

func openRuntime(candidates []candidate, provider string) (*ortrun.Runtime, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	rt, err := ortrun.Open("")
	if err != nil {
		return nil, err
	}
	return rt, rt.CheckProvider(provider)
}

// parsePooling joins --pool and --grid. Without a grid, gem pools over the default's, avg and max over the whole map.
func parsePooling(pool string, grid int) (pooling.Pooling, error) {
	if grid < 0 || grid > 3 {
		return pooling.Pooling{}, fmt.Errorf("--grid %d: choose 1, 2 or 3", grid)
	}
	p := pooling.Default
	if pool != "default" {
		var err error
		if p, err = pooling.Parse(pool); err != nil {
			return p, err
		}
		if p.Kind == pooling.GeM && !strings.Contains(pool, "/") {
			p.Grid = pooling.Default.Grid
		}
	}
	if grid != 0 {
		p.Grid = grid
	}
	return p, nil
}

func (a *app) reportIngest(summaries []ingest.Summary, drawn projection.Summary) error {
	if a.json {
		if err := a.printJSON(map[string]any{"runs": summaries, "projection": drawn}); err != nil {
			return err
		}
	} else if !a.quiet {
		for _, s := range summaries {
			a.printSummary(s)
		}
		a.printDrawn(drawn)
	}
	// Every run has seen the same files, so the last one's quarantine is the whole of it.
	if last := summaries[len(summaries)-1]; len(last.Quarantined) > 0 {
		return errQuarantined
	}
	return nil
}

func (a *app) printSummary(s ingest.Summary) {
	fmt.Fprintf(a.stdout, "%s: %d images (%d added, %d unchanged", s.Dataset, s.Images, s.Added, s.Unchanged)
	for _, part := range []struct {
		n    int
		what string
	}{{s.Recategorised, "with a new category"}, {s.Pruned, "removed"}, {s.Duplicates, "duplicates of another"}, {s.Unlisted, "not in the labels"}, {s.Deleted, "deleted earlier and left out"}, {s.Gone, "gone from the source (--prune removes them)"}} {
		if part.n > 0 {
			fmt.Fprintf(a.stdout, ", %d %s", part.n, part.what)
		}
	}
	fmt.Fprint(a.stdout, ")")
	if s.Model != "" {
		fmt.Fprintf(a.stdout, "; %s: %d embedded", s.Model, s.Embedded)
	}
	fmt.Fprintf(a.stdout, " in %.1f s", s.Seconds)
	if s.Embedded > 0 {
		fmt.Fprintf(a.stdout, " (%.1f images/s; %s, %d side by side, threads %d, batch %d)", s.ImagesPerSecond, s.Runtime, s.Workers, s.Threads, s.Batch)
	}
	fmt.Fprintln(a.stdout)
	for _, why := range s.Stale {
		fmt.Fprintf(a.stdout, "  done again: %s\n", why)
	}
	if len(s.Quarantined) > 0 {
		fmt.Fprintf(a.stdout, "  in quarantine: %d\n", len(s.Quarantined))
		for _, q := range s.Quarantined {
			fmt.Fprintf(a.stdout, "    %s: %s\n", printable(q.Name), q.Reason)
		}
	}
}
