package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// tellEvery is how often watchers hear of the one that is being made.
const tellEvery = 200 * time.Millisecond

// make makes and stores a request's pictures, unless somebody else has done so meanwhile, and returns the first of them.
func (q *queue) make(j *job) (store.Visualization, error) {
	var p visualize.Parameters
	if err := json.Unmarshal(j.request.Parameters, &p); err != nil {
		return store.Visualization{}, fmt.Errorf("read the parameters of the request: %w", err)
	}
	if err := p.Validate(); err != nil {
		return store.Visualization{}, fmt.Errorf("the parameters of the request: %w", err)
	}
	if v, err := q.made(j.ctx, j.place.layer.ID, j.request.Objective, p.JSON()); !errors.Is(err, store.ErrNotFound) {
		return v, err
	}
	maker, o, done, err := q.prepare(j, p)
	if err != nil {
		return store.Visualization{}, err
	}
	defer done()
	pictures, err := maker.Make(j.ctx, [][]float32{o.Weights})
	if err != nil {
		return store.Visualization{}, err
	}
	ctx := context.WithoutCancel(j.ctx) // what is finished is kept
	id, err := storePictures(ctx, q.db, store.NewVisualization{
		LayerID: j.place.layer.ID, Objective: o.Name, Parameters: p.JSON(), Size: p.Size,
	}, pictures)
	if err != nil {
		return store.Visualization{}, err
	}
	return q.db.Visualization(ctx, id)
}

// made is the picture of an objective that has been made with these parameters, store.ErrNotFound if there is none.
func (q *queue) made(ctx context.Context, layer int64, objective string, parameters []byte) (store.Visualization, error) {
	all, err := q.db.Visualizations(ctx, layer, store.VisualizationFilter{Objective: objective})
	if err != nil {
		return store.Visualization{}, err
	}
	for _, v := range all {
		if v.Number == 0 && v.ParametersSHA256 == visualize.Hash(parameters) {
			return v, nil
		}
	}
	return store.Visualization{}, fmt.Errorf("picture of %s: %w", objective, store.ErrNotFound)
}

// prepare is the maker for a request, and the request's objective. Requests about one layer share a maker. Call done when
// the picture is made.
func (q *queue) prepare(j *job, p visualize.Parameters) (maker *visualize.Maker, o visualize.Objective, done func(), err error) {
	manifest, err := q.sized(j.ctx, j.place.model, p.Size)
	if err != nil {
		return nil, o, nil, err
	}
	layer, ok := manifest.Layer(j.place.layer.Name)
	if !ok {
		return nil, o, nil, fmt.Errorf("%s has no layer %s for pictures of %d pixels", j.place.model.Name, j.place.layer.Name, p.Size)
	}
	if o, err = visualize.ParseObjective(j.request.Objective, layer); err != nil {
		return nil, o, nil, err
	}
	key := fmt.Sprintf("picture %+v %s", o.Goal, p.JSON())
	opened, done, err := q.engine.use(j.ctx, j.place.model, key, func(n *cnn.Network) (closer, error) {
		sized, err := atSize(n, p.Size)
		if err != nil {
			return nil, err
		}
		render := p.Render()
		render.Progress = q.progress
		return visualize.NewMaker(q.engine.rt, sized, p.Goals(o, queueThreads(), q.engine.provider), render)
	})
	if err != nil {
		return nil, o, nil, err
	}
	return opened.(*visualize.Maker), o, done, nil
}

// queueThreads leaves one processor to the pages.
func queueThreads() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// progress is told every step of the picture that is being made, by the worker itself.
func (q *queue) progress(step int, objective float64) {
	j := q.running
	now := time.Now()
	if step == 1 {
		j.began = now
	}
	if now.Sub(j.told) < tellEvery && step != 1 {
		return
	}
	j.told = now
	j.event.Step, j.event.Value, j.event.SecondsLeft = step, objective, 0
	if step > 1 {
		j.event.SecondsLeft = now.Sub(j.began).Seconds() / float64(step-1) * float64(j.event.Steps-step)
	}
	q.watchers.tell(j.event)
}
