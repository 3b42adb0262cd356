package imaging

import (
	"math"
	"sync"
)

// weightBits is the precision of a kernel: the weights of one output sum to 1<<weightBits, so that three 8-bit channels
// times weights fit side by side into 21-bit lanes of one word.
const weightBits = 13

// kernel says how each output sample of one axis mixes input samples. Every output has the same number of taps, some of
// weight zero, so that the loops over them are short and alike.
type kernel struct {
	taps    int
	first   []int    // per output, its first input sample
	weights []uint64 // taps for each output
	used    []span   // per output, the samples that count
}

// span is the input samples from first to before end.
type span struct{ first, end int }

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
	k := &kernel{taps: 1, first: make([]int, a.out), used: make([]span, a.out)}
	for i := range a.out {
		center := a.from + (float64(i)+0.5)*scale
		k.used[i] = span{max(int(center-support+0.5), 0), min(int(center+support+0.5), a.size)}
		k.taps = max(k.taps, k.used[i].end-k.used[i].first)
	}
	k.weights = make([]uint64, a.out*k.taps)
	real := make([]float64, k.taps)
	for i := range a.out {
		center := a.from + (float64(i)+0.5)*scale
		k.first[i] = min(k.used[i].first, a.size-k.taps)
		for j := range real {
			real[j] = max(1-math.Abs(float64(k.first[i]+j)+0.5-center)/support, 0)
		}
		k.quantise(i, real)
	}
	return k
}

// of returns the weights of an output's taps.
func (k *kernel) of(i int) []uint64 { return k.weights[i*k.taps : (i+1)*k.taps] }

// quantise sets one output's weights. Rounding the running sum instead of each weight keeps the total exact and the
// errors from adding up.
func (k *kernel) quantise(i int, real []float64) {
	total := 0.0
	for _, w := range real {
		total += w
	}
	weights := k.of(i)
	running, before := 0.0, uint64(0)
	for j, w := range real {
		running += w
		now := uint64(running/total*(1<<weightBits) + 0.5)
		weights[j] = now - before
		before = now
	}
	s := span{k.first[i] + k.taps, k.first[i]}
	for j, w := range weights {
		if w != 0 {
			s.first, s.end = min(s.first, k.first[i]+j), k.first[i]+j+1
		}
	}
	k.used[i] = s
}
