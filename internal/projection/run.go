package projection

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/store"
)

// Summary is what a run did.
type Summary struct {
	Projections []Result `json:"projections"` // what was drawn or extended, by dataset and model, from the input to the end
	UpToDate    int      `json:"up_to_date"`  // maps that were left alone
	LeftOut     []string `json:"left_out"`    // layers with too many vectors
	Seconds     float64  `json:"seconds"`
}

// Result is a map that was drawn or extended.
type Result struct {
	Dataset string `json:"dataset"`
	Model   string `json:"model"`
	Layer   string `json:"layer"`
	Pooling string `json:"pooling"`
	Method  string `json:"method"`

	Why             string                    `json:"why"`
	Points          int                       `json:"points"`
	Placed          int                       `json:"placed"`          // of them, now: the others did not move; 0 when all were drawn anew
	Alignment       int64                     `json:"alignment"`       // maps of one number were fitted together; 0: alone
	Trustworthiness *float64                  `json:"trustworthiness"` // null when there are too few points
	Overlaps        []store.ProjectionOverlap `json:"overlaps"`        // with the other layers of the unit, by their vectors
	Seconds         float64                   `json:"seconds"`         // of each; maps that were fitted together share them evenly
}

type run struct {
	db      *store.DB
	opt     Options
	summary Summary

	mu          sync.Mutex
	done, total int
}

// Run brings the maps that the options select up to date. When ctx ends, units that are complete stay, and the error is
// ctx's; the next run goes on from there.
func Run(ctx context.Context, db *store.DB, opt Options) (Summary, error) {
	started := time.Now()
	opt, err := opt.withDefaults()
	if err != nil {
		return Summary{}, err
	}
	r := &run{db: db, opt: opt, summary: Summary{Projections: []Result{}, LeftOut: []string{}}}
	units, err := r.plan(ctx)
	if err == nil {
		err = r.work(ctx, units)
	}
	r.summary.Seconds = time.Since(started).Seconds()
	if ctx.Err() != nil && err != nil {
		err = ctx.Err()
	}
	return r.summary, err
}

// work draws and writes one unit after the other.
func (r *run) work(ctx context.Context, units []unit) error {
	for _, u := range units {
		r.total += u.busy()
	}
	for _, u := range units {
		all, err := r.draw(ctx, u)
		if err == nil {
			err = r.write(context.WithoutCancel(ctx), all)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// draw makes all that is to be written for a unit.
func (r *run) draw(ctx context.Context, u unit) ([]*drawing, error) {
	all := make([]*drawing, len(u))
	for i, l := range u {
		all[i] = &drawing{layer: l}
	}
	if err := r.fitTogether(ctx, all); err != nil {
		return nil, err
	}
	if err := r.drawLayers(ctx, all); err != nil {
		return nil, err
	}
	if err := r.orient(ctx, all); err != nil {
		return nil, err
	}
	return all, compare(all)
}

// drawnBytes bounds the vectors that are in memory at once for layers that are drawn side by side. A layer that has more
// is drawn by itself.
const drawnBytes = 512 << 20

// drawLayers works on layers side by side: the smaller part of a map's making runs on one processor only.
func (r *run) drawLayers(ctx context.Context, all []*drawing) error {
	room := semaphore.NewWeighted(drawnBytes)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.opt.Workers)
	for _, d := range all {
		if d.together {
			continue
		}
		g.Go(func() error {
			weight := min(d.bytes(), drawnBytes)
			if err := room.Acquire(ctx, weight); err != nil {
				return err
			}
			defer room.Release(weight)
			started := time.Now()
			if err := r.drawLayer(ctx, d); err != nil {
				return fmt.Errorf("project layer %s of %s: %w", d.Layer, d.Model, err)
			}
			d.seconds = time.Since(started).Seconds()
			return nil
		})
	}
	return g.Wait()
}

func (r *run) drawLayer(ctx context.Context, d *drawing) error {
	switch {
	case d.action == fit:
		return r.fitAlone(ctx, d)
	case d.action == extend:
		return r.extend(ctx, d)
	case r.opt.MaxBytes > 0 && d.bytes() > r.opt.MaxBytes:
		return nil
	}
	p, err := load(ctx, r.db, d.Embedding) // a layer that the others are compared with
	if err != nil {
		return err
	}
	return r.lookAround(ctx, d, p)
}

func (r *run) step() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	r.opt.Progress(r.done, r.total)
}

// write stores a unit in one transaction.
func (r *run) write(ctx context.Context, all []*drawing) error {
	return r.db.Update(ctx, func(tx *store.Tx) error {
		var alignment int64
		var err error
		if slices.ContainsFunc(all, func(d *drawing) bool { return d.together }) {
			if alignment, err = tx.NewAlignment(); err != nil {
				return err
			}
		}
		for _, d := range all {
			if err := r.writeOne(tx, d, alignment); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) writeOne(tx *store.Tx, d *drawing, alignment int64) error {
	if !d.together {
		alignment = 0
	}
	x, y := split(d.xy)
	result := Result{Dataset: d.dataset, Model: d.Model, Layer: d.Layer, Pooling: d.Pooling, Method: r.opt.Method, Why: d.why,
		Points: len(d.vectors), Alignment: alignment, Trustworthiness: d.trustworthiness, Overlaps: d.overlaps, Seconds: d.seconds}
	var err error
	switch d.action {
	case keep:
		return tx.PutProjectionOverlaps(d.ID, r.opt.Method, d.overlaps)
	case fit:
		err = tx.PutProjection(store.NewProjection{EmbeddingID: d.ID, Method: r.opt.Method, Parameters: r.opt.stored(), Seed: r.opt.Seed,
			Alignment: alignment, Trustworthiness: d.trustworthiness, Overlaps: d.overlaps, ImageIDs: d.ids, X: x, Y: y})
	case extend:
		result.Placed = len(d.ids)
		err = tx.ExtendProjection(store.Extension{EmbeddingID: d.ID, Method: r.opt.Method, ImageIDs: d.ids, X: x, Y: y,
			Trustworthiness: d.trustworthiness, Overlaps: d.overlaps})
	}
	r.summary.Projections = append(r.summary.Projections, result)
	return err
}
