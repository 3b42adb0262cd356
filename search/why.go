package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/store"
)

// WhyRequest asks what makes two images similar to a network: the query of the request, and another image.
type WhyRequest struct {
	Request
	With string // name of the other image, of the same dataset
}

// Why says what makes two images similar: which channels, where, and what the other layers say.
type Why struct {
	Dataset string `json:"dataset"`
	Model   string `json:"model"`
	Layer   string `json:"layer"`
	Pooling string `json:"pooling"`
	Query   Query  `json:"query"`
	With    Query  `json:"with"`

	// Similarity is the cosine of the angle between the two vectors, from −1 to 1, whatever metric the search had: it is the
	// one that is a sum over channels and places.
	Similarity float64        `json:"cosine_similarity"`
	Channels   []ChannelShare `json:"channels"`       // every channel, those first that add most
	Grid       int            `json:"grid"`           // cells on a side
	Cells      []float64      `json:"cells"`          // what each cell of the grid adds, row by row
	Layers     []PairAtLayer  `json:"layers"`         // the same two images at the model's layers; empty for a query that the network has to look at
	HeatOff    string         `json:"heat,omitempty"` // why it cannot be said from which places the similarity comes
}

// ChannelShare is what a channel adds to the similarity of two images. All of them, the negative ones too, add up to it.
type ChannelShare struct {
	Channel int     `json:"channel"`
	Share   float64 `json:"share"`
}

// PairAtLayer is how similar two images are at a layer.
type PairAtLayer struct {
	Layer      string  `json:"layer"`
	Type       string  `json:"type"`
	Pooling    string  `json:"pooling"`
	Position   int     `json:"position"`
	Similarity float64 `json:"cosine_similarity"`
	Rank       int     `json:"rank"`     // of the other image among the neighbors of the query by cosine distance; 0: not among the first thousand
	Compared   int     `json:"compared"` // images that the query was compared with
	Current    bool    `json:"current"`
}

// Why explains the similarity of two images at a layer. Errors are those of Search.
func (s *Service) Why(ctx context.Context, r WhyRequest) (*Why, error) {
	why, _, err := s.why(ctx, r)
	return why, err
}

func (s *Service) why(ctx context.Context, r WhyRequest) (*Why, pair, error) {
	p, err := s.resolvePair(ctx, r)
	if err != nil {
		return nil, p, err
	}
	shares, similarity := contributions(p.a, p.b)
	e := p.embedding
	why := &Why{
		Dataset: p.dataset.Name, Model: p.model.name, Layer: e.Layer, Pooling: e.Pooling, Query: p.query, With: p.with,
		Similarity: similarity, Channels: byChannel(shares, e.Channels),
	}
	why.Grid, why.Cells = byCell(shares, e.Channels)
	if why.HeatOff, err = s.uploadOff(ctx, e); err != nil {
		return nil, p, err
	}
	if why.Layers = []PairAtLayer{}; p.query.stored() {
		why.Layers, err = s.pairAtLayers(ctx, p)
	}
	return why, p, err
}

// pair is what a WhyRequest resolves to.
type pair struct {
	target
	query, with Query
	a, b        []float32 // their vectors
}

func (s *Service) resolvePair(ctx context.Context, r WhyRequest) (p pair, err error) {
	if r.Request, err = r.withDefaults(); err != nil {
		return p, err
	}
	if r.With == "" {
		return p, badRequestf("Say which image is to be compared with the query: with=NAME.")
	}
	if p.target, err = s.resolve(ctx, r.Request); err != nil {
		return p, err
	}
	if p.query, err = s.resolveQuery(ctx, r.Request, p.dataset); err != nil {
		return p, err
	}
	if p.with, err = s.resolveQuery(ctx, Request{Ask: AskFor(r.With)}, p.dataset); err != nil {
		return p, err
	}
	if p.a, err = s.vector(ctx, p.embedding, p.query); err != nil {
		return p, err
	}
	p.b, err = s.vector(ctx, p.embedding, p.with)
	return p, err
}

// contributions are what each number of two vectors adds to the cosine of their angle, which is their sum. A vector without
// a direction is similar to nothing.
func contributions(a, b []float32) (shares []float64, similarity float64) {
	shares = make([]float64, len(a))
	norm := length(a) * length(b)
	if norm == 0 {
		return shares, 0
	}
	for i := range a {
		shares[i] = float64(a[i]) * float64(b[i]) / norm
		similarity += shares[i]
	}
	return shares, similarity
}

func length(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// byChannel adds the cells of each channel up, which lie side by side in a vector. The channels that add most come first.
func byChannel(shares []float64, channels int) []ChannelShare {
	list := make([]ChannelShare, channels)
	for i, share := range shares {
		c := i * channels / len(shares)
		list[c].Channel = c
		list[c].Share += share
	}
	slices.SortStableFunc(list, func(a, b ChannelShare) int { return cmp.Compare(b.Share, a.Share) })
	return list
}

// byCell adds the channels up.
func byCell(shares []float64, channels int) (grid int, sums []float64) {
	sums = make([]float64, len(shares)/channels)
	for i, share := range shares {
		sums[i%len(sums)] += share
	}
	return int(math.Round(math.Sqrt(float64(len(sums))))), sums
}

// pairAtLayers compares the two images at every layer of the model where both have a vector.
func (s *Service) pairAtLayers(ctx context.Context, p pair) ([]PairAtLayer, error) {
	found := make([]*PairAtLayer, len(p.model.layers))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range p.model.layers {
		g.Go(func() error {
			at, err := s.pairAt(ctx, l.Embedding, p)
			if isBadRequest(err) { // an interrupted ingest must not hide the layers that are there
				return nil
			}
			found[i] = at
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	list := []PairAtLayer{}
	for _, at := range found {
		if at != nil {
			list = append(list, *at)
		}
	}
	return list, nil
}

func (s *Service) pairAt(ctx context.Context, e store.Embedding, p pair) (*PairAtLayer, error) {
	a, err := s.vector(ctx, e, p.query)
	b, errB := s.vector(ctx, e, p.with)
	if err = errors.Join(err, errB); err != nil {
		return nil, err
	}
	near, err := s.db.Neighbors(ctx, e.ID, store.Query{Vector: a, Metric: store.Cosine, K: maxK, Exclude: p.query.excluded()})
	if err != nil {
		return nil, err
	}
	at := &PairAtLayer{
		Layer: e.Layer, Type: e.LayerType, Pooling: e.Pooling, Position: e.LayerPosition, Compared: near.Compared,
		Rank:    1 + slices.IndexFunc(near.Neighbors, func(n store.Neighbor) bool { return n.ImageID == p.with.ImageID }),
		Current: e.ID == p.embedding.ID,
	}
	_, at.Similarity = contributions(a, b)
	return at, nil
}
