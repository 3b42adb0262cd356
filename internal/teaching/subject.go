package teaching

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// subject is what is explained with: a query at a layer, and the layers beside it.
type subject struct {
	request   search.Request // with everything said
	answer    *search.Page
	embedding store.Embedding
	layers    []store.Embedding // one for each layer of the model that has vectors, from the input
}

// readRequest reads a selection as the search page writes it. What is explained with is an image of the dataset: of other
// queries, of a picture that was sent for instance, the first image takes the place.
func readRequest(q url.Values) (search.Request, error) {
	r := search.Request{Dataset: q.Get("dataset"), Model: q.Get("model"), Layer: q.Get("layer"), Pooling: q.Get("pooling")}
	if name := q.Get("image"); name != "" {
		r.Ask = search.AskFor(name)
	}
	var err error
	if name := q.Get("metric"); name != "" {
		if r.Metric, err = store.ParseMetric(name); err != nil {
			return r, search.BadRequest{Problem: fmt.Sprintf("There is no metric %q: choose cosine, euclidean, sqeuclidean or minkowski.", name)}
		}
	}
	if text := q.Get("p"); text != "" {
		if r.P, err = strconv.ParseFloat(text, 64); err != nil {
			return r, search.BadRequest{Problem: fmt.Sprintf("p must be a number, not %q.", text)}
		}
	}
	return r, nil
}

// subject answers the request and finds what stands around the answer. Errors are those of a search.
func (w *web) subject(ctx context.Context, r search.Request) (*subject, error) {
	answer, err := w.service.Neighbors(ctx, r)
	if err != nil {
		return nil, err
	}
	r.Dataset, r.Model, r.Layer, r.Pooling = answer.Dataset, answer.Model, answer.Layer, answer.Pooling
	r.Metric, r.P, r.Ask = answer.Metric, answer.P, search.AskID(answer.Query.ImageID)
	s := &subject{request: r, answer: answer}
	dataset, err := w.db.Dataset(ctx, answer.Dataset)
	if err != nil {
		return nil, err
	}
	all, err := w.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID, Model: answer.Model})
	if err != nil {
		return nil, err
	}
	s.place(all)
	return s, nil
}

// place takes the embeddings of the newest model of the name, of each layer the one that is meant or the newest.
func (s *subject) place(all []store.Embedding) {
	newest := int64(0)
	for _, e := range all {
		newest = max(newest, e.ModelID)
	}
	for _, e := range all {
		if e.ModelID != newest || e.Vectors == 0 {
			continue
		}
		if e.Layer == s.answer.Layer && e.Pooling == s.answer.Pooling {
			s.embedding = e
		}
		if last := len(s.layers) - 1; last >= 0 && s.layers[last].Layer == e.Layer {
			s.layers[last] = e
		} else {
			s.layers = append(s.layers, e)
		}
	}
	for i, e := range s.layers {
		if e.Layer == s.embedding.Layer {
			s.layers[i] = s.embedding
		}
	}
}

// depths are an early, a middle and a late layer, fewer where there are not so many.
func (s *subject) depths() []store.Embedding {
	n := len(s.layers)
	if n <= 3 {
		return s.layers
	}
	return []store.Embedding{s.layers[0], s.layers[n/2], s.layers[n-1]}
}

// at is the same query at another layer.
func (s *subject) at(e store.Embedding) search.Request {
	r := s.request
	r.Layer, r.Pooling = e.Layer, e.Pooling
	return r
}

// values is the subject as an address says it, for a layer of it.
func (s *subject) values(e store.Embedding) url.Values {
	q := url.Values{"dataset": {s.answer.Dataset}, "model": {s.answer.Model}, "layer": {e.Layer}, "image": {s.answer.Query.Name}, "metric": {string(s.answer.Metric)}}
	if slices.ContainsFunc(s.layers, func(other store.Embedding) bool { return other.Layer == e.Layer && other.ID != e.ID }) {
		q.Set("pooling", e.Pooling)
	}
	if s.answer.Metric == store.Minkowski {
		q.Set("p", strconv.FormatFloat(s.answer.P, 'g', -1, 64))
	}
	return q
}

func (s *subject) searchURL(e store.Embedding) string { return "/search?" + s.values(e).Encode() }

// candidates is how many images are tried for a query that shows something.
const candidates = 6

// telling picks an image whose own category comes together on the way through the network: of the first images of some
// categories the one whose score rises most from the first layer to the last. Without categories it is the first image.
func (w *web) telling(ctx context.Context, s *subject) (int64, error) {
	dataset, err := w.db.Dataset(ctx, s.answer.Dataset)
	if err != nil || len(s.layers) < 2 {
		return s.answer.Query.ImageID, err
	}
	best, most := s.answer.Query.ImageID, -1.0
	step := max(1, len(dataset.Categories)/candidates)
	for i := 0; i < len(dataset.Categories) && i < candidates*step; i += step {
		category := dataset.Categories[i].Name
		images, err := w.db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID, Category: &category, Limit: 1})
		if err != nil || len(images) == 0 {
			return best, err
		}
		rise, err := w.rise(ctx, s, images[0].ID)
		if err != nil {
			return best, err
		}
		if rise > most {
			best, most = images[0].ID, rise
		}
	}
	return best, nil
}

// rise is the score of an image at the last layer less that at the first; −1 for one without.
func (w *web) rise(ctx context.Context, s *subject, imageID int64) (float64, error) {
	scores := []float64{}
	for _, e := range []store.Embedding{s.layers[0], s.layers[len(s.layers)-1]} {
		r := s.at(e)
		r.Ask = search.AskID(imageID)
		answer, err := w.service.Neighbors(ctx, r)
		if isBadRequest(err) || err == nil && answer.Score == nil { // an interrupted ingest, or no category
			return -1, nil
		}
		if err != nil {
			return -1, err
		}
		scores = append(scores, answer.Score.Weighted)
	}
	return scores[1] - scores[0], nil
}
