package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/cnn"
)

// networks keeps what was prepared last, by a key, so that the first who asks waits and the next does not. All together
// stay within a limit of memory: what has rested longest makes room, and who finds everything in use waits for room, in the
// order of asking. What is in use stays open until it is released.
type networks struct {
	limit   int64 // bytes
	room    *semaphore.Weighted
	opening sync.WaitGroup

	mu      sync.Mutex
	all     []*prepared // the one asked for last comes first
	waiting int         // how many wait for room
	closed  bool
}

func newNetworks(limit int64) *networks {
	return &networks{limit: limit, room: semaphore.NewWeighted(limit)}
}

type closer interface{ Close() error }

// plan is how a network is prepared when its key is new.
type plan struct {
	key   string
	bytes func() (int64, error) // that it takes of the limit
	open  func(context.Context) (closer, error)
}

type prepared struct {
	plan
	taken int64         // of the limit
	ready chan struct{} // closed when value or err is there
	value closer
	err   error
	users int
	gone  bool // no longer in the list: the last user closes it
}

var errClosed = errors.New("the networks have been freed")

// get returns what the plan opens, or what one of its key has opened before. Call release when it is no longer needed.
func (n *networks) get(ctx context.Context, p plan) (value closer, release func(), err error) {
	e, err := n.take(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	select {
	case <-e.ready:
		err = e.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		n.release(e)
		return nil, nil, err
	}
	return e.value, func() { n.release(e) }, nil
}

// take finds or begins an entry, for one more user.
func (n *networks) take(ctx context.Context, p plan) (*prepared, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, errClosed
	}
	i := slices.IndexFunc(n.all, func(e *prepared) bool { return e.key == p.key })
	if i >= 0 {
		e := n.all[i]
		e.users++
		n.all = slices.Insert(slices.Delete(n.all, i, i+1), 0, e)
		return e, nil
	}
	e := &prepared{plan: p, ready: make(chan struct{}), users: 1}
	n.all = slices.Insert(n.all, 0, e)
	// Others may come to wait for it: it is opened even if who asked first goes.
	n.opening.Go(func() { n.begin(context.WithoutCancel(ctx), e) })
	return e, nil
}

func (n *networks) begin(ctx context.Context, e *prepared) {
	value, err := n.load(ctx, e)
	n.mu.Lock()
	defer n.mu.Unlock()
	if e.value, e.err = value, err; err != nil { // so that the next one tries again
		n.remove(e)
	}
	close(e.ready)
	n.settle(e)
}

// load opens an entry's network when there is room for it.
func (n *networks) load(ctx context.Context, e *prepared) (closer, error) {
	bytes, err := e.bytes()
	if err != nil {
		return nil, err
	}
	if err := n.reserve(ctx, bytes); err != nil {
		return nil, err
	}
	value, err := e.open(ctx)
	if err != nil {
		n.room.Release(bytes)
		return nil, err
	}
	e.taken = bytes
	return value, nil
}

// reserve waits for room.
func (n *networks) reserve(ctx context.Context, bytes int64) error {
	if bytes > n.limit {
		return explorer.Refuse(explorer.ErrProbeOff, "This network takes about %d MB of memory, and this server was started "+
			"with --max-model-memory %d. Choose a smaller network, or serve with more.", bytes>>20, n.limit>>20)
	}
	n.mu.Lock()
	for !n.room.TryAcquire(bytes) {
		if !n.makeRoom() {
			n.waiting++
			n.mu.Unlock()
			err := n.room.Acquire(ctx, bytes)
			n.mu.Lock()
			n.waiting--
			n.mu.Unlock()
			return err
		}
	}
	n.mu.Unlock()
	return nil
}

// makeRoom closes what has rested longest; false when everything is in use. mu is held.
func (n *networks) makeRoom() bool {
	for i := len(n.all) - 1; i >= 0; i-- {
		if e := n.all[i]; e.users == 0 && e.value != nil {
			n.remove(e)
			n.settle(e)
			return true
		}
	}
	return false
}

func (n *networks) release(e *prepared) {
	n.mu.Lock()
	defer n.mu.Unlock()
	e.users--
	n.settle(e)
}

// remove takes an entry out of the list. mu is held.
func (n *networks) remove(e *prepared) {
	n.all = slices.DeleteFunc(n.all, func(other *prepared) bool { return other == e })
	e.gone = true
}

// settle closes what is neither in the list nor in use; where somebody waits for room, nothing that rests stays in the
// list. mu is held.
func (n *networks) settle(e *prepared) {
	if e.users == 0 && n.waiting > 0 {
		n.remove(e)
	}
	if !e.gone || e.users > 0 || e.value == nil {
		return
	}
	_ = e.value.Close() // nobody is left to be told; the memory is the runtime's
	e.value = nil
	n.room.Release(e.taken)
}

// Close frees all networks, those in use when their users are done. Closing none is fine.
func (n *networks) Close() error {
	n.mu.Lock()
	n.closed = true
	for _, e := range n.all {
		e.gone = true
		n.settle(e)
	}
	n.all = nil
	n.mu.Unlock()
	n.opening.Wait()
	return nil
}

// networkBytes is about what a network takes that is ready to run: its weights as they were read, as ONNX Runtime holds
// them and as it has rearranged them for its kernels, and the few maps that a pass needs at once.
func networkBytes(m *cnn.Manifest) int64 {
	largest := int64(0)
	for _, l := range m.Layers {
		largest = max(largest, 4*int64(l.Channels)*int64(max(1, l.Height)*max(1, l.Width)))
	}
	return 3*4*m.Parameters + 4*largest + 8<<20
}
