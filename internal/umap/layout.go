package umap

import (
	"context"
	"slices"
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
	groups     [][]int32 // numbers of points of all maps, map after map
	pull, push *force
	epochs     int
	rate       float64 // the first learning rate
	negative   int
	seed       uint64
	ties       *ties // between maps that are aligned
}

// chart is one map on its way.
type chart struct {
	edges Graph
	rates []float32 // of each edge: how often in an epoch it draws
	now   []float32 // coordinates, dims for each point
	next  []float32 // of the group that is moving
}

// layoutGroups is how many groups take turns.
const layoutGroups = 4

// newLayout takes the forces from the options, which say how many epochs there are.
func newLayout(graphs []Graph, coordinates [][]float32, o Options) *layout {
	a, b := fitCurve(o.Spread, o.MinDist)
	l := &layout{
		dims: o.Components, pull: pull(a, b), push: push(a, b, o.RepulsionStrength), epochs: o.Epochs, rate: o.LearningRate,
		negative: o.NegativeSampleRate, seed: o.Seed,
	}
	n := 0
	for m, g := range graphs {
		l.maps = append(l.maps, &chart{edges: g, rates: g.rates(), now: coordinates[m], next: slices.Clone(coordinates[m])})
		n += g.Rows()
	}
	l.groups = divide(n, layoutGroups, o.Seed)
	return l
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
func divide(n, groups int, seed uint64) [][]int32 {
	order := make([]int32, n)
	s := newStream(seed, keyOrder)
	for i := range order {
		order[i] = int32(i)
		j := s.below(i + 1)
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
	n := l.maps[0].edges.Rows()
	for epoch := 1; epoch < l.epochs; epoch++ { // in epoch 0 no edge is due
		step := step{layout: l, epoch: epoch, alpha: l.alpha(epoch)}
		for _, group := range l.groups {
			err := each(ctx, len(group), layoutPart, func(lo, hi int) {
				for _, i := range group[lo:hi] {
					step.move(l.maps[int(i)/n], int(i)/n, int(i)%n)
				}
			})
			if err != nil {
				return err
			}
			for _, i := range group {
				m, at := l.maps[int(i)/n], int(i)%n*l.dims
				copy(m.now[at:at+l.dims], m.next[at:at+l.dims])
			}
		}
		tell(epoch+1, l.epochs)
	}
	return ctx.Err()
}

// layoutPart is how many points are moved at a time: fewer are not worth another processor's while.
const layoutPart = 256

// alpha is the learning rate of an epoch: it falls to nothing, and is umap-learn's, which is one epoch behind.
func (l *layout) alpha(epoch int) float32 {
	return float32(l.rate * (1 - float64(max(epoch-1, 0))/float64(l.epochs)))
}

// step is an epoch.
type step struct {
	*layout
	epoch int
	alpha float32
}

// due says whether an edge of a rate draws in this epoch: whether rate · epoch has passed a whole number.
func (s step) due(rate float32) bool {
	return int(rate*float32(s.epoch)) > int(rate*float32(s.epoch-1))
}

// move lets point i of a map go where its edges and random points send it.
func (s step) move(m *chart, number, i int) {
	random := newStream(s.seed, keyLayout, uint64(s.epoch), uint64(number)<<32|uint64(i))
	p := load(m.now, i, s.dims)
	lo, hi := m.edges.Start[i], m.edges.Start[i+1]
	cols, n := m.edges.Col[lo:hi], m.edges.Rows()
	held, share := s.held(number, i)
	for e, rate := range m.rates[lo:hi] {
		if !s.due(rate) {
			continue
		}
		other := load(m.now, int(cols[e]), s.dims)
		p = p.follow(s.pull, other, s.alpha)
		p = p.follow(s.pull, other, s.alpha)
		for range s.negative {
			p = p.follow(s.push, load(m.now, random.below(n), s.dims), s.alpha)
		}
		p = p.toward(held, share)
	}
	p.store(m.next, i, s.dims)
}

// place is where a point is on a map; on maps of two dimensions z is 0.
type place struct{ x, y, z float32 }

func load(coordinates []float32, i, dims int) place {
	if dims == 2 {
		c := coordinates[2*i : 2*i+2 : 2*i+2]
		return place{c[0], c[1], 0}
	}
	c := coordinates[3*i : 3*i+3 : 3*i+3]
	return place{c[0], c[1], c[2]}
}

func (p place) store(coordinates []float32, i, dims int) {
	coordinates[dims*i], coordinates[dims*i+1] = p.x, p.y
	if dims == 3 {
		coordinates[dims*i+2] = p.z
	}
}

// follow is where a force between p and another place moves p.
func (p place) follow(f *force, other place, alpha float32) place {
	x, y, z := p.x-other.x, p.y-other.y, p.z-other.z
	strength := f.at(x*x + y*y + z*z)
	return place{p.x + alpha*clip(strength*x), p.y + alpha*clip(strength*y), p.z + alpha*clip(strength*z)}
}
