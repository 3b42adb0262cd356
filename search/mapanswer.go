package search

import (
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// mapAnswer is one map with what is marked on it.
type mapAnswer struct {
	target     target
	page       *Page // the query and its neighbors at the map's layer
	vector     []float32
	projection store.Projection
	methods    []string // by which this layer has been projected
	layout     *layout  // nil: the layer has no map
	values     *mapValues
	place      []float64 // of a query that is none of the map's images, in the unit square
}

// mapOf answers a request with a map.
func (s *Service) mapOf(ctx context.Context, r Request, method string) (*mapAnswer, error) {
	page, t, err := s.search(ctx, r)
	if err != nil {
		return nil, err
	}
	a := &mapAnswer{target: t, page: page}
	if err := s.project(ctx, a, method); err != nil || a.projection.Method == "" {
		return a, err
	}
	a.layout, err = s.layoutOf(ctx, t.dataset, a.projection)
	if err == nil {
		err = s.placeQuery(ctx, a)
	}
	return a, err
}

// project finds the layer's projection by a method, or any when the method is not said; without one, it has no method.
func (s *Service) project(ctx context.Context, a *mapAnswer, method string) error {
	known, err := s.seen(ctx, a.target.embedding.DatasetID)
	if err != nil {
		return err
	}
	all := known.maps(a.target.embedding.ID)
	for _, p := range all {
		a.methods = append(a.methods, p.Method)
		if a.projection.Method == "" && (method == "" || method == p.Method) {
			a.projection = p
		}
	}
	if a.projection.Method == "" && len(all) > 0 {
		return badRequestf("Layer %q of %s has no map by %s, only by %s.", a.target.embedding.Layer, a.target.model.name, method, a.methods[0])
	}
	return nil
}

// rank puts UMAP first.
func rank(method string) int { return choose(method == store.UMAP, 0, 1) }

// bareMap is a map without a query: what travels as points.
func (s *Service) bareMap(ctx context.Context, st mapState) (*mapAnswer, error) {
	r, err := st.request().withDefaults()
	if err != nil {
		return nil, err
	}
	a := &mapAnswer{page: &Page{Metric: r.Metric, P: r.P}}
	if a.target, err = s.resolve(ctx, r); err != nil {
		return nil, err
	}
	if err := s.project(ctx, a, st.method); err != nil {
		return nil, err
	}
	if a.projection.Method == "" {
		return nil, say(store.ErrNotFound, "There is no map of layer %q of %s yet. Run convnet project on the dataset.", a.target.embedding.Layer, a.target.model.name)
	}
	a.layout, err = s.layoutOf(ctx, a.target.dataset, a.projection)
	return a, err
}

// color computes what the colours mean.
func (s *Service) color(ctx context.Context, c coloring, a *mapAnswer) (err error) {
	if c.by == colorByDistance && a.vector == nil {
		if a.vector, err = s.vector(ctx, a.target.embedding, a.page.Query); err != nil {
			return err
		}
	}
	a.values, err = s.mapValues(ctx, c, a)
	return err
}

// placeQuery finds the place of a query that is no image of the map; the answer has the one on the layer's first map.
func (s *Service) placeQuery(ctx context.Context, a *mapAnswer) (err error) {
	if a.page.Query.ImageID != 0 || a.page.Query.Channel != nil {
		return nil
	}
	if p := a.page.Place; p != nil && p.Method == a.projection.Method {
		a.place = a.layout.unit(p.X, p.Y)
		return nil
	}
	if s.Placer == nil {
		return nil
	}
	if a.vector, err = s.vector(ctx, a.target.embedding, a.page.Query); err != nil {
		return err
	}
	x, y, err := s.Placer.Place(ctx, a.projection, a.vector)
	if err != nil {
		return fmt.Errorf("place the query on the map: %w", err)
	}
	a.place = a.layout.unit(x, y)
	return nil
}

// maxLines is how many neighbors lines lead to: more would only cover the map.
const maxLines = 50

// neighborIDs are the images that the query's lines lead to.
func (a *mapAnswer) neighborIDs() []int64 {
	ids := make([]int64, min(len(a.page.Results), maxLines))
	for i, h := range a.page.Results[:len(ids)] {
		ids[i] = h.ImageID
	}
	return ids
}

// selected lists the images inside a lasso, which may have been drawn on another map of the dataset.
func (s *Service) selected(ctx context.Context, l *lasso, a *mapAnswer) ([]int64, error) {
	if l == nil {
		return nil, nil
	}
	on := a.layout
	drawnOn := mapState{selection: selection{dataset: a.target.dataset.Name, model: l.model, layer: l.layer, pooling: l.pooling}, method: l.method}
	if l.layer != "" {
		other, err := s.bareMap(ctx, drawnOn)
		if err != nil {
			return nil, err
		}
		on = other.layout
	}
	ids := []int64{}
	for _, i := range l.within(on) {
		ids = append(ids, on.ids[i])
	}
	return ids, nil
}
