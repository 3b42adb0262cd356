package search

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
	// uploadWait is how long a picture queues for its turn before its sender is asked to come back.
	uploadWait = 10 * time.Second
)

// upload is a picture that somebody sent, held in memory only.
type upload struct {
	token, owner string // owner is the visitor's cookie: the address alone does not open it
	name         string
	format       string // image/jpeg, …
	data         []byte
	at           time.Time
}

// uploads holds the latest pictures, so that a visitor can look at one in another layer without sending it again.
// Nothing of it is ever written anywhere.
type uploads struct {
	mu   sync.Mutex
	held []upload // oldest first
	now  func() time.Time
}

func newUploads() *uploads { return &uploads{now: time.Now} }

// hold keeps a picture and returns its token.
func (u *uploads) hold(up upload) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	up.token, up.at = rand.Text(), u.now()
	u.held = append(u.held, up)
	u.forget()
	return up.token
}

// find returns the owner's picture, unless it has been forgotten.
func (u *uploads) find(token, owner string) (upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget()
	for _, up := range u.held {
		if up.token == token && up.owner == owner {
			return up, true
		}
	}
	return upload{}, false
}

// forget drops what is too old and, from the oldest on, what is too much.
func (u *uploads) forget() {
	total := 0
	for _, up := range u.held {
		total += len(up.data)
	}
	drop := 0
	for drop < len(u.held)-1 && (len(u.held)-drop > keepUploads || total > keepUploadBytes) {
		total -= len(u.held[drop].data)
		drop++
	}
	for drop < len(u.held) && u.now().Sub(u.held[drop].at) > keepUpload {
		drop++
	}
	u.held = append([]upload(nil), u.held[drop:]...) // a copy: the dropped pictures' memory must go
}

// Turns lets a few pictures be looked at at once; the others wait in the order in which they came.
type Turns struct{ slots *semaphore.Weighted }

// NewTurns lets n pictures be looked at at once.
func NewTurns(n int) *Turns { return &Turns{semaphore.NewWeighted(int64(n))} }

// Take waits for a turn; call the function it returns to give it back. The error is an [ErrBusy].
func (s *Turns) Take(ctx context.Context) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, uploadWait)
	defer cancel()
	if err := s.slots.Acquire(ctx, 1); err != nil {
		return nil, say(ErrBusy, "Other pictures are being looked at, and the queue is long. Try again in a moment.")
	}
	return func() { s.slots.Release(1) }, nil
}
