package explorer

import (
	"context"
	"slices"
	"sync"

	"github.com/convnet-playground/convnet/store"
)

// keptStatistics is how many layers' statistics are remembered: about 1 MB each for 2048 channels, and 16 KB more for
// every category.
const keptStatistics = 16

// Channels answers what channels made of a dataset's images. The statistics of the layers asked for last are remembered
// until an ingest changes the embedding. It is safe for concurrent use.
type Channels struct {
	db        *store.DB
	computing chan struct{} // holds one: several passes at a time would only slow each other down

	mu   sync.Mutex
	kept []keptLayer // the one asked for last comes first
}

type keptLayer struct {
	version    string
	statistics *LayerStatistics
}

// NewChannels returns a Channels over a database.
func NewChannels(db *store.DB) *Channels {
	return &Channels{db: db, computing: make(chan struct{}, 1)}
}

// Statistics returns the statistics of every channel of an embedding's layer, store.ErrNotFound for an embedding that is
// not there. They are shared: nobody changes them.
func (c *Channels) Statistics(ctx context.Context, embeddingID int64) (*LayerStatistics, error) {
	version, err := c.db.EmbeddingVersion(ctx, embeddingID)
	if err != nil {
		return nil, err
	}
	if s := c.recall(embeddingID, version); s != nil {
		return s, nil
	}
	select {
	case c.computing <- struct{}{}:
		defer func() { <-c.computing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s := c.recall(embeddingID, version); s != nil { // somebody else was waiting for the same
		return s, nil
	}
	s, err := layerStatistics(ctx, c.db, embeddingID)
	if err != nil {
		return nil, err
	}
	c.keep(keptLayer{version, s})
	return s, nil
}

// recall returns what is remembered of an embedding, nil if it is nothing or no longer holds.
func (c *Channels) recall(embeddingID int64, version string) *LayerStatistics {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.kept, func(k keptLayer) bool { return k.statistics.EmbeddingID == embeddingID && k.version == version })
	if i < 0 {
		return nil
	}
	found := c.kept[i]
	c.kept = slices.Insert(slices.Delete(c.kept, i, i+1), 0, found)
	return found.statistics
}

// keep remembers statistics in place of older ones of the embedding, and forgets those that were not asked for longest.
func (c *Channels) keep(k keptLayer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = slices.DeleteFunc(c.kept, func(old keptLayer) bool { return old.statistics.EmbeddingID == k.statistics.EmbeddingID })
	c.kept = slices.Insert(c.kept, 0, k)
	c.kept = slices.Delete(c.kept, min(len(c.kept), keptStatistics), len(c.kept))
}
