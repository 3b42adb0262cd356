package umap

/*
#include "move.h"
*/
import "C"

import (
	"context"
	"slices"
	"unsafe"
)

// layout refines coordinates by stochastic gradient descent. Edges draw their points together as often as they are
// strong: the strongest in every epoch, one of a tenth of its weight in every tenth. With each, some random points push
// the first of the two away.
//
// As in umap-learn with a seed, an edge moves both its points, and the next edge finds them where they have gone. So the
// edges of a map are followed one after the other, on one processor; maps that are laid out together are on several.
type layout struct {
	dims       int
	maps       []*chart
	pull, push *force
	epochs     int
	rate       float64 // the first learning rate
	negative   int
	both       bool // edges move both their points, not the first only
	seed       stream
	ties       *ties // between maps that are aligned
}

// chart is one map on its way.
type chart struct {
	edges edges
	place []float32 // coordinates of the points that move
	other []float32 // of those that draw and push: place, unless the points that move are not on the map yet
	held  []float32 // where ties want each point, and which share of the way it goes there; nil if nothing is tied
}

// edges draw the points from and to together; rates say how often in an epoch.
type edges struct {
	from, to []int32
	rates    []float32
}

// newLayout takes the forces from the options, which say how many epochs there are.
func newLayout(o Options) *layout {
	a, b := fitCurve(o.Spread, o.MinDist)
	return &layout{
		dims: o.Components, pull: pull(a, b), push: push(a, b, o.RepulsionStrength), epochs: o.Epochs, rate: o.LearningRate,
		negative: o.NegativeSampleRate, both: true, seed: newStream(o.Seed, keyLayout),
	}
}

// add takes in a map with its first layout.
func (l *layout) add(g Graph, first []float32) {
	m := &chart{edges: g.edges(), place: slices.Clone(first)}
	m.other = m.place
	l.maps = append(l.maps, m)
}

// edges are those of a symmetric graph in umap-learn's order: edges that lead to the same point follow each other. The
// heaviest draws in every epoch.
func (g Graph) edges() edges {
	e := edges{from: g.Col, to: make([]int32, 0, len(g.Col)), rates: make([]float32, len(g.Col))}
	for i := range g.Rows() {
		for range g.Start[i+1] - g.Start[i] {
			e.to = append(e.to, int32(i))
		}
	}
	heaviest := g.heaviest()
	for i, w := range g.Weight {
		e.rates[i] = w / heaviest
	}
	return e
}

// run moves the points through all epochs.
func (l *layout) run(ctx context.Context, tell func(done, total int)) error {
	for epoch := 1; epoch < l.epochs; epoch++ { // in epoch 0 no edge is due
		l.hold(l.alpha(epoch))
		err := each(ctx, len(l.maps), 1, func(i, _ int) {
			l.move(l.maps[i], epoch, newStream(uint64(l.seed), uint64(epoch), uint64(i)))
		})
		if err != nil {
			return err
		}
		tell(epoch+1, l.epochs)
	}
	return ctx.Err()
}

// alpha is the learning rate of an epoch: it falls to nothing, and is umap-learn's, which is one epoch behind.
func (l *layout) alpha(epoch int) float32 {
	return float32(l.rate * (1 - float64(max(epoch-1, 0))/float64(l.epochs)))
}

// move follows the edges of a map that are due in an epoch.
func (l *layout) move(m *chart, epoch int, random stream) {
	if len(m.edges.from) == 0 {
		return
	}
	common := C.umap_epoch{
		dims: C.int(l.dims), points: C.int(len(m.other) / l.dims), negative: C.int(l.negative), epoch: C.float(epoch),
		alpha: C.float(l.alpha(epoch)), stream: C.uint64_t(random),
	}
	if l.both {
		common.both = 1
	}
	C.umap_move(&common, ints(m.edges.from), ints(m.edges.to), floats(m.edges.rates), C.intptr_t(len(m.edges.from)),
		floats(m.place), floats(m.other), floats(m.held), l.pull.table(), l.push.table())
}

func (f *force) table() *C.umap_force { return (*C.umap_force)(unsafe.Pointer(f)) }

// place is where a point is on a map; on maps of two dimensions z is 0.
type place struct{ x, y, z float32 }

func load(coordinates []float32, i, dims int) place {
	if dims == 2 {
		return place{coordinates[2*i], coordinates[2*i+1], 0}
	}
	return place{coordinates[3*i], coordinates[3*i+1], coordinates[3*i+2]}
}

func (p place) store(coordinates []float32, i, dims int) {
	copy(coordinates[dims*i:dims*i+dims], []float32{p.x, p.y, p.z})
}

// plus adds a multiple of another place.
func (p place) plus(w float32, q place) place { return place{p.x + w*q.x, p.y + w*q.y, p.z + w*q.z} }
