package umap

import (
	"context"
	"fmt"
)

// Map is a layout of points.
type Map struct {
	Rows, Components int
	Coordinates      []float32 // Rows × Components
	Graph            Graph     // the fuzzy graph of the points; empty in a map made by NewMap

	options Options
	points  *space // what the map was made of; nil where only neighbors are known
}

// Fit makes a map of points.
func Fit(ctx context.Context, x Matrix, o Options) (*Map, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := x.validate(); err != nil {
		return nil, err
	}
	points, err := newSpace(ctx, x, o.metric())
	if err != nil {
		return nil, err
	}
	g, err := points.graph(ctx, o)
	if err != nil {
		return nil, err
	}
	return fit(ctx, &Map{Rows: x.Rows, Components: o.Components, Graph: g, options: o, points: points}, &x)
}

// FitGraph makes a map of points of which only the nearest neighbors are known. Their number takes the place of
// Options.Neighbors; each row may end in missing neighbors, and is sorted by distance. Init pca is not possible.
func FitGraph(ctx context.Context, n Neighbors, o Options) (*Map, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := n.validate(); err != nil {
		return nil, err
	}
	if o.Init == "pca" {
		return nil, fmt.Errorf("init pca needs the points, not only their neighbors; use spectral or random")
	}
	g, err := fuzzy(ctx, n, o)
	if err != nil {
		return nil, err
	}
	return fit(ctx, &Map{Rows: n.Rows, Components: o.Components, Graph: g, options: o}, nil)
}

// NewMap is a map from its stored parts: the points it was made of, their coordinates, and the options. New points can be
// put onto it.
func NewMap(ctx context.Context, x Matrix, coordinates []float32, o Options) (*Map, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if err := x.validate(); err != nil {
		return nil, err
	}
	flat := Matrix{Rows: x.Rows, Cols: o.Components, Data: coordinates}
	if err := flat.validate(); err != nil {
		return nil, fmt.Errorf("the coordinates of a map: %w", err)
	}
	points, err := newSpace(ctx, x, o.metric())
	return &Map{Rows: x.Rows, Components: o.Components, Coordinates: coordinates, options: o, points: points}, err
}

// graph is the fuzzy graph of the points.
func (s *space) graph(ctx context.Context, o Options) (Graph, error) {
	n, err := s.neighbors(ctx, neighborhood(o.Neighbors, s.rows), func(done, total int) { o.tell("neighbors", done, total) })
	if err != nil {
		return Graph{}, err
	}
	return fuzzy(ctx, n, o)
}

// neighborhood is how many neighbors points have when there are n: not all of them, as in umap-learn.
func neighborhood(k, n int) int {
	if n <= k {
		return min(n, max(2, n-1))
	}
	return k
}

// fuzzy joins the neighborhoods of all points into one graph.
func fuzzy(ctx context.Context, n Neighbors, o Options) (Graph, error) {
	o.tell("graph", 0, 1)
	weights, err := memberships(ctx, n, o.LocalConnectivity, true)
	if err != nil {
		return Graph{}, err
	}
	g, err := directed(n, weights).union(ctx, o.SetOpMixRatio)
	o.tell("graph", 1, 1)
	return g, err
}

// fit lays out a map whose graph is known.
func fit(ctx context.Context, m *Map, x *Matrix) (*Map, error) {
	o := m.options
	if m.Rows == 1 {
		m.Coordinates = make([]float32, m.Components)
		return m, ctx.Err()
	}
	edges := m.edges()
	o.tell("init", 0, 1)
	first, err := initial(ctx, x, edges, o)
	if err != nil {
		return nil, err
	}
	o.tell("init", 1, 1)
	m.Coordinates, err = layOut(ctx, edges, first, o)
	return m, err
}

// edges are those of the graph that are drawn on at least once.
func (m *Map) edges() Graph { return m.Graph.pruned(m.Rows, m.options.epochs(m.Rows)) }

// layOut refines one layout.
func layOut(ctx context.Context, edges Graph, first []float32, o Options) ([]float32, error) {
	o.Epochs = o.epochs(edges.Rows())
	l := newLayout(o)
	l.add(edges, first)
	err := l.run(ctx, func(done, total int) { o.tell("layout", done, total) })
	return l.maps[0].place, err
}
