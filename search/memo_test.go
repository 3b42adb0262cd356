package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// What was worked out is not worked out again, by however many it is asked for; the oldest is forgotten, and so are errors.
func TestMemo(t *testing.T) {
	m := newMemo[string](3)
	var made atomic.Int64
	get := func(key string) string {
		value, err := m.get(t.Context(), key, func(context.Context) (string, error) {
			made.Add(1)
			return "about " + key, nil
		})
		if err != nil {
			t.Error(err)
		}
		return value
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if value := get("a"); value != "about a" {
				t.Errorf("got %q", value)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	for i := range 3 {
		get(fmt.Sprint(i))
	}
	if _, ok := m.find("a"); ok || len(m.kept) != 3 {
		t.Errorf("%d are kept, the oldest: %v", len(m.kept), ok)
	}
	bad := errors.New("bad")
	if _, err := m.get(t.Context(), "x", func(context.Context) (string, error) { return "", bad }); !errors.Is(err, bad) || get("x") != "about x" {
		t.Errorf("an error is kept: %v", err)
	}
}
