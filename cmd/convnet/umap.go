package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/npy"
	"github.com/convnet-playground/convnet/internal/umap"
)

// umapFlags are the command's flags as typed.
type umapFlags struct {
	umap.Options
	force bool
}

func newUMAP(a *app) *cobra.Command {
	f := umapFlags{Options: umap.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "umap IN.npy OUT.npy",
		Short: "Lay out the rows of an array on a map, so that what is near stays near",
		Long: `Umap reads a NumPy array of n × d numbers, a point a row, and writes one of n × 2: the places of the points
on a map, made by UMAP with umap-learn's parameters. The same seed gives the same map.

--json reports the map's trustworthiness (15 neighbors, at 2,000 points at most): 1 if all neighbors on the map are
neighbors in truth.`,
		Args: exactArgs("IN.npy", "OUT.npy"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.umap(cmd.Context(), f, args[0], args[1]) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.Neighbors, "n-neighbors", f.Neighbors, "points that make a neighborhood, the point itself included")
	flags.IntVar(&f.Components, "n-components", f.Components, "dimensions of the map: 2 or 3")
	flags.Float64Var(&f.MinDist, "min-dist", f.MinDist, "how near points may come to each other")
	flags.Float64Var(&f.Spread, "spread", f.Spread, "scale of the map")
	flags.StringVar(&f.Metric, "metric", f.Metric, "euclidean, cosine or minkowski")
	flags.Float64Var(&f.P, "p", f.P, "exponent of minkowski")
	flags.Uint64Var(&f.Seed, "seed", f.Seed, "seed of everything random")
	flags.IntVar(&f.Epochs, "epochs", f.Epochs, "rounds of improvement; 0: 500 for up to 10,000 points, else 200")
	flags.StringVar(&f.Init, "init", f.Init, "first layout: spectral, pca or random")
	flags.IntVar(&f.NegativeSampleRate, "negative-sample-rate", f.NegativeSampleRate, "points pushed away for each that is drawn near")
	flags.Float64Var(&f.RepulsionStrength, "repulsion-strength", f.RepulsionStrength, "weight of the points that are pushed away")
	flags.Float64Var(&f.SetOpMixRatio, "set-op-mix-ratio", f.SetOpMixRatio, "1 joins the neighborhoods of two points, 0 intersects them")
	flags.Float64Var(&f.LocalConnectivity, "local-connectivity", f.LocalConnectivity, "neighbors that a point is fully connected with")
	flags.Float64Var(&f.LearningRate, "learning-rate", f.LearningRate, "length of the first steps")
	flags.BoolVar(&f.force, "force", false, "replace the file if it exists")
	return cmd
}

// umapReport is what the command says with --json.
type umapReport struct {
	Points          int      `json:"points"`
	Dimensions      int      `json:"dimensions"`
	Components      int      `json:"components"`
	Seed            uint64   `json:"seed"`
	Metric          string   `json:"metric"`
	Trustworthiness *float64 `json:"trustworthiness"` // null where there are too few points
	Seconds         float64  `json:"seconds"`         // of the fit alone
	File            string   `json:"file"`
}

func (a *app) umap(ctx context.Context, f umapFlags, in, out string) error {
	if err := f.Validate(); err != nil {
		return usagef("%v", err)
	}
	x, err := readPoints(in)
	if err != nil {
		return err
	}
	f.Progress = a.umapProgress()
	start := time.Now()
	m, err := umap.Fit(ctx, x, f.Options)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	seconds := time.Since(start).Seconds()
	var file bytes.Buffer
	if err := npy.Write(&file, []int{m.Rows, m.Components}, m.Coordinates); err != nil {
		return err
	}
	if err := writeWhole(out, file.Bytes(), f.force); err != nil {
		return err
	}
	if !a.json {
		if !a.quiet {
			fmt.Fprintf(a.stdout, "%s: %d points in %d dimensions, in %.1f s\n", out, m.Rows, m.Components, seconds)
		}
		return nil
	}
	r := umapReport{
		Points: x.Rows, Dimensions: x.Cols, Components: m.Components, Seed: f.Seed, Metric: f.Metric, Seconds: seconds, File: out,
	}
	if r.Trustworthiness, err = trustworthiness(ctx, x, m, f.Options); err != nil {
		return err
	}
	return a.printJSON(r)
}

// trustworthiness looks at 2,000 points at most; nil where there are too few for 15 neighbors.
func trustworthiness(ctx context.Context, x umap.Matrix, m *umap.Map, o umap.Options) (*float64, error) {
	const neighbors, looked = 15, 2000
	if x.Rows <= 2*neighbors {
		return nil, nil
	}
	flat := umap.Matrix{Rows: m.Rows, Cols: m.Components, Data: m.Coordinates}
	metric := umap.Metric{Name: o.Metric, P: o.P}
	trust, err := umap.Trustworthiness(ctx, x, flat, umap.Trust{Neighbors: neighbors, Metric: metric, Every: (x.Rows + looked - 1) / looked})
	return &trust, err
}

// maxPointNumbers bounds what is read of an array: 4 GiB.
const maxPointNumbers = 1 << 30

func readPoints(path string) (umap.Matrix, error) {
	f, err := os.Open(path)
	if err != nil {
		return umap.Matrix{}, fmt.Errorf("read the points: %w", err)
	}
	defer f.Close()
	shape, data, err := npy.Read(f, maxPointNumbers)
	if err != nil {
		return umap.Matrix{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(shape) != 2 || len(data) == 0 {
		return umap.Matrix{}, fmt.Errorf("%s has the shape %v; points are an array of the shape n × d, one a row", path, shape)
	}
	return umap.Matrix{Rows: shape[0], Cols: shape[1], Data: data}, nil
}

// umapProgress prints each stage as it begins, and tenths of those that take long.
func (a *app) umapProgress() func(stage string, done, total int) {
	last := ""
	return func(stage string, done, total int) {
		line := fmt.Sprintf("%s %d%%", stage, 10*(10*done/max(total, 1)))
		if !a.quiet && line != last {
			fmt.Fprintln(a.stderr, line)
		}
		last = line
	}
}
