package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// Cancel is explorer.Queue's.
func (q *queue) Cancel(ctx context.Context, id int64) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running != nil && q.running.id == id {
		q.running.cancel(errCancelled)
		return nil
	}
	all, err := q.Requests(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(e explorer.Event) bool { return e.ID == id })
	if i < 0 {
		return explorer.Refuse(store.ErrNotFound, "There is no request %d: it is finished, or was cancelled before.", id)
	}
	if err := q.db.FinishRequest(ctx, id, ""); err != nil {
		return err
	}
	all[i].State, all[i].Message = explorer.RequestCancelled, ""
	q.watchers.tell(all[i])
	return nil
}

// Requests is explorer.Queue's.
func (q *queue) Requests(ctx context.Context) ([]explorer.Event, error) {
	all, err := q.db.Requests(ctx)
	if err != nil || len(all) == 0 {
		return []explorer.Event{}, err
	}
	places, err := layerPlaces(ctx, q.db)
	events := make([]explorer.Event, len(all))
	for i, r := range all {
		events[i] = q.watchers.now(newEvent(r, places))
	}
	return events, err
}

// Watch is explorer.Queue's.
func (q *queue) Watch(ctx context.Context) <-chan explorer.Event { return q.watchers.add(ctx) }

// newEvent is a request as the database knows it.
func newEvent(r store.Request, places map[int64]layerPlace) explorer.Event {
	var p visualize.Parameters
	_ = json.Unmarshal(r.Parameters, &p) // without them the number of steps is not known
	place := places[r.LayerID]
	return explorer.Event{
		ID: r.ID, Model: place.model.Name, Layer: place.layer.Name, Objective: r.Objective,
		State: explorer.RequestState(r.State), Steps: p.Steps, Message: r.Message,
	}
}

// layerPlace is a layer with its model.
type layerPlace struct {
	model store.Model
	layer store.Layer
}

// layerPlaces are all layers of the database, by their ids.
func layerPlaces(ctx context.Context, db *store.DB) (map[int64]layerPlace, error) {
	models, err := db.Models(ctx)
	if err != nil {
		return nil, err
	}
	places := map[int64]layerPlace{}
	for _, m := range models {
		layers, err := db.Layers(ctx, m.ID)
		if err != nil {
			return nil, fmt.Errorf("find what pictures are asked for: %w", err)
		}
		for _, l := range layers {
			places[l.ID] = layerPlace{m, l}
		}
	}
	return places, nil
}
