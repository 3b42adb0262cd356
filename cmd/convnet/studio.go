package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// studio is one run of convnet visualize.
type studio struct {
	app   *app
	flags visualizeFlags
	db    *store.DB
	rt    *ortrun.Runtime
	line  *progressLine
	began time.Time

	network *cnn.Network // as it is stored
	sized   *cnn.Network // for pictures of the size that is made
	model   int64

	total, done, kept, dead int
	seconds                 float64 // of work
}

// open finds the network.
func (s *studio) open(ctx context.Context) (err error) {
	if s.network, s.model, err = openModel(ctx, s.db, s.flags.model); err != nil {
		return err
	}
	s.sized, err = atSize(s.network, s.flags.parameters.Size)
	return err
}

// atSize is the network for pictures of a size.
func atSize(n *cnn.Network, size int) (*cnn.Network, error) {
	if in := n.Manifest.Input; in.Height == size && in.Width == size {
		return n, nil
	}
	return resize(n, size, size)
}

// planned are the objectives of one layer.
type planned struct {
	layer      cnn.Layer
	objectives []visualize.Objective
}

func (s *studio) plan() ([]planned, error) {
	layers, err := s.network.Manifest.SelectLayers(s.flags.layers)
	if err != nil {
		return nil, usageError{err}
	}
	var plan []planned
	for _, l := range layers {
		sized, ok := s.sized.Manifest.Layer(l.Name)
		if !ok {
			return nil, fmt.Errorf("%s has no layer %s for pictures of %d pixels; its own size is --size %d",
				s.flags.model, l.Name, s.flags.parameters.Size, s.network.Manifest.Input.Height)
		}
		objectives, err := s.flags.objectives(sized)
		if err != nil {
			return nil, usageError{err}
		}
		plan = append(plan, planned{sized, objectives})
		s.total += len(objectives)
	}
	return plan, nil
}

// make makes the pictures of one layer that are not there yet. Those that were finished stay, whatever happens.
func (s *studio) make(ctx context.Context, p planned) (err error) {
	layer, err := s.db.Layer(ctx, s.model, p.layer.Name)
	if err != nil {
		return err
	}
	parameters := s.flags.parameters.JSON()
	missing, err := s.missing(ctx, layer.ID, p.objectives, parameters)
	if err != nil || len(missing) == 0 {
		return err
	}
	threads := max(1, runtime.GOMAXPROCS(0)/len(missing))
	maker, err := visualize.NewMaker(s.rt, s.sized, s.flags.parameters.Goals(missing[0], threads, s.flags.provider), s.flags.parameters.Render())
	if err != nil {
		return err
	}
	defer closeInto(&err, maker.Close)
	s.show(p.layer)
	return maker.Each(ctx, missing, func(o visualize.Objective, pictures []visualize.Picture) error {
		if err := s.keep(context.WithoutCancel(ctx), layer, o, pictures, parameters); err != nil {
			return err
		}
		s.done++
		s.show(p.layer)
		return nil
	})
}

// missing are the objectives without pictures of these parameters; of the others it tells.
func (s *studio) missing(ctx context.Context, layer int64, all []visualize.Objective, parameters []byte) (missing []visualize.Objective, err error) {
	for _, o := range all {
		has := false
		if !s.flags.force {
			if has, err = s.db.HasVisualization(ctx, layer, o.Name, visualize.Hash(parameters)); err != nil {
				return nil, err
			}
		}
		if !has {
			missing = append(missing, o)
			continue
		}
		s.done++
		s.kept++
	}
	return missing, nil
}

func (s *studio) show(l cnn.Layer) {
	s.line.update(ingest.Progress{Phase: l.Name, Done: s.done - s.kept, Total: s.total - s.kept, Started: s.began})
}

