package ingest

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// heldBytes bounds the file contents that wait in the pipeline; inFlight and this are why memory stays flat.
const heldBytes = 256 << 20

// pipeline runs work on every task, several at once, and hands the results to write in the order of the tasks.
type pipeline[T, R any] struct {
	workers int
	weigh   func(T) int64 // bytes that a task holds until it is written
	work    func(context.Context, T) (R, error)
}

// slot is where one task's result will be; slots queue in the order of the tasks.
type slot[R any] struct {
	done   chan struct{}
	result R
	err    error
	weight int64
}

// job is a task with the slot for its result.
type job[T, R any] struct {
	task T
	slot *slot[R]
}

// results is the writer's end of a pipeline.
type results[R any] struct {
	queue chan *slot[R]
	held  *semaphore.Weighted
	ctx   context.Context
}

// run starts the stages and calls write with the results; it returns when all have ended. An error in any stage, or the
// end of ctx, stops the others; write then gets an error from next after the results before it.
func (p pipeline[T, R]) run(ctx context.Context, tasks []T, write func(*results[R]) error) error {
	stages, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job[T, R])
	out := &results[R]{queue: make(chan *slot[R], 4*p.workers+4), held: semaphore.NewWeighted(heldBytes), ctx: ctx}
	stages.Go(func() error { return p.produce(ctx, tasks, jobs, out) })
	for range p.workers {
		stages.Go(func() error {
			for j := range jobs {
				j.slot.result, j.slot.err = p.work(ctx, j.task)
				close(j.slot.done)
			}
			return nil
		})
	}
	stages.Go(func() error { return write(out) })
	return stages.Wait()
}

// produce hands out the tasks, as far ahead of the writer as the queue and heldBytes let it.
func (p pipeline[T, R]) produce(ctx context.Context, tasks []T, jobs chan<- job[T, R], out *results[R]) error {
	defer close(jobs)
	defer close(out.queue)
	for _, task := range tasks {
		s := &slot[R]{done: make(chan struct{}), weight: min(max(p.weigh(task), 0), heldBytes)}
		if err := out.held.Acquire(ctx, s.weight); err != nil {
			return err
		}
		select {
		case out.queue <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case jobs <- job[T, R]{task, s}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// next returns the next result. ok is false when there is none: at the end, or, with a deadline, when none came in time.
func (r *results[R]) next(deadline <-chan time.Time) (result R, ok, end bool, err error) {
	var s *slot[R]
	select {
	case s, ok = <-r.queue:
		if !ok {
			return result, false, true, r.ctx.Err()
		}
	case <-r.ctx.Done():
		return result, false, true, r.ctx.Err()
	case <-deadline:
		return result, false, false, nil
	}
	select {
	case <-s.done:
	case <-r.ctx.Done():
		return result, false, true, r.ctx.Err()
	}
	r.held.Release(s.weight)
	return s.result, s.err == nil, s.err != nil, s.err
}
