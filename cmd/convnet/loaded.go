package main

import (
	"errors"
	"slices"
	"sync"
)

// maxLoaded bounds how many prepared networks are kept; DenseNet-121 takes some 100 MB.
const maxLoaded = 6

type closer interface{ Close() error }

// loaded keeps what was opened last, by a key, so that the first who asks waits and the next does not. What is in use stays
// open until it is released. The zero value is empty.
type loaded struct {
	mu     sync.Mutex
	all    []*entry // the one asked for last comes first
	closed bool
}

type entry struct {
	key   string
	once  sync.Once
	value closer
	err   error
	users int
	gone  bool // no longer in the list: the last user closes it
}

// get returns what open makes, or made before. Call release when it is no longer needed.
func (l *loaded) get(key string, open func() (closer, error)) (value closer, release func(), err error) {
	e, err := l.take(key)
	if err != nil {
		return nil, nil, err
	}
	e.once.Do(func() { e.value, e.err = open() })
	if e.err != nil {
		l.drop(e)
		return nil, nil, e.err
	}
	return e.value, func() { _ = l.release(e) }, nil
}

func (l *loaded) take(key string) (*entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	i := slices.IndexFunc(l.all, func(e *entry) bool { return e.key == key })
	e := &entry{key: key}
	if i >= 0 {
		e = l.all[i]
		l.all = slices.Delete(l.all, i, i+1)
	}
	e.users++
	l.all = slices.Insert(l.all, 0, e)
	for len(l.all) > maxLoaded {
		last := l.all[len(l.all)-1]
		l.all = l.all[:len(l.all)-1]
		_ = last.leave() // nobody is left to be told; the memory is the runtime's
	}
	return e, nil
}

// leave closes an entry that is out of the list, unless somebody uses it; mu is held.
func (e *entry) leave() error {
	e.gone = true
	if e.users > 0 || e.value == nil {
		return nil
	}
	return e.value.Close()
}

func (l *loaded) release(e *entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.users--
	if e.gone {
		return e.leave()
	}
	return nil
}

// drop forgets what could not be opened, so that the next one tries again.
func (l *loaded) drop(e *entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.users--
	l.all = slices.DeleteFunc(l.all, func(other *entry) bool { return other == e })
}

func (l *loaded) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var errs []error
	for _, e := range l.all {
		errs = append(errs, e.leave())
	}
	l.all = nil
	return errors.Join(errs...)
}
