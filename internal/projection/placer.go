package projection

import (
	"context"
	"fmt"
	"sync"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// heldBytes bounds the vectors of the maps that a Placer keeps at hand; one it keeps however large it is.
const heldBytes = 512 << 20

// Placer finds the places of pictures that are not in the file. It keeps the maps that it was asked for last: the first
// query of a layer reads its vectors, the next does not. It is safe for concurrent use.
type Placer struct {
	db   *store.DB
	mu   sync.Mutex
	held []heldGround // the one that was asked for last comes last
}

type heldGround struct {
	key    string
	bytes  int64
	ground ground
}

// NewPlacer makes a Placer for the maps of a file.
func NewPlacer(db *store.DB) *Placer { return &Placer{db: db} }

// Place finds where a vector of the projection's embedding lies on the map.
func (p *Placer) Place(ctx context.Context, projection store.Projection, vector []float32) (x, y float32, err error) {
	g, err := p.ground(ctx, projection)
	if err != nil {
		return 0, 0, fmt.Errorf("prepare the %s map of layer %s of %s: %w", projection.Method, projection.Layer, projection.Model, err)
	}
	xy, err := g.place(ctx, umap.Matrix{Rows: 1, Cols: len(vector), Data: vector})
	if err != nil {
		return 0, 0, err
	}
	return xy[0], xy[1], nil
}

func (p *Placer) ground(ctx context.Context, projection store.Projection) (ground, error) {
	p.mu.Lock()
	defer p.mu.Unlock() // whoever asks for the same map meanwhile waits for it, instead of reading it a second time
	key := fmt.Sprintf("%d %s %x %s %d %d %s", projection.EmbeddingID, projection.Method, projection.VectorsSHA256, projection.Parameters,
		projection.Seed, projection.Alignment, projection.CreatedAt)
	for i, h := range p.held {
		if h.key == key {
			p.held = append(append(p.held[:i:i], p.held[i+1:]...), h)
			return h.ground, nil
		}
	}
	h, err := p.read(ctx, projection)
	if err != nil {
		return nil, err
	}
	h.key = key
	p.held = append(p.held, h)
	p.makeRoom()
	return h.ground, nil
}

func (p *Placer) makeRoom() {
	total := int64(0)
	for i := len(p.held) - 1; i >= 0; i-- {
		if total += p.held[i].bytes; total > heldBytes && i < len(p.held)-1 {
			p.held = append([]heldGround(nil), p.held[i+1:]...)
			return
		}
	}
}

func (p *Placer) read(ctx context.Context, projection store.Projection) (h heldGround, err error) {
	all, err := p.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: projection.DatasetID, Model: projection.Model, Layer: projection.Layer})
	if err != nil {
		return h, err
	}
	on, err := p.db.ProjectionPoints(ctx, projection.EmbeddingID, projection.Method)
	if err != nil {
		return h, err
	}
	for _, e := range all {
		if e.ID != projection.EmbeddingID {
			continue
		}
		vectors, err := load(ctx, p.db, e)
		if err != nil {
			return h, err
		}
		h.bytes = 4 * int64(len(vectors.Data))
		h.ground, err = newGround(ctx, projection, on, vectors)
		return h, err
	}
	return h, fmt.Errorf("its embedding is gone: %w", store.ErrNotFound)
}
