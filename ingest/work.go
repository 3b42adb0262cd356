package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store"
)

// fileTask is a file to be read; number is its place in the order.
type fileTask struct {
	*Entry
	number int
}

// outcome is what became of a file, for the writer.
type outcome struct {
	entry   *Entry
	reason  string // not "": refused
	hash    [32]byte
	hashed  bool
	image   *store.NewImage // nil when refused, or when an image with these bytes is known
	vectors []vector
}

// worker turns files into outcomes.
type worker struct {
	source    Source
	limits    imaging.Limits
	claims    *claims
	decided   map[[32]byte]store.Edit
	decoding  *semaphore.Weighted
	network   *cnn.Manifest  // nil without a network
	extractor *lazyExtractor // nil without a network
}

// decodingBytes bounds the memory of decoders at work: many small pictures at a time, or one that is huge.
const decodingBytes = 384 << 20

func (w *worker) file(ctx context.Context, t fileTask) (outcome, error) {
	out := outcome{entry: t.Entry, reason: t.Problem}
	if out.reason != "" {
		return out, nil
	}
	data, err := w.source.Read(*t.Entry, w.limits)
	if err != nil {
		out.reason, err = refusal(err)
		return out, err
	}
	out.hash, out.hashed = sha256.Sum256(data), true
	if e, ok := w.decided[out.hash]; ok && e.Action == store.EditDelete {
		out.reason = deleted(e.CreatedAt)
		return out, nil
	}
	if !w.claims.take(out.hash, t.number) {
		return out, nil
	}
	return w.picture(ctx, out, data)
}

// refusal tells a file's own trouble, a reason, from the source's, an error that ends the run.
func refusal(err error) (string, error) {
	var known *imaging.Error
	var broken *sourceError
	switch {
	case errors.As(err, &known):
		return known.Reason, nil
	case errors.As(err, &broken):
		return "", err
	}
	return unreadable(err), nil
}

func (w *worker) picture(ctx context.Context, out outcome, data []byte) (outcome, error) {
	tensor, err := w.decode(ctx, &out, data)
	if err != nil || out.reason != "" || w.network == nil {
		return out, err
	}
	x, err := w.extractor.get()
	if err != nil {
		return out, err
	}
	out.vectors, err = x.vectors(ctx, tensor)
	if bad := (*notFinite)(nil); errors.As(err, &bad) {
		out.reason, out.image, err = networkReason+w.network.Name+" "+bad.Error(), nil, nil
	}
	return out, err
}

// decode makes the image, and the tensor if there is a network. The picture itself is dropped at once.
func (w *worker) decode(ctx context.Context, out *outcome, data []byte) (tensor []float32, err error) {
	p, release, err := decodeWithin(ctx, w.decoding, data, w.limits)
	if err != nil {
		out.reason, err = refusalOfPicture(err)
		return nil, err
	}
	defer release()
	n := &store.NewImage{SHA256: out.hash, Name: out.entry.Title, Category: out.entry.Category, Format: p.Format, Width: p.Width, Height: p.Height, Original: data}
	if n.Thumbnail, n.ThumbnailFormat, err = thumbnail(p, data); err != nil {
		return nil, err
	}
	out.image = n
	if w.network != nil {
		tensor = cnn.Tensor(p, w.network.Input)
	}
	return tensor, nil
}

// decodeWithin decodes once there is room for the picture; release gives the room back.
func decodeWithin(ctx context.Context, room *semaphore.Weighted, data []byte, limits imaging.Limits) (p *imaging.Picture, release func(), err error) {
	info, err := imaging.Inspect(data, limits)
	if err != nil {
		return nil, nil, err
	}
	weight := min(info.Memory, decodingBytes)
	if err := room.Acquire(ctx, weight); err != nil {
		return nil, nil, err
	}
	if p, err = imaging.Decode(data, limits); err != nil {
		room.Release(weight)
		return nil, nil, err
	}
	return p, func() { room.Release(weight) }, nil
}

func refusalOfPicture(err error) (string, error) {
	var known *imaging.Error
	if errors.As(err, &known) {
		return known.Reason, nil
	}
	return "", err
}

// smallFile is how long an original may be that serves as its own thumbnail: fifty of them are a page of results, on which
// 400 KB are the most.
const smallFile = 8 << 10

// thumbnail returns nil when the original is as good: a short file of no more pixels, or of little more where a JPEG would
// take its transparency, upright as it is stored.
func thumbnail(p *imaging.Picture, data []byte) ([]byte, string, error) {
	most := thumbnailSide
	if p.Format != "jpeg" {
		most *= 2
	}
	if len(data) <= smallFile && max(p.Width, p.Height) <= most && p.Orientation == 1 {
		return nil, "", nil
	}
	return p.Thumbnail(thumbnailSide)
}

// sourceError is trouble with the whole source.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// claims makes sure that bytes which occur several times are decoded once: for the first file in the order.
type claims struct {
	mu    sync.Mutex
	first map[[32]byte]int // the file's number, or stored
}

const stored = -1

// newClaims begins with the stored images. One that no file stands for is left out: a repair has made it so because its
// pictures are damaged, and it gets them back from the file.
func newClaims(known *catalog) *claims {
	c := &claims{first: make(map[[32]byte]int, len(known.byHash))}
	for hash, id := range known.byHash {
		if len(known.holders[id]) > 0 {
			c.first[hash] = stored
		}
	}
	return c
}

// take reports whether file number is to be decoded: no file before it has the same bytes.
func (c *claims) take(hash [32]byte, number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.first[hash]; ok && first < number {
		return false
	}
	c.first[hash] = number
	return true
}
