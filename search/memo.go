package search

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"
)

// memo keeps the last answers to questions that take long: each is worked out once, however many ask at the same time.
type memo[T any] struct {
	room    int // how many are kept; the oldest goes first
	running singleflight.Group

	mu   sync.Mutex
	kept []remembered[T]
}

type remembered[T any] struct {
	key   string
	value T
}

func newMemo[T any](room int) *memo[T] { return &memo[T]{room: room} }

// get returns what is kept under the key, or what make makes of it. Whoever asked first may be gone before it is done, and
// whoever asks next gets it.
func (m *memo[T]) get(ctx context.Context, key string, make func(context.Context) (T, error)) (T, error) {
	if value, ok := m.find(key); ok {
		return value, nil
	}
	done := m.running.DoChan(key, func() (any, error) {
		if value, ok := m.find(key); ok { // it was kept since this was asked
			return value, nil
		}
		value, err := make(context.WithoutCancel(ctx))
		if err == nil {
			m.keep(key, value)
		}
		return value, err
	})
	var none T
	select {
	case r := <-done:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(T), nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (m *memo[T]) find(key string) (value T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, one := range m.kept {
		if one.key == key {
			return one.value, true
		}
	}
	return value, false
}

func (m *memo[T]) keep(key string, value T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = append(m.kept, remembered[T]{key, value})
	if over := len(m.kept) - m.room; over > 0 {
		m.kept = slices.Delete(m.kept, 0, over)
	}
}
