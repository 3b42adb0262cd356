package main

import (
	"context"
	"sync"

	"github.com/convnet-playground/convnet/explorer"
)

// watchedEvents is how many events a watcher may be behind.
const watchedEvents = 1024

// watchers are those who want to know how the requests get on. The zero value has none.
type watchers struct {
	mu      sync.Mutex
	all     map[chan explorer.Event]bool
	running explorer.Event // how far the one is that is being made; ID 0: none is
	closed  bool
}

// add returns a channel of what happens from now on, until ctx is done.
func (w *watchers) add(ctx context.Context) <-chan explorer.Event {
	c := make(chan explorer.Event, watchedEvents)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		close(c)
		return c
	}
	if w.all == nil {
		w.all = map[chan explorer.Event]bool{}
	}
	w.all[c] = true
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.remove(c)
	})
	return c
}

// remove ends a channel that has not been ended; mu is held.
func (w *watchers) remove(c chan explorer.Event) {
	if w.all[c] {
		delete(w.all, c)
		close(c)
	}
}

// tell never waits: whoever is too far behind is not told any more.
func (w *watchers) tell(e explorer.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case e.State == explorer.RequestRunning:
		w.running = e
	case e.ID == w.running.ID:
		w.running = explorer.Event{}
	}
	for c := range w.all {
		select {
		case c <- e:
		default:
			w.remove(c)
		}
	}
}

// now is a request as watchers know it, if it is the one that is being made, and otherwise as it is given.
func (w *watchers) now(e explorer.Event) explorer.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.State == explorer.RequestRunning && e.ID == w.running.ID {
		return w.running
	}
	return e
}

// close ends all channels.
func (w *watchers) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		w.remove(c)
	}
	w.closed = true
}
