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
	forces := newLayout(nil, nil, o)
	out := make([]float32, n.Rows*m.Components)
	err := each(ctx, n.Rows, 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			c := newcomer{layout: forces, on: m, near: n.Index[i*n.K : (i+1)*n.K], weights: weights[i*n.K : (i+1)*n.K]}
			c.settle(newStream(o.Seed, keyTransform, fingerprint(x.Row(i)))).store(out, i, m.Components)
		}
	})
	return out, err
}

// fingerprint is a number that points of other numbers hardly share.
func fingerprint(x []float32) uint64 {
	s := stream(len(x))
	for _, v := range x {
		s = stream(s.next() ^ uint64(math.Float32bits(v)))
	}
	return s.next()
}

// newcomer is a new point: its neighbors on the map and how much they count.
type newcomer struct {
	*layout
	on      *Map
	near    []int32
	weights []float32
}

// start is the mean of the neighbors' places. Where a neighbor counts fully, it is the same point.
func (c newcomer) start() (at place, same bool) {
	var mean place
	var total float32
	for i, w := range c.weights {
		at := load(c.on.Coordinates, int(c.near[i]), c.dims)
		if w == 1 {
			return at, true
		}
		mean, total = place{mean.x + w*at.x, mean.y + w*at.y, mean.z + w*at.z}, total+w
	}
	if total == 0 { // all are so far away that none counts
		return load(c.on.Coordinates, int(c.near[0]), c.dims), false
	}
	return place{mean.x / total, mean.y / total, mean.z / total}, false
}

func (c newcomer) settle(random stream) place {
	p, same := c.start()
	heaviest := slices.Max(c.weights)
	if same || heaviest == 0 {
		return p
	}
	for epoch := 1; epoch < c.epochs; epoch++ {
		s := step{layout: c.layout, epoch: epoch, alpha: c.alpha(epoch)}
		for e, w := range c.weights {
			if !s.due(w / heaviest) {
				continue
			}
			p = p.follow(s.pull, load(c.on.Coordinates, int(c.near[e]), c.dims), s.alpha)
			for range c.negative {
				p = p.follow(s.push, load(c.on.Coordinates, random.below(c.on.Rows), c.dims), s.alpha)
			}
		}
	}
	return p
}
