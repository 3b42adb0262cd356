package upload

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// keepUpload is how long an uploaded picture can be looked at in other layers before it is forgotten.
	keepUpload = 15 * time.Minute
	// keepUploads and keepUploadBytes bound what the pictures of all visitors take; the oldest go first.
	keepUploads     = 32
	keepUploadBytes = 128 << 20
	// uploadWait is how long a picture queues for its turn before its sender is asked to come back: a little less than a
	// request may take.
	uploadWait = 25 * time.Second
)

// Picture is what somebody sent, held in memory only.
type Picture struct {
	Name   string // the file's, as its sender has it
	Format string // image/jpeg, …
	Data   []byte

	token, owner string // owner is the visitor's cookie: the address alone does not open it
	at           time.Time
}

// held holds the latest pictures, so that a visitor can look at one in another layer without sending it again.
// Nothing of it is ever written anywhere.
type held struct {
	mu       sync.Mutex
	pictures []Picture // oldest first
	now      func() time.Time
}

func newHeld() *held { return &held{now: time.Now} }

// hold keeps a picture and returns its token.
func (h *held) hold(p Picture) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	p.token, p.at = rand.Text(), h.now()
	h.pictures = append(h.pictures, p)
	h.forget()
	return p.token
}

// find returns the owner's picture, unless it has been forgotten.
func (h *held) find(token, owner string) (Picture, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget()
	for _, p := range h.pictures {
		if p.token == token && p.owner == owner {
			return p, true
		}
	}
	return Picture{}, false
}

// forget drops what is too old and, from the oldest on, what is too much.
func (h *held) forget() {
	total := 0
	for _, p := range h.pictures {
		total += len(p.Data)
	}
	drop := 0
	for drop < len(h.pictures)-1 && (len(h.pictures)-drop > keepUploads || total > keepUploadBytes) {
		total -= len(h.pictures[drop].Data)
		drop++
	}
	for drop < len(h.pictures) && h.now().Sub(h.pictures[drop].at) > keepUpload {
		drop++
	}
	h.pictures = append([]Picture(nil), h.pictures[drop:]...) // a copy: the dropped pictures' memory must go
}

// Turns lets a few pictures be looked at at once; the others wait in the order in which they came.
type Turns struct{ slots *semaphore.Weighted }

// NewTurns lets n pictures be looked at at once.
func NewTurns(n int) *Turns { return &Turns{semaphore.NewWeighted(int64(n))} }

// Take waits for a turn, ErrBusy if that takes too long; call the function it returns to give it back.
func (s *Turns) Take(ctx context.Context) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, uploadWait)
	defer cancel()
	if err := s.slots.Acquire(ctx, 1); err != nil {
		return nil, refuse(ErrBusy, "Other pictures are being looked at, and the queue is long. Try again in a moment.")
	}
	return func() { s.slots.Release(1) }, nil
}
