package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

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
	meter meter
	began time.Time

	network *cnn.Network // as it is stored
	sized   *cnn.Network // for pictures of the size that is made
	model   int64

	total, made, kept, dead int
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
	layer      cnn.Layer   // for pictures of the size that is made
	stored     store.Layer // as it is in the database
	objectives []visualize.Objective
	missing    []visualize.Objective // those whose pictures are not there yet
}

func (s *studio) plan(ctx context.Context) ([]planned, error) {
	layers, err := s.flags.layersFor(&s.network.Manifest)
	if err != nil {
		return nil, usageError{err}
	}
	var plan []planned
	for _, l := range layers {
		p, err := s.planLayer(ctx, l.Name)
		if err != nil {
			return nil, err
		}
		plan = append(plan, p)
		s.total += len(p.objectives)
		s.kept += len(p.objectives) - len(p.missing)
	}
	s.meter.pictures, s.meter.each = s.total-s.kept, s.flags.parameters.Steps
	return plan, nil
}

func (s *studio) planLayer(ctx context.Context, name string) (p planned, err error) {
	var ok bool
	if p.layer, ok = s.sized.Manifest.Layer(name); !ok {
		return p, fmt.Errorf("%s has no layer %s for pictures of %d pixels; its own size is --size %d",
			s.flags.model, name, s.flags.parameters.Size, s.network.Manifest.Input.Height)
	}
	if p.objectives, err = s.flags.objectives(p.layer, s.network.Manifest.Classes); err != nil {
		return p, usageError{err}
	}
	if p.stored, err = s.db.Layer(ctx, s.model, name); err != nil {
		return p, err
	}
	p.missing, err = s.missing(ctx, p.stored.ID, p.objectives)
	return p, err
}

// missing are the objectives without pictures of these parameters.
func (s *studio) missing(ctx context.Context, layer int64, all []visualize.Objective) (missing []visualize.Objective, err error) {
	hash := visualize.Hash(s.flags.parameters.JSON())
	for _, o := range all {
		has := false
		if !s.flags.force {
			if has, err = s.db.HasVisualization(ctx, layer, o.Name, hash); err != nil {
				return nil, err
			}
		}
		if !has {
			missing = append(missing, o)
		}
	}
	return missing, nil
}

// make makes the pictures of one layer that are not there yet. Those that were finished stay, whatever happens.
func (s *studio) make(ctx context.Context, p planned) error {
	if len(p.missing) > 0 {
		if err := s.optimise(ctx, p); err != nil {
			return err
		}
	}
	if s.flags.out == "" {
		return nil
	}
	return s.writeSheet(ctx, p.stored, p.objectives)
}

// optimise makes as many pictures side by side as there are processors.
func (s *studio) optimise(ctx context.Context, p planned) (err error) {
	render, threads := s.flags.parameters.Render(), max(1, runtime.GOMAXPROCS(0)/len(p.missing))
	render.Progress = func(int, float64) { s.meter.step() }
	maker, err := visualize.NewMaker(s.rt, s.sized, s.flags.parameters.Goals(p.missing[0], threads, s.flags.provider), render)
	if err != nil {
		return err
	}
	defer closeInto(&err, maker.Close)
	s.meter.begin(p.layer.Name)
	return maker.Each(ctx, p.missing, func(o visualize.Objective, pictures []visualize.Picture) error {
		if err := s.keep(context.WithoutCancel(ctx), p.stored, o, pictures); err != nil {
			return err
		}
		s.made++
		s.meter.finish()
		return nil
	})
}

// keep stores the pictures of an objective, all of them or none, and tells of them.
func (s *studio) keep(ctx context.Context, layer store.Layer, o visualize.Objective, pictures []visualize.Picture) error {
	files := make([]string, len(pictures))
	for i, p := range pictures {
		if p.Dead {
			s.dead++
		} else if s.flags.out != "" {
			files[i] = s.file(layer.Name, o.Name, i)
			if err := writeOut(files[i], p.PNG); err != nil {
				return err
			}
		}
	}
	_, err := storePictures(ctx, s.db, store.NewVisualization{
		LayerID: layer.ID, Objective: o.Name, Parameters: s.flags.parameters.JSON(), Size: s.flags.parameters.Size,
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

func narrow(x []float64) []float32 {
	small := make([]float32, len(x))
	for i, v := range x {
		small[i] = float32(v)
	}
	return small
}
