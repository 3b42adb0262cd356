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
// Here a point moves itself only: it goes through its edges one after the other, twice drawn by each, since the same edge
// moves it once more as the other one's neighbor. The points are divided into groups at random. Those of one group move
// at the same time and see each other as they were before; then they all show where they have gone, and it is the next
// group's turn. So the order of threads makes no difference, and hardly any point sees old positions.
type layout struct {
	dims       int
	maps       []*chart
	groups     [][]*turn
	pull, push *force
	pulls      int // of each edge on its point
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

// turn is some points of one group that are on one map, with the keys of their random numbers.
type turn struct {
	chart  int
	points []int32
	keys   []uint64
	held   []float32 // where ties want each point, and which share of the way it goes there; nil if nothing is tied
}

const (
	layoutGroups = 4   // how many groups take turns
	turnSize     = 128 // points that are moved at a time: fewer are not worth another processor's while
)

// newLayout takes the forces from the options, which say how many epochs there are.
func newLayout(o Options) *layout {
	a, b := fitCurve(o.Spread, o.MinDist)
	return &layout{
		dims: o.Components, pull: pull(a, b), push: push(a, b, o.RepulsionStrength), pulls: 2, epochs: o.Epochs, rate: o.LearningRate,
		negative: o.NegativeSampleRate, seed: newStream(o.Seed, keyLayout), groups: make([][]*turn, layoutGroups),
	}
}

// add takes in a map with its first layout.
func (l *layout) add(edges Graph, first []float32, seed uint64) {
	number, n := len(l.maps), edges.Rows()
	l.maps = append(l.maps, &chart{edges: edges, rates: edges.rates(), seen: slices.Clone(first), place: slices.Clone(first)})
	for g, group := range divide(n, layoutGroups, newStream(seed, keyOrder, uint64(number))) {
		for points := range slices.Chunk(group, turnSize) {
			t := &turn{chart: number, points: points}
			for _, i := range points {
				t.keys = append(t.keys, uint64(number)<<32|uint64(i))
			}
			l.groups[g] = append(l.groups[g], t)
		}
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

// divide deals the numbers below n out into groups, at random and each in ascending order.
func divide(n, groups int, random stream) [][]int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
		j := random.below(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	var divided [][]int32
	for g := range groups {
		group := order[g*n/groups : (g+1)*n/groups]
		slices.Sort(group)
		divided = append(divided, group)
	}
	return divided
}

// run moves the points through all epochs.
func (l *layout) run(ctx context.Context, tell func(done, total int)) error {
	for epoch := 1; epoch < l.epochs; epoch++ { // in epoch 0 no edge is due
		for _, group := range l.groups {
			err := each(ctx, len(group), 1, func(i, _ int) { l.move(group[i], epoch) })
			if err != nil {
				return err
			}
			l.show(group)
		}
		tell(epoch+1, l.epochs)
	}
	return ctx.Err()
}

// show lets all see where a group has gone.
func (l *layout) show(group []*turn) {
	for _, t := range group {
		m := l.maps[t.chart]
		for _, i := range t.points {
			at := int(i) * l.dims
			copy(m.seen[at:at+l.dims], m.place[at:at+l.dims])
		}
	}
}

// alpha is the learning rate of an epoch: it falls to nothing, and is umap-learn's, which is one epoch behind.
func (l *layout) alpha(epoch int) float32 {
	return float32(l.rate * (1 - float64(max(epoch-1, 0))/float64(l.epochs)))
}

// move lets some points go where their edges and random points send them.
func (l *layout) move(t *turn, epoch int) {
	m := l.maps[t.chart]
	if len(m.edges.Col) == 0 {
		return
	}
	if l.ties != nil {
		l.hold(t, l.alpha(epoch))
	}
	common := C.umap_turn{
		dims: C.int(l.dims), points: C.int(len(m.seen) / l.dims), negative: C.int(l.negative), pulls: C.int(l.pulls),
		epoch: C.float(epoch), alpha: C.float(l.alpha(epoch)), stream: C.uint64_t(newStream(uint64(l.seed), uint64(epoch))),
	}
	C.umap_move(&common, ints(t.points), (*C.uint64_t)(unsafe.SliceData(t.keys)), C.int(len(t.points)),
		(*C.intptr_t)(unsafe.Pointer(unsafe.SliceData(m.edges.Start))), ints(m.edges.Col), floats(m.rates), floats(m.seen),
		floats(t.held), l.pull.table(), l.push.table(), floats(m.place))
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
