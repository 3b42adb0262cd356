package imaging

import (
	"math"
	"sync"
)

// weightBits is the precision of a kernel: the weights of one output sum to 1<<weightBits, so that three 8-bit channels
// times weights fit side by side into 21-bit lanes of one word.
const weightBits = 13

// kernel says how each output sample of one axis mixes input samples.
type kernel struct {
	spans   []span
	weights []uint64 // of all spans, one after the other
}

// span is one output: input samples first, first+1, … with the weights kernel.weights[at : at+count].
type span struct{ first, at, count int }

func (k *kernel) of(i int) (first int, weights []uint64) {
	s := k.spans[i]
	return s.first, k.weights[s.at : s.at+s.count]
}

// axis is the resampling of one dimension: the interval [from, to) of size samples becomes out samples.
type axis struct {
	size     int
	from, to float64
	out      int
}

// kernels remembers the tables of recent sizes: a dataset repeats them. The limit keeps a stream of odd sizes from
// filling the memory.
var kernels = struct {
	sync.Mutex
	tables map[axis]*kernel
}{tables: map[axis]*kernel{}}

const maxKernels = 512

// maxCachedSize keeps single tables small: beyond it they are made for the occasion.
const maxCachedSize = 1 << 14

func kernelFor(a axis) *kernel {
	if a.size > maxCachedSize {
		return newKernel(a)
	}
	kernels.Lock()
	defer kernels.Unlock()
	if k, ok := kernels.tables[a]; ok {
		return k
	}
	if len(kernels.tables) >= maxKernels {
		clear(kernels.tables)
	}
	k := newKernel(a)
	kernels.tables[a] = k
	return k
}

// newKernel is the triangle filter with half-pixel centers; on reduction its support grows with the scale, so that
// every input sample counts (Pillow's BILINEAR).
func newKernel(a axis) *kernel {
	scale := (a.to - a.from) / float64(a.out)
	support := max(scale, 1)
	k := &kernel{spans: make([]span, a.out)}
	var real []float64
	for i := range a.out {
		center := a.from + (float64(i)+0.5)*scale
		first := max(int(center-support+0.5), 0)
		last := min(int(center+support+0.5), a.size)
		real = real[:0]
		for x := first; x < last; x++ {
			real = append(real, max(1-math.Abs(float64(x)+0.5-center)/support, 0))
		}
		k.add(i, first, real)
	}
	return k
}

// add quantises one output's weights. Rounding the running sum instead of each weight keeps the total exact and the
// errors from adding up.
func (k *kernel) add(i, first int, real []float64) {
	total := 0.0
	for _, w := range real {
		total += w
	}
	at, running, before := len(k.weights), 0.0, uint64(0)
	for _, w := range real {
		running += w
		now := uint64(running/total*(1<<weightBits) + 0.5)
		k.weights = append(k.weights, now-before)
		before = now
	}
	for at < len(k.weights) && k.weights[at] == 0 { // the triangle's feet
		at++
		first++
	}
	for len(k.weights) > at && k.weights[len(k.weights)-1] == 0 {
		k.weights = k.weights[:len(k.weights)-1]
	}
	k.spans[i] = span{first: first, at: at, count: len(k.weights) - at}
}
