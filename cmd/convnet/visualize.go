package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// visualizeFlags are the command's flags as typed.
type visualizeFlags struct {
	db, model, layers, channels, objective, out, provider, against, spectrum string
	parameters                                                               visualize.Parameters
	force                                                                    bool
}

func newVisualize(a *app) *cobra.Command {
	var f visualizeFlags
	cmd := &cobra.Command{
		Use:   "visualize --db FILE --model M",
		Short: "Make the pictures that excite a network's channels most",
		Long: `Visualize makes, for every channel asked for, the picture that excites it most, by optimisation, and
stores it in the database with the model. What is there already, made with the same parameters, is
left alone; interrupted, the command goes on when it is run again.

  --channels   30 (so many at even distances), all, or a list such as 0,5-9 (a single one as 7,)
  --objective  channel       every channel's mean over its map (the default)
               negative      what every channel responds to least
               neuron        every channel in the middle of its map
               layer         the whole layer: deep dream
               class         every class's score, before the softmax; --channels numbers them
               class:NAME    that of one, by name or number
               direction:FILE.npy, with ^2 behind it times the square of the cosine: as many
                             numbers as the layer has channels
               an expression such as channel:3-0.5*channel:9, neuron:4@0,8 or class:1-class:2
  --count      several pictures for each, pushed apart by --diversity
  --transforms standard, none, or a list such as pad:12,jitter:8,scale:0.9..1.1,rotate:-10..10,jitter:4
  --param      fourier, pixel, or maco: frequencies keep the strengths that --spectrum gives them, 1/f
               or the mean of a dataset's pictures, and only their phases are optimised

With --out, a PNG for every picture and a contact sheet for every layer. With --json, a line for every picture
that is made.`,
		Args: exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.visualize(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.db, "db", "", "database file (required)")
	flags.StringVar(&f.model, "model", "", "network, of the database or one that was added (required)")
	flags.StringVar(&f.layers, "layers", "default", "default, all, or names separated by commas")
	flags.StringVar(&f.channels, "channels", "30", "which channels of each layer")
	flags.StringVar(&f.objective, "objective", "channel", "what is raised")
	flags.StringVar(&f.out, "out", "", "also write the pictures, and a contact sheet for every layer, into this folder")
	flags.StringVar(&f.provider, "provider", "", providerUsage)
	flags.StringVar(&f.against, "against", "", "afterwards compare each picture with every image of this dataset, which the model must have seen")
	flags.BoolVar(&f.force, "force", false, "make pictures again that are there already")
	p := &f.parameters
	flags.IntVar(&p.Size, "size", 128, "height and width of the pictures")
	flags.IntVar(&p.Steps, "steps", 512, "steps of the optimisation")
	flags.Uint64Var(&p.Seed, "seed", 0, "of the first picture and the transforms; the same one makes the same picture")
	flags.Float64Var(&p.Rate, "rate", 0.05, "learning rate")
	flags.StringVar(&p.Param, "param", "fourier", "what is optimised: fourier, pixel or maco")
	flags.StringVar(&f.spectrum, "spectrum", "", "with --param maco: 1/f (the default), or a dataset of the database")
	flags.StringVar(&p.Transforms, "transforms", "standard", "what happens to the picture in every step")
	flags.IntVar(&p.Count, "count", 1, "pictures for each objective")
	flags.Float64Var(&p.Diversity, "diversity", 1, "with --count: how much they are pushed apart")
	require(cmd, "db", "model")
	return cmd
}

func (a *app) visualize(ctx context.Context, f visualizeFlags) (err error) {
	if err := f.validate(); err != nil {
		return usageError{err}
	}
	if f.out != "" {
		if err := os.MkdirAll(f.out, 0o755); err != nil {
			return fmt.Errorf("make the folder for pictures: %w", err)
		}
	}
	rt, err := ortrun.Open("")
	if err != nil {
		return err
	}
	if err := rt.CheckProvider(f.provider); err != nil {
		return err
	}
	db, err := store.Open(ctx, f.db, store.Create)
	if err != nil {
		return err
	}
	defer closeInto(&err, db.Close)
	s := &studio{app: a, flags: f, db: db, rt: rt, began: time.Now()}
	s.meter.line, s.meter.began = a.newProgress(), s.began
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := s.takeSpectrum(ctx); err != nil {
		return err
	}
	plan, err := s.plan(ctx)
	if err != nil {
		return err
	}
	defer s.meter.line.done()
	for _, p := range plan {
		if err := s.make(ctx, p); err != nil {
			return err
		}
	}
	s.report()
	if f.against == "" {
		return nil
	}
	return s.compare(ctx, plan)
}

// openModel finds a network in the database, or in the library and stores it there.
func openModel(ctx context.Context, db *store.DB, name string) (*cnn.Network, int64, error) {
	models, err := db.Models(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, m := range slices.Backward(models) { // the newest of its name
		if m.Name == name {
			n, err := networkFromStore(ctx, db, m)
			return n, m.ID, err
		}
	}
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return nil, 0, err
	}
	n, err := library.Load(name)
	if errors.Is(err, cnn.ErrUnknown) && isKeras(name) {
		return nil, 0, fmt.Errorf("%w: %s has no weights yet; get them with: convnet models pull %s", cnn.ErrUnknown, name, name)
	}
	if err != nil {
		return nil, 0, err
	}
	m, err := ingest.NewModel(n, n.GraphSHA256())
	if err != nil {
		return nil, 0, err
	}
	var id int64
	err = db.Update(ctx, func(tx *store.Tx) error {
		id, err = tx.EnsureModel(m)
		return err
	})
	return n, id, err
}

// validate checks what was typed; the spectrum of a dataset is read later.
func (f visualizeFlags) validate() error {
	if f.spectrum != "" && f.parameters.Param != "maco" {
		return fmt.Errorf("--spectrum goes with --param maco, not with %s", f.parameters.Param)
	}
	return f.parameters.Validate()
}
