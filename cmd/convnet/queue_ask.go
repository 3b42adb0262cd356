package main

import (
	"context"
	"errors"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/store"
)

// maxWaiting is how many requests may wait: some hours of work.
const maxWaiting = 512

// Ask is explorer.Queue's. The first one about a model waits until its network has been looked at.
func (q *queue) Ask(ctx context.Context, model, layer string, objectives []string) ([]explorer.Event, error) {
	place, err := q.find(ctx, model, layer)
	if err != nil {
		return nil, err
	}
	names, p, err := q.read(ctx, place, objectives)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.checkRoom(ctx, place.layer.ID, names, p.JSON()); err != nil {
		return nil, err
	}
	events := make([]explorer.Event, len(names))
	for i, name := range names {
		e := explorer.Event{Model: model, Layer: layer, Objective: name, State: explorer.RequestWaiting, Steps: p.Steps}
		if events[i], err = q.add(ctx, e, place.layer.ID, p.JSON()); err != nil {
			return nil, err
		}
	}
	select {
	case q.asked <- struct{}{}:
	default:
	}
	return events, nil
}

// checkRoom refuses more new requests than may wait; mu is held.
func (q *queue) checkRoom(ctx context.Context, layer int64, objectives []string, parameters []byte) error {
	all, err := q.db.Requests(ctx)
	if err != nil {
		return err
	}
	waiting := 0
	known := map[string]bool{}
	for _, r := range all {
		if r.State == store.RequestWaiting {
			waiting++
		}
		known[r.Objective] = known[r.Objective] || r.State != store.RequestFailed && r.LayerID == layer && string(r.Parameters) == string(parameters)
	}
	for _, name := range objectives {
		if !known[name] {
			waiting++
		}
		known[name] = true
	}
	if waiting > maxWaiting {
		return explorer.Refuse(explorer.ErrQueueFull, "At most %d pictures can wait to be made. Ask again when some are finished.", maxWaiting)
	}
	return nil
}

// add stores a request, unless its picture is there, and tells of it if it is new; mu is held.
func (q *queue) add(ctx context.Context, e explorer.Event, layer int64, parameters []byte) (explorer.Event, error) {
	v, err := q.made(ctx, layer, e.Objective, parameters)
	if err == nil {
		return e.Done(v), nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return e, err
	}
	if e.ID, err = q.db.AddRequest(ctx, layer, e.Objective, parameters); err != nil {
		return e, err
	}
	if q.running != nil && q.running.id == e.ID {
		e.State = explorer.RequestRunning
		return q.watchers.now(e), nil
	}
	q.watchers.tell(e)
	return e, nil
}
