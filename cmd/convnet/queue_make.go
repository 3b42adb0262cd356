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

// keptMaker is the maker of the last request; the next one is likely to be about the same layer.
type keptMaker struct {
	key   makerKey
	maker *visualize.Maker
	layer cnn.Layer // for pictures of the maker's size
}

// makerKey is what requests that share a maker have in common.
type makerKey struct {
	model      int64
	goal       cnn.Goal
	parameters string
}

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
	maker, o, err := q.prepare(j, p)
	if err != nil {
		return store.Visualization{}, err
	}
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

// prepare is the maker for a request, and the request's objective. Unless it is that of the last request, the network is
// loaded from the database.
func (q *queue) prepare(j *job, p visualize.Parameters) (*visualize.Maker, visualize.Objective, error) {
	if k := q.maker; k != nil && k.layer.Name == j.place.layer.Name {
		o, err := visualize.ParseObjective(j.request.Objective, k.layer)
		if err == nil && k.key == newMakerKey(j, o, p) {
			return k.maker, o, nil
		}
	}
	q.release()
	network, err := networkFromStore(j.ctx, q.db, j.place.model)
	if err != nil {
		return nil, visualize.Objective{}, err
	}
	sized, err := atSize(network, p.Size)
	if err != nil {
		return nil, visualize.Objective{}, err
	}
	layer, ok := sized.Manifest.Layer(j.place.layer.Name)
	if !ok {
		return nil, visualize.Objective{}, fmt.Errorf("%s has no layer %s for pictures of %d pixels", j.place.model.Name, j.place.layer.Name, p.Size)
	}
	o, err := visualize.ParseObjective(j.request.Objective, layer)
	if err != nil {
		return nil, visualize.Objective{}, err
	}
	render := p.Render()
	render.Progress = q.progress
	maker, err := visualize.NewMaker(q.rt, sized, p.Goals(o, queueThreads(), q.provider), render)
	if err != nil {
		return nil, visualize.Objective{}, err
	}
	q.maker = &keptMaker{newMakerKey(j, o, p), maker, layer}
	return maker, o, nil
}

func newMakerKey(j *job, o visualize.Objective, p visualize.Parameters) makerKey {
	return makerKey{j.place.model.ID, o.Goal, string(p.JSON())}
}

// queueThreads leaves one processor to the pages.
func queueThreads() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// release frees the network.
func (q *queue) release() {
	if q.maker == nil {
		return
	}
	if err := q.maker.maker.Close(); err != nil {
		q.log.Error("free a network", "error", err)
	}
	q.maker = nil
}

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