// keep stores the pictures of an objective, all of them or none, and tells of them.
func (s *studio) keep(ctx context.Context, layer store.Layer, o visualize.Objective, pictures []visualize.Picture, parameters []byte) error {
	files := make([]string, len(pictures))
	for i, p := range pictures {
		s.seconds += p.Seconds
		if p.Dead {
			s.dead++
		} else if s.flags.out != "" {
			files[i] = filepath.Join(s.flags.out, fileName(s.flags.model, layer.Name, o.Name, i, len(pictures)))
			if err := os.WriteFile(files[i], p.PNG, 0o644); err != nil {
				return fmt.Errorf("write a picture: %w", err)
			}
		}
	}
	_, err := storePictures(ctx, s.db, store.NewVisualization{
		LayerID: layer.ID, Objective: o.Name, Parameters: parameters, Size: s.flags.parameters.Size,
	}, pictures)
	if err != nil || !s.app.json {
		return err
	}
	for i, p := range pictures {
		if err := s.tell(layer, o, i, p, files[i]); err != nil {
			return err
		}
	}
	return nil
}

// storePictures stores the pictures of an objective, all of them or none, and returns the id of the first. What they have
// in common is given.
func storePictures(ctx context.Context, db *store.DB, n store.NewVisualization, pictures []visualize.Picture) (first int64, err error) {
	err = db.Update(ctx, func(tx *store.Tx) error {
		for i, p := range pictures {
			n.Number, n.Start, n.End, n.Curve = i, p.Start, p.End, narrow(p.Curve)
			n.Dead, n.Seconds, n.PNG = p.Dead, p.Seconds, p.PNG
			id, err := tx.PutVisualization(n)
			if err != nil {
				return err
			}
			if i == 0 {
				first = id
			}
		}
		return nil
	})
	return first, err
}

// told is a picture as scripts read it.
type told struct {
	Model     string  `json:"model"`
	Layer     string  `json:"layer"`
	Channel   *int    `json:"channel,omitempty"` // of objectives that are about one
	Objective string  `json:"objective"`
	Number    int     `json:"number"`
	Start     float64 `json:"objective_start"`
	End       float64 `json:"objective_end"`
	Dead      bool    `json:"dead"`
	Seconds   float64 `json:"seconds"`
	PNG       string  `json:"png,omitempty"`
}

// tell writes a picture as a line of JSON.
func (s *studio) tell(layer store.Layer, o visualize.Objective, number int, p visualize.Picture, file string) error {
	t := told{s.flags.model, layer.Name, nil, o.Name, number, p.Start, p.End, p.Dead, p.Seconds, file}
	if o.Channel >= 0 {
		t.Channel = &o.Channel
	}
	return json.NewEncoder(s.app.stdout).Encode(t)
}

// unsafe is what file names are better off without.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9._+-]+`)

func fileName(model, layer, objective string, number, of int) string {
	name := model + "_" + layer + "_" + objective
	if of > 1 {
		name += fmt.Sprintf("_%d", number)
	}
	return unsafe.ReplaceAllString(name, "-") + ".png"
}

func narrow(x []float64) []float32 {
	small := make([]float32, len(x))
	for i, v := range x {
		small[i] = float32(v)
	}
	return small
}

func (s *studio) report() error {
	if s.app.json || s.app.quiet {
		return nil
	}
	s.line.done()
	made := s.done - s.kept
	fmt.Fprintf(s.app.stdout, "%s: %d objectives, %d up to date", s.flags.model, s.total, s.kept)
	if made > 0 {
		took := time.Since(s.began).Seconds()
		fmt.Fprintf(s.app.stdout, ", %d made in %.1f s (%.2f s each, %d side by side)", made, took, took/float64(made), runtime.GOMAXPROCS(0))
	}
	if s.dead > 0 {
		fmt.Fprintf(s.app.stdout, ", %d dead", s.dead)
	}
	if peak := peakMemory(); peak > 0 {
		fmt.Fprintf(s.app.stdout, "; at most %d MB of memory", peak>>20)
	}
	fmt.Fprintln(s.app.stdout)
	return nil
}
