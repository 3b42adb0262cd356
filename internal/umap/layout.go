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
// strong: the strongest in every epoch, one of a tenth of its weight in every tenth. With each, some random points push.
//
// umap-learn moves both points of an edge while other threads do the same, which is why its maps differ from run to run.
// Here a point moves itself only, and all move at the same time, seeing each other as they were before. An epoch has two
// rounds: in the first, points go through their edges one after the other, drawn by each and pushed; in the second they
// are drawn by the same edges once more, as umap-learn draws them when it is the turn of the edges' other points. Two
// draws at once would lay out less true maps. So the order of threads makes no difference.
type layout struct {
	dims       int
	maps       []*chart
	turns      []*turn
	pull, push *force
	rounds     int // in which each edge draws its point
	epochs     int
	rate       float64 // the first learning rate
	negative   int
	seed       stream
	ties       *ties // between maps that are aligned
}

// chart is one map on its way.
type chart struct {
	edges Graph
	rates []float32 // of each edge: how often in an epoch it draws
	seen  []float32 // coordinates as points see each other
	place []float32 // coordinates of the points that move, which have not been shown yet
}

// turn is some points of one map, with the keys of their random numbers.
type turn struct {
	chart  int
	points []int32
	keys   []uint64
	held   []float32 // where ties want each point, and which share of the way it goes there; nil if nothing is tied
}

// turnSize is how many points are moved at a time: fewer are not worth another processor's while.
const turnSize = 128

// newLayout takes the forces from the options, which say how many epochs there are.
func newLayout(o Options) *layout {
	a, b := fitCurve(o.Spread, o.MinDist)
	return &layout{
		dims: o.Components, pull: pull(a, b), push: push(a, b, o.RepulsionStrength), rounds: 2, epochs: o.Epochs, rate: o.LearningRate,
		negative: o.NegativeSampleRate, seed: newStream(o.Seed, keyLayout),
	}
}

// add takes in a map with its first layout.
func (l *layout) add(edges Graph, first []float32) {
	number := len(l.maps)
	l.maps = append(l.maps, &chart{edges: edges, rates: edges.rates(), seen: slices.Clone(first), place: slices.Clone(first)})
	for lo := 0; lo < edges.Rows(); lo += turnSize {
		t := &turn{chart: number}
		for i := lo; i < min(lo+turnSize, edges.Rows()); i++ {
			t.points, t.keys = append(t.points, int32(i)), append(t.keys, uint64(number)<<32|uint64(i))
		}
		l.turns = append(l.turns, t)
	}
}

// rates are the weights as shares of the heaviest.
func (g Graph) rates() []float32 {
	rates, heaviest := make([]float32, len(g.Weight)), g.heaviest()
	for i, w := range g.Weight {
		rates[i] = w / heaviest
	}
	return rates
}

// run moves the points through all epochs.
func (l *layout) run(ctx context.Context, tell func(done, total int)) error {
	for epoch := 1; epoch < l.epochs; epoch++ { // in epoch 0 no edge is due
		for round := range l.rounds {
			if err := each(ctx, len(l.turns), 1, func(i, _ int) { l.move(l.turns[i], epoch, round) }); err != nil {
				return err
			}
			for _, m := range l.maps { // now all see where the others have gone
				copy(m.seen, m.place)
			}
		}
		tell(epoch+1, l.epochs)
	}
	return ctx.Err()
}

// alpha is the learning rate of an epoch: it falls to nothing, and is umap-learn's, which is one epoch behind.
func (l *layout) alpha(epoch int) float32 {
	return float32(l.rate * (1 - float64(max(epoch-1, 0))/float64(l.epochs)))
}

// move lets some points go where their edges and, in the first round, random points and ties send them.
func (l *layout) move(t *turn, epoch, round int) {
	m := l.maps[t.chart]
	if len(m.edges.Col) == 0 {
		return
	}
	common := C.umap_turn{
		dims: C.int(l.dims), points: C.int(len(m.seen) / l.dims), epoch: C.float(epoch), alpha: C.float(l.alpha(epoch)),
		stream: C.uint64_t(newStream(uint64(l.seed), uint64(epoch))),
	}
	var held []float32
	if round == 0 {
		common.negative = C.int(l.negative)
		if l.ties != nil {
			l.hold(t, l.alpha(epoch))
			held = t.held
		}
	}
	C.umap_move(&common, ints(t.points), (*C.uint64_t)(unsafe.SliceData(t.keys)), C.int(len(t.points)),
		(*C.intptr_t)(unsafe.Pointer(unsafe.SliceData(m.edges.Start))), ints(m.edges.Col), floats(m.rates), floats(m.seen),
		floats(held), l.pull.table(), l.push.table(), floats(m.place))
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
