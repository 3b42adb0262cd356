package umap

/*
#include "join.h"
*/
import "C"

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// descent finds neighbors of many points by asking neighbors for theirs (NN-descent: Dong, Charikar and Li, 2011). Lists
// begin with whom points share a cell with, in a few partitions of space. Then, round after round, the points that know
// one another's neighbors are compared with each other, until the lists hardly change.
//
// It is the same for any number of threads: who meets whom in a round is settled before it, and a list holds the nearest
// that were met, in whatever order.
type descent struct {
	*space
	k      int       // length of lists
	value  []float32 // what the kernel compares; rows × k
	id     []int32   // rows × k; none where there is no point yet
	marks  []uint8   // 1: taken in this round or the last, so that its neighbors are yet to be met
	locks  []uint8
	random stream
}

const (
	partitions = 6                    // how often space is divided into cells
	cellSize   = 96                   // points of a cell at most
	pivots     = 32                   // cells that a larger one is divided into
	candidates = 24                   // fresh points, and as many others, that meet through one point in a round
	settled    = 0.01                 // share of list entries that are new when nothing more is to be expected
	none       = int32(math.MaxInt32) // no point
)

// descend finds the k nearest neighbors of every point, nearly all of them the true ones.
func (s *space) descend(ctx context.Context, k int, tell func(done, total int)) (Neighbors, error) {
	d := &descent{space: s, k: min(k+2, s.rows-1), locks: make([]uint8, s.rows), random: newStream(1, keyDescent)}
	d.value, d.id, d.marks = make([]float32, s.rows*d.k), make([]int32, s.rows*d.k), make([]uint8, s.rows*d.k)
	for i := range d.value {
		d.value[i], d.id[i] = float32(math.Inf(1)), none
	}
	rounds := bits.Len(uint(s.rows))
	if err := d.begin(ctx); err != nil {
		return Neighbors{}, err
	}
	for round := 1; round <= rounds; round++ {
		tell(round, rounds+1)
		if err := d.round(ctx, round); err != nil {
			return Neighbors{}, err
		}
		if d.fresh() < settled*float64(len(d.id)) {
			break
		}
	}
	return d.neighbors(ctx, k)
}

// join lets points meet: the first, fresh ones all others, the rest only those.
func (d *descent) join(points []int32, fresh int, room []float32) {
	C.umap_join(floats(d.x), floats(d.squares), C.int(d.dim), C.double(d.power()), ints(points), C.int(fresh), C.int(len(points)),
		floats(d.value), ints(d.id), bytes(d.marks), bytes(d.locks), C.int(d.k), floats(room))
}

func bytes(x []uint8) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(x))) }

// fresh is how many entries have been taken since they were last looked at.
func (d *descent) fresh() float64 {
	count := 0
	for _, m := range d.marks {
		count += int(m)
	}
	return float64(count)
}

// round lets all meet who are neighbors of the same point, or have it for a neighbor.
func (d *descent) round(ctx context.Context, number int) error {
	all := d.acquaintances()
	meetings := make([][]int32, d.rows)
	fresh := make([]uint8, d.rows)
	seed := newStream(uint64(d.random), uint64(number))
	err := each(ctx, d.rows, 512, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			var count int
			meetings[i], count = choose(all.of(i), seed, i)
			fresh[i] = uint8(count)
			d.unmark(i, meetings[i][:count])
		}
	})
	if err != nil {
		return err
	}
	return each(ctx, d.rows, 64, func(lo, hi int) {
		room := rooms.Get().(*[]float32)
		defer rooms.Put(room)
		for i := lo; i < hi; i++ {
			if fresh[i] > 0 && len(meetings[i]) > 1 {
				d.join(meetings[i], int(fresh[i]), *room)
			}
		}
	})
}

// unmark marks the entries of point i's list that are about to meet as looked at.
func (d *descent) unmark(i int, chosen []int32) {
	for at := i * d.k; at < (i+1)*d.k; at++ {
		if d.marks[at] == 1 && slices.Contains(chosen, d.id[at]) {
			d.marks[at] = 0
		}
	}
}

// acquaintances are, for every point, those in its list and those in whose list it is. The lowest bit says that the
// entry is fresh.
type acquaintances struct {
	start []int
	all   []uint32
}

func (a acquaintances) of(i int) []uint32 { return a.all[a.start[i]:a.start[i+1]] }

func (d *descent) acquaintances() acquaintances {
	a := acquaintances{start: make([]int, d.rows+1)}
	for at, j := range d.id {
		if j != none {
			a.start[at/d.k+1]++
			a.start[j+1]++
		}
	}
	for i := range d.rows {
		a.start[i+1] += a.start[i]
	}
	a.all = make([]uint32, a.start[d.rows])
	free := slices.Clone(a.start)
	put := func(i int, j int32, mark uint8) {
		a.all[free[i]] = uint32(j)<<1 | uint32(mark)
		free[i]++
	}
	for at, j := range d.id {
		if j != none {
			put(at/d.k, j, d.marks[at])
			put(int(j), int32(at/d.k), d.marks[at])
		}
	}
	return a
}

// choose picks who meets through point i: fresh ones first, and how many those are. Of too many, chance decides.
func choose(all []uint32, seed stream, i int) (chosen []int32, fresh int) {
	slices.SortFunc(all, func(a, b uint32) int { // each point once, as fresh if either entry is
		return cmp.Or(cmp.Compare(a>>1, b>>1), cmp.Compare(b&1, a&1))
	})
	all = slices.CompactFunc(all, func(a, b uint32) bool { return a>>1 == b>>1 })
	random := newStream(uint64(seed), uint64(i))
	pick := func(mark uint32) []int32 {
		var of []int32
		for _, e := range all {
			if e&1 == mark {
				of = append(of, int32(e>>1))
			}
		}
		for c := 0; c < candidates && len(of) > candidates; c++ {
			j := c + random.below(len(of)-c)
			of[c], of[j] = of[j], of[c]
		}
		return of[:min(len(of), candidates)]
	}
	first := pick(1)
	return append(first, pick(0)...), len(first)
}

// neighbors are the lists with exact distances.
func (d *descent) neighbors(ctx context.Context, k int) (Neighbors, error) {
	n := Neighbors{Rows: d.rows, K: k, Index: make([]int32, d.rows*k), Distance: make([]float32, d.rows*k)}
	err := each(ctx, d.rows, 256, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			list := d.id[i*d.k : (i+1)*d.k]
			for at, j := range list {
				if j == none {
					list[at] = -1
				}
			}
			n.choose(d.space, i, d.space, list)
		}
	})
	return n, err
}
