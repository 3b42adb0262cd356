package search

import (
	"context"
	"encoding/hex"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// Service answers search requests over one database. It is safe for concurrent use.
type Service struct {
	// UploadOff is the sentence that says why there is no embedder; there is a general one when it is empty.
	UploadOff string
	// EditsOff is the sentence that says why the file cannot be changed; empty where they can.
	EditsOff string

	// Behind runs work that nobody waits for, with a context that ends with the server; nil: there is none.
	Behind func(work func(context.Context))

	Firing Firing // nil: the page does not say which channels fire for its query
	Icons  Icons  // nil: layers and models have no pictures of channels as icons
	// Placer finds the places of pictures that were sent on maps; nil: they have none.
	Placer Placer

	db         *store.DB
	embedder   Embedder                 // nil: queries by a new picture are off
	scores     *memo[map[int64]float64] // of single images, which take a pass over all pairs of them
	ranking    *semaphore.Weighted      // one such pass at a time uses all cores
	layouts    *memo[*layout]
	scales     *memo[*Scale]
	past       *memo[pastQueries]
	listed     *memo[[]store.Dataset]
	sights     *memo[*seen]           // of datasets
	tiles      *memo[[][]store.Image] // of pages of catalogues
	cared      *memo[*examined]
	scorer     *scorer
	bootstraps *memo[*retrieval.Bootstrap]
	vectors    *memo[[]float32]           // of pictures that are not stored
	looks      *memo[map[int64][]float32] // likewise, in all embeddings of a model, by the embedding's id
}

// NewService makes a Service; without an embedder only images of the dataset can be queries.
func NewService(db *store.DB, embedder Embedder) *Service {
	return &Service{
		db: db, embedder: embedder, ranking: semaphore.NewWeighted(1),
		scores: newMemo[map[int64]float64](keepScores), layouts: newMemo[*layout](keepLayouts), scales: newMemo[*Scale](keepDistances),
		past: newMemo[pastQueries](keepPast), listed: newMemo[[]store.Dataset](1), sights: newMemo[*seen](keepSeen), tiles: newMemo[[][]store.Image](keepShown),
		cared:  newMemo[*examined](keepExamined),
		scorer: newScorer(), bootstraps: newMemo[*retrieval.Bootstrap](keptBootstraps),
		vectors: newMemo[[]float32](keptVectors), looks: newMemo[map[int64][]float32](keptLooks),
	}
}

// Search finds the nearest images to the request's query.
// Errors are a [BadRequest], [ErrEmpty], [ErrUploadOff], or something that went wrong here.
func (s *Service) Search(ctx context.Context, r Request) (*Page, error) {
	page, _, err := s.search(ctx, r)
	return page, err
}

// Neighbors is Search without the scores of the query at the model's other layers, which cost a search each.
func (s *Service) Neighbors(ctx context.Context, r Request) (*Page, error) {
	page, _, err := s.answer(ctx, r)
	return page, err
}

func (s *Service) search(ctx context.Context, r Request) (*Page, target, error) {
	page, t, err := s.understand(ctx, r)
	if err == nil {
		err = s.fill(ctx, page, t, r)
	}
	return page, t, err
}

// fill finds what an understood request asks for.
func (s *Service) fill(ctx context.Context, page *Page, t target, r Request) (err error) {
	if err = s.fillResults(ctx, page, t, r); err != nil {
		return err
	}
	page.Layers, err = s.layerScores(ctx, page, t)
	return err
}

// answer is the page but for its layers.
func (s *Service) answer(ctx context.Context, r Request) (*Page, target, error) {
	page, t, err := s.understand(ctx, r)
	if err == nil {
		err = s.fillResults(ctx, page, t, r)
	}
	return page, t, err
}

// understand is the page without what is found: what is asked for, and with what.
func (s *Service) understand(ctx context.Context, r Request) (*Page, target, error) {
	r, err := r.withDefaults()
	if err != nil {
		return nil, target{}, err
	}
	t, err := s.resolve(ctx, r)
	if err != nil {
		return nil, t, err
	}
	page := &Page{
		Dataset: t.dataset.Name, Model: t.model.name, Layer: t.embedding.Layer, Pooling: t.embedding.Pooling,
		Metric: r.Metric, P: r.P, K: r.K,
	}
	page.Query, err = s.resolveQuery(ctx, r, t.dataset)
	return page, t, err
}

func (s *Service) fillResults(ctx context.Context, page *Page, t target, r Request) error {
	if page.Query.Channel != nil {
		return s.fillExcited(ctx, page, t)
	}
	v, err := s.queryVector(ctx, t.embedding, page.Query, r)
	if err != nil {
		return err
	}
	found, err := s.neighbors(ctx, t.embedding, page, v, max(page.K, scoreDepth))
	if err != nil {
		return err
	}
	images, err := s.imagesOf(ctx, found)
	if err != nil {
		return err
	}
	if page.Place, err = s.place(ctx, t.embedding, page.Query, v); err != nil {
		return err
	}
	page.Compared, page.Farthest = found.Compared, found.Farthest
	page.Score = scoreQuery(page.Query.Category, ranks(page.Query.Category, found, images))
	page.Results = hits(page.Query.Category, found, images)
	page.Results = page.Results[:min(len(page.Results), page.K)]
	return s.weigh(ctx, page, t)
}

// neighbors leaves the query itself out by its identity, not by its rank: a copy of it may rank first.
func (s *Service) neighbors(ctx context.Context, e store.Embedding, page *Page, v []float32, k int) (store.Result, error) {
	return s.db.Neighbors(ctx, e.ID, store.Query{Vector: v, Metric: page.Metric, P: page.P, K: k, Exclude: page.Query.excluded()})
}

func (s *Service) imagesOf(ctx context.Context, found store.Result) (map[int64]store.Image, error) {
	byID := make(map[int64]store.Image, len(found.Neighbors))
	if len(found.Neighbors) == 0 {
		return byID, nil // an empty list of ids would ask for every image
	}
	ids := make([]int64, len(found.Neighbors))
	for i, n := range found.Neighbors {
		ids[i] = n.ImageID
	}
	images, err := s.db.Images(ctx, store.ImageFilter{IDs: ids})
	for _, img := range images {
		byID[img.ID] = img
	}
	return byID, err
}

// ranks says for the nearest images, at most scoreDepth of them, which are of the query's category.
func ranks(category string, found store.Result, images map[int64]store.Image) []bool {
	list := make([]bool, min(len(found.Neighbors), scoreDepth))
	for i := range list {
		list[i] = images[found.Neighbors[i].ImageID].Category == category
	}
	return list
}

func hits(category string, found store.Result, images map[int64]store.Image) []Hit {
	list := make([]Hit, 0, len(found.Neighbors))
	for i, n := range found.Neighbors {
		img := images[n.ImageID]
		h := Hit{
			Rank: i + 1, ImageID: img.ID, Name: img.Name, Category: img.Category, SHA256: hex.EncodeToString(img.SHA256[:]),
			Width: img.Width, Height: img.Height, Distance: n.Distance, Similarity: similarity(n.Distance, found.Farthest),
		}
		if category != "" {
			same := img.Category == category
			h.SameCategory = &same
		}
		list = append(list, h)
	}
	return list
}

// layerScores scores the query at every layer of the model. A layer without the query's vector keeps a null score:
// an interrupted ingest must not hide the layers that are there.
func (s *Service) layerScores(ctx context.Context, page *Page, t target) ([]LayerScore, error) {
	list := make([]LayerScore, len(t.model.layers))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range t.model.layers {
		list[i] = LayerScore{
			Layer: l.Layer, Type: l.LayerType, Pooling: l.Pooling, Position: l.LayerPosition,
			MeanScore: l.mean, Current: l.ID == t.embedding.ID,
		}
		switch {
		case page.Query.Category == "" || l.ID != t.embedding.ID && !page.Query.stored(): // a crop is not looked at once for every layer
		case l.ID == t.embedding.ID:
			list[i].Score = weightedOf(page.Score)
		default:
			g.Go(func() error {
				score, err := s.scoreAt(ctx, l.Embedding, page)
				list[i].Score = weightedOf(score)
				return err
			})
		}
	}
	return list, g.Wait()
}

// scoreAt is the query's score at another layer, nil where it has none.
func (s *Service) scoreAt(ctx context.Context, e store.Embedding, page *Page) (*QueryScore, error) {
	nearest, ok, err := s.nearestAt(ctx, e, page)
	if err != nil || !ok {
		return nil, err
	}
	return scoreQuery(page.Query.Category, nearest.ranks(page.Query.Category)), nil
}

// nearest is what a score looks at.
type nearest struct {
	found  store.Result
	images map[int64]store.Image
}

func (n nearest) ranks(category string) []bool { return ranks(category, n.found, n.images) }

// nearestAt finds the images nearest to the page's query at a layer; not ok where the query has no vector there.
func (s *Service) nearestAt(ctx context.Context, e store.Embedding, page *Page) (n nearest, ok bool, err error) {
	v, err := s.vector(ctx, e, page.Query)
	if isBadRequest(err) || errors.Is(err, ErrUploadOff) {
		return n, false, nil
	}
	if err != nil {
		return n, false, err
	}
	if n.found, err = s.neighbors(ctx, e, page, v, scoreDepth); err != nil {
		return n, false, err
	}
	n.images, err = s.imagesOf(ctx, n.found)
	return n, err == nil, err
}

func weightedOf(s *QueryScore) *float64 {
	if s == nil {
		return nil
	}
	return &s.Weighted
}
