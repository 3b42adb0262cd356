package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

type probeFlags struct {
	db, model, dataset, layers, provider string
	top                                  int
	value                                bool
}

func newProbe(a *app) *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe --db FILE [--model M] IMAGE",
		Short: "Show a picture to a network: what it takes it for, and the channels that fire, layer by layer",
		Long: `Probe shows a picture to a network of the database and prints the most likely classes, where the network
has a classifier, and for each layer the channels that the picture stirs most: their highest value, the share
of the dataset's images whose value is lower, and where in the map it is.`,
		Args: exactArgs("an image"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.probe(cmd.Context(), f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.model, "model", "", "network of the database; default: the newest")
	flags.StringVar(&f.dataset, "dataset", "", "dataset to compare the values with; default: the first")
	flags.StringVar(&f.layers, "layers", "", "layers beside the network's default ones, separated by commas")
	flags.IntVar(&f.top, "top", 8, "channels of each layer")
	flags.BoolVar(&f.value, "by-value", false, "the highest values first instead of the most unusual ones")
	flags.StringVar(&f.provider, "provider", "", providerUsage)
	require(cmd, "db")
	return cmd
}

func (a *app) probe(ctx context.Context, f probeFlags, path string) error {
	if f.top < 1 {
		return usagef("--top %d: at least one is needed", f.top)
	}
	picture, err := readPicture(path)
	if err != nil {
		return err
	}
	return withDB(ctx, f.db, func(db *store.DB) (err error) {
		rt, err := ortrun.Open("")
		if err != nil {
			return err
		}
		engine := newEngine(db, rt, f.provider, unlimited)
		defer closeInto(&err, engine.Close)
		r := explorer.ProbeRequest{Model: f.model, Dataset: f.dataset, Top: f.top, Value: f.value, Picture: picture}
		if f.layers != "" {
			r.Layers = strings.Split(f.layers, ",")
		}
		if f.dataset == "" {
			if r.Dataset, err = firstDataset(ctx, db); err != nil {
				return err
			}
		}
		probed, err := explorer.NewProbes(db, newProber(engine), "").Probe(ctx, r)
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(probed)
		}
		a.printProbed(probed)
		return nil
	})
}

// readPicture reads a file that is small enough to be a picture.
func readPicture(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = imaging.Limits{}.WithDefaults().CheckBytes(info.Size())
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture %s: %w", path, err)
	}
	return os.ReadFile(path)
}

// firstDataset is "" where there is none.
func firstDataset(ctx context.Context, db *store.DB) (string, error) {
	all, err := db.Datasets(ctx)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Name, nil
}

func (a *app) printProbed(p *explorer.Probed) {
	for _, c := range p.Classes {
		fmt.Fprintf(a.stdout, "%5.1f %%  %s\n", 100*c.Probability, printable(c.Name))
	}
	for _, l := range p.Layers {
		fmt.Fprintf(a.stdout, "%s  %d×%d×%d%s\n", printable(l.Layer), l.Height, l.Width, l.Channels, comparedWith(l, p.Dataset))
		for _, c := range l.Top {
			fmt.Fprintf(a.stdout, "  channel %4d  %10.4g%s  at row %d, column %d\n", c.Channel, c.Max, higherThan(c), c.Peak.Row, c.Peak.Column)
		}
	}
}

func comparedWith(l explorer.ProbedLayer, dataset string) string {
	if l.Compared == 0 {
		return ""
	}
	return fmt.Sprintf("  compared with %d images of %s", l.Compared, printable(cmp.Or(dataset, "the dataset")))
}

func higherThan(c explorer.ProbedChannel) string {
	if c.Below == nil {
		return ""
	}
	return fmt.Sprintf("  higher than in %3.0f %% of the images", 100**c.Below)
}
