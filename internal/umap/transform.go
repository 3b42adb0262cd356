package umap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// transformEpochs is how often a new point is improved, unless Options.Epochs says otherwise.
const transformEpochs = 100

// Transform puts new points onto the map: x.Rows × Components coordinates. Nothing on the map moves, and where a point
// comes to lie depends on its own numbers only, not on which others come with it. It begins amid its neighbors on the
// map, is drawn by them and pushed by random others; a point that is on the map already gets that point's place.
func (m *Map) Transform(ctx context.Context, x Matrix) ([]float32, error) {
	if m.points == nil {
		return nil, errors.New("a map that was made of neighbors only cannot take new points")
	}
	if err := x.validate(); err != nil {
		return nil, err
	}
	if want := len(m.points.center); x.Cols != want {
		return nil, fmt.Errorf("new points have %d numbers each, those of the map %d", x.Cols, want)
	}
	points, err := m.points.with(ctx, x)
	if err != nil {
		return nil, err
	}
	n, err := points.exact(ctx, m.points, min(m.options.Neighbors, m.Rows), func(int, int) {})
	if err != nil {
		return nil, err
	}
	weights, err := memberships(ctx, n, max(0, m.options.LocalConnectivity-1), false)
	if err != nil {
		return nil, err
	}
	return m.settle(ctx, x, n, weights)
}

// settle lets new points find their places among their neighbors.
func (m *Map) settle(ctx context.Context, x Matrix, n Neighbors, weights []float32) ([]float32, error) {
	o := m.options
	if o.Epochs == 0 {
		o.Epochs = 3 * transformEpochs
	}
	o.Epochs = max(o.Epochs/3, 1)
	o.LearningRate /= 4
	l := newLayout(o)
	l.both, l.seed = false, newStream(o.Seed, keyTransform)
	places := make([]float32, n.Rows*m.Components)
	for i := range n.Rows {
		row := weights[i*n.K : (i+1)*n.K]
		at, same := m.amid(n.Index[i*n.K:(i+1)*n.K], row)
		at.store(places, i, m.Components)
		if same {
			clear(row) // it stays there
		}
	}
	g := directed(n, weights)
	rates, from := g.ratesByRow(), make([]int32, n.K)
	err := each(ctx, n.Rows, 32, func(lo, hi int) {
		for i := lo; i < hi && ctx.Err() == nil; i++ {
			start, end := g.Start[i], g.Start[i+1]
			l.approach(&chart{
				edges: edges{from[:end-start], g.Col[start:end], rates[start:end]},
				place: places[i*m.Components : (i+1)*m.Components], other: m.Coordinates,
			}, fingerprint(x.Row(i)))
		}
	})
	return places, err
}

// approach moves one point through all epochs.
func (l *layout) approach(alone *chart, key uint64) {
	for epoch := 1; epoch < l.epochs; epoch++ {
		l.move(alone, epoch, newStream(uint64(l.seed), uint64(epoch), key))
	}
}

// amid is the mean of the neighbors' places. Where a neighbor counts fully, it is the same point.
func (m *Map) amid(near []int32, weights []float32) (at place, same bool) {
	var sum place
	var total float32
	for i, w := range weights {
		p := load(m.Coordinates, int(near[i]), m.Components)
		if w == 1 {
			return p, true
		}
		sum, total = sum.plus(w, p), total+w
	}
	if total == 0 { // all are so far away that none counts
		return load(m.Coordinates, int(near[0]), m.Components), false
	}
	return place{}.plus(1/total, sum), false
}

// ratesByRow are the weights as shares of the heaviest of each row.
func (g Graph) ratesByRow() []float32 {
	rates := make([]float32, len(g.Weight))
	for i := range g.Rows() {
		_, weights := g.row(i)
		for c, w := range weights {
			rates[g.Start[i]+c] = w / slices.Max(weights)
		}
	}
	return rates
}

// fingerprint is a number that points of other numbers hardly share.
func fingerprint(x []float32) uint64 {
	s := stream(len(x))
	for _, v := range x {
		s = stream(s.next() ^ uint64(math.Float32bits(v)))
	}
	return s.next()
}
