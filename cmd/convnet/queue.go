package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/visualize"
	"github.com/convnet-playground/convnet/store"
)

// queue makes the pictures that pages ask for, one after the other, while the site is served. What is asked for is in the
// database, so that it outlives the program; only the progress of the one that is being made is in memory.
type queue struct {
	db         *store.DB
	engine     *engine
	parameters visualize.Parameters
	log        *slog.Logger

	watchers watchers
	asked    chan struct{} // holds one: there may be something to do
	stop     context.CancelFunc
	ended    chan struct{}

	mu      sync.Mutex // held while a request comes, goes, or begins or ends to be made
	running *job       // nil: nothing is being made

	sizing    sync.Mutex
	manifests map[sizedModel]*cnn.Manifest
}

// job is the request that is being made.
type job struct {
	id      int64
	request store.Request
	place   layerPlace
	ctx     context.Context // ends with errCancelled when the request is taken back
	cancel  context.CancelCauseFunc
	event   explorer.Event // the worker's own
	began   time.Time      // the first step
	told    time.Time      // when watchers last heard of it
}

var errCancelled = errors.New("the request was cancelled")

const retryTime = 10 * time.Second // after the database could not be read or written

// startQueue begins with what an earlier run has left, and works until it is closed or ctx is done.
func startQueue(ctx context.Context, e *engine, p visualize.Parameters, log *slog.Logger) (*queue, error) {
	if err := e.db.ResetRequests(ctx); err != nil {
		return nil, err
	}
	q := &queue{
		db: e.db, engine: e, parameters: p, log: log,
		asked: make(chan struct{}, 1), ended: make(chan struct{}), manifests: map[sizedModel]*cnn.Manifest{},
	}
	ctx, q.stop = context.WithCancel(ctx)
	go q.work(ctx)
	return q, nil
}

// Close ends the work; the request that is being made waits for the next start. Closing none is fine.
func (q *queue) Close() error {
	if q == nil {
		return nil
	}
	q.stop()
	<-q.ended
	return q.db.ResetRequests(context.Background())
}

func (q *queue) work(ctx context.Context) {
	defer close(q.ended)
	defer q.watchers.close()
	for ctx.Err() == nil {
		j, err := q.next(ctx)
		switch {
		case err == nil:
			q.finish(ctx, j)
		case errors.Is(err, store.ErrNotFound):
			q.rest(ctx)
		case ctx.Err() == nil:
			q.log.Error("take a request for a picture", "error", err)
			pause(ctx, retryTime)
		}
	}
}

// rest waits until something is asked for.
func (q *queue) rest(ctx context.Context) {
	select {
	case <-q.asked:
	case <-ctx.Done():
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// next takes the first request that waits, store.ErrNotFound when there is none.
func (q *queue) next(ctx context.Context) (*job, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	places, err := layerPlaces(ctx, q.db)
	if err != nil {
		return nil, err
	}
	r, err := q.db.NextRequest(ctx)
	if err != nil {
		return nil, err
	}
	j := &job{id: r.ID, request: r, place: places[r.LayerID], event: newEvent(r, places)}
	j.ctx, j.cancel = context.WithCancelCause(ctx)
	q.running = j
	q.watchers.tell(j.event)
	return j, nil
}

// finish makes a request's pictures and tells what came of it. What the end of the program interrupts is left to the next
// start.
func (q *queue) finish(ctx context.Context, j *job) {
	v, err := q.make(j)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = nil
	cause := context.Cause(j.ctx)
	j.cancel(nil)
	switch {
	case err == nil:
		j.event = j.event.Done(v)
	case errors.Is(cause, errCancelled):
		j.event.State = explorer.RequestCancelled
	case ctx.Err() != nil:
		return
	default:
		j.event.State, j.event.Message = explorer.RequestFailed, err.Error()
		q.log.Error("make a picture", "model", j.event.Model, "layer", j.event.Layer, "objective", j.event.Objective, "error", err)
	}
	if err := q.db.FinishRequest(context.WithoutCancel(ctx), j.id, j.event.Message); err != nil {
		q.log.Error("finish a request for a picture", "error", err)
	}
	q.watchers.tell(j.event)
}
