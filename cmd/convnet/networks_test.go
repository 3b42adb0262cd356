package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/convnet-playground/convnet/explorer"
)

// counted is something to open.
type counted struct{ open *atomic.Int64 }

func (c counted) Close() error { c.open.Add(-1); return nil }

// hall gives out what counts how much of it is open.
type hall struct {
	t    *testing.T
	n    *networks
	open atomic.Int64
	most atomic.Int64
}

func (h *hall) get(ctx context.Context, key string, bytes int64) (func(), error) {
	_, release, err := h.n.get(ctx, plan{key, func() (int64, error) { return bytes, nil }, func(context.Context) (closer, error) {
		h.most.Store(max(h.most.Load(), h.open.Add(1)))
		return counted{&h.open}, nil
	}})
	return release, err
}

func (h *hall) must(key string, bytes int64) func() {
	h.t.Helper()
	release, err := h.get(h.t.Context(), key, bytes)
	if err != nil {
		h.t.Fatal(err)
	}
	return release
}

// What is used stays open, what is pushed out or left is closed once, and all together stays within the limit.
func TestNetworksKeepWhatIsInUse(t *testing.T) {
	h := &hall{t: t, n: newNetworks(30)}
	held := h.must("held", 10)
	for i := range 9 {
		h.must(string(rune('a'+i)), 10)()
	}
	if open := h.open.Load(); open != 3 {
		t.Errorf("%d are open, three have room", open)
	}
	h.must("large", 20)()
	if open := h.open.Load(); open != 2 {
		t.Errorf("%d are open: should be the large one and the one in use", open)
	}
	h.must("held", 10)() // the same again
	held()
	if err := h.n.Close(); err != nil || h.open.Load() != 0 || h.most.Load() > 3 {
		t.Errorf("%d are open in the end, %d were at once, %v", h.open.Load(), h.most.Load(), err)
	}
	if _, err := h.get(t.Context(), "late", 1); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestNetworksRefuseWhatCannotFit(t *testing.T) {
	h := &hall{t: t, n: newNetworks(64 << 20)}
	const want = "This network takes about 65 MB of memory, and this server was started with --max-model-memory 64. Choose a smaller network, or serve with more."
	if _, err := h.get(t.Context(), "x", 65<<20); !errors.Is(err, explorer.ErrProbeOff) || err.Error() != want {
		t.Errorf("too large: %v", err)
	}
	bad := errors.New("bad")
	for range 2 { // the second time it is tried again, with all the room
		_, _, err := h.n.get(t.Context(), plan{"y", func() (int64, error) { return 64 << 20, nil }, func(context.Context) (closer, error) { return nil, bad }})
		if !errors.Is(err, bad) || len(h.n.all) != 0 {
			t.Errorf("what cannot be opened is kept: %v", err)
		}
	}
}

// Those who wait for room get it in the order in which they asked, and none is refused.
func TestNetworksQueueFairly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hall{t: t, n: newNetworks(10)}
		var mu sync.Mutex
		var order []int
		first := h.must("first", 10)
		for i := range 20 {
			go func() {
				release := h.must(string(rune('a'+i)), 10)
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				release()
			}()
			synctest.Wait() // it stands in the queue
		}
		gone, cancel := context.WithCancel(t.Context())
		go func() {
			if _, err := h.get(gone, "impatient", 10); !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up: %v", err)
			}
		}()
		synctest.Wait()
		cancel()
		first()
		synctest.Wait()
		for i, who := range order {
			if i != who {
				t.Fatalf("served in the order %v", order)
			}
		}
		if len(order) != 20 || h.most.Load() != 1 {
			t.Errorf("%d were served, %d networks at once", len(order), h.most.Load())
		}
		_ = h.n.Close()
		if h.open.Load() != 0 {
			t.Errorf("%d are open in the end", h.open.Load())
		}
	})
}

// A network whose asker has gone before it was open makes room for who waits.
func TestNetworksNobodyWaitsForWhatRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hall{t: t, n: newNetworks(10)}
		opened := make(chan struct{})
		gone, cancel := context.WithCancel(t.Context())
		go func() {
			_, _, err := h.n.get(gone, plan{"slow", func() (int64, error) { return 10, nil }, func(context.Context) (closer, error) {
				<-opened
				h.open.Add(1)
				return counted{&h.open}, nil
			}})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up: %v", err)
			}
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		served := false
		go func() {
			h.must("other", 10)()
			served = true
		}()
		synctest.Wait() // it waits for room
		close(opened)
		synctest.Wait()
		if !served {
			t.Error("who waits was not served")
		}
		_ = h.n.Close()
	})
}
