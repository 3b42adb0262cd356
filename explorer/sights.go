package explorer

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"

	"github.com/convnet-playground/convnet/store"
)

// keptSights is how much memory what networks made of pictures may take. A page shows many channels of the same few maps.
const keptSights = 128 << 20

// sights asks a Prober and remembers what was asked for last. It is safe for concurrent use.
type sights struct {
	prober Prober

	mu    sync.Mutex
	kept  []*keptSight // the one asked for last comes first
	bytes int
}

// keptSight is a sight that is there, or that somebody is waiting for.
type keptSight struct {
	key   string
	ready chan struct{} // closed when it is there
	sight *Sight
	err   error
}

// sightKey tells pictures and networks apart by what they are, not by their names.
func sightKey(m store.Model, layers []string, picture []byte) string {
	sum := sha256.Sum256(picture)
	return string(m.SHA256[:]) + string(sum[:]) + strings.Join(layers, "\x00")
}

// look is Prober.Look; the same is never looked at twice at a time.
func (s *sights) look(ctx context.Context, m store.Model, layers []string, picture []byte) (*Sight, error) {
	key := sightKey(m, layers, picture)
	k, mine := s.find(key)
	if mine {
		k.sight, k.err = s.prober.Look(ctx, m, layers, picture)
		s.settle(k)
		close(k.ready)
		return k.sight, k.err
	}
	select {
	case <-k.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k.err != nil && ctx.Err() == nil { // whoever asked first may only have left
		return s.prober.Look(ctx, m, layers, picture)
	}
	return k.sight, k.err
}

// find returns what is kept under a key, or makes room for it, which is the caller's then to fill.
func (s *sights) find(key string) (k *keptSight, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(k *keptSight) bool { return k.key == key })
	if i >= 0 {
		k = s.kept[i]
		s.kept = slices.Delete(s.kept, i, i+1)
	} else {
		k, mine = &keptSight{key: key, ready: make(chan struct{})}, true
	}
	s.kept = slices.Insert(s.kept, 0, k)
	return k, mine
}

// settle counts the memory of what has arrived, and forgets what was not asked for longest.
func (s *sights) settle(k *keptSight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.err != nil {
		s.kept = slices.DeleteFunc(s.kept, func(other *keptSight) bool { return other == k })
		return
	}
	s.bytes += k.sight.bytes()
	for i := len(s.kept) - 1; i > 0 && s.bytes > keptSights; i-- {
		if old := s.kept[i]; old.arrived() {
			s.bytes -= old.sight.bytes()
			s.kept = slices.Delete(s.kept, i, i+1)
		}
	}
}

// arrived reports whether a sight counts; mu is held.
func (k *keptSight) arrived() bool { return k.sight != nil }
