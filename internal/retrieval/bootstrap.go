package retrieval

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/convnet-playground/convnet/internal/quantile"
)

// Resamples is how often the queries are drawn anew, and Seed is with what the draws begin: the same scores always give
// the same intervals.
const (
	Resamples = 1000
	Seed      = 15
)

// Bootstrap says how sure one can be of means over queries. The queries are drawn anew, as many as there are and with
// replacement, Resamples times; each draw gives every list a mean (B. Efron, Bootstrap methods, 1979; percentile intervals).
// All lists share the draws, so their means can be compared pair by pair.
type Bootstrap struct {
	means [][]float64 // by list, then by draw
}

// NewBootstrap draws for lists of equal length, one value per query; NaN where a list lacks the query.
func NewBootstrap(lists [][]float64) *Bootstrap {
	b := &Bootstrap{means: make([][]float64, len(lists))}
	for l := range lists {
		b.means[l] = make([]float64, Resamples)
	}
	lists = compact(lists)
	if len(lists) == 0 {
		return b
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			drawn := make([]float64, len(lists[0]))
			for draw := int(next.Add(1)) - 1; draw < Resamples; draw = int(next.Add(1)) - 1 {
				resample(drawn, draw)
				for l, values := range lists {
					b.means[l][draw] = weightedMean(values, drawn)
				}
			}
		})
	}
	wg.Wait()
	return b
}

// compact leaves out the queries that no list has: a category's means are over its queries alone.
func compact(lists [][]float64) [][]float64 {
	short := make([][]float64, len(lists))
	for l := range lists {
		short[l] = make([]float64, 0, len(lists[0]))
	}
	for i := 0; len(lists) > 0 && i < len(lists[0]); i++ {
		if !slices.ContainsFunc(lists, func(list []float64) bool { return !math.IsNaN(list[i]) }) {
			continue
		}
		for l, list := range lists {
			short[l] = append(short[l], list[i])
		}
	}
	return short
}

// resample counts how often each query is drawn. Every draw has a generator of its own: whatever core computes it.
func resample(drawn []float64, draw int) {
	clear(drawn)
	rng := rand.New(rand.NewPCG(Seed, uint64(draw)))
	for range drawn {
		drawn[rng.IntN(len(drawn))]++
	}
}

func weightedMean(values, weights []float64) float64 {
	var sum, all float64
	for i, x := range values {
		if w := weights[i]; w != 0 && !math.IsNaN(x) {
			sum += w * x
			all += w
		}
	}
	return share(sum, all)
}

// Mean is the mean of the values that are there.
func Mean(values []float64) (mean float64, n int) {
	for _, x := range values {
		if !math.IsNaN(x) {
			mean += x
			n++
		}
	}
	return share(mean, float64(n)), n
}

// Interval holds 95 of 100 means of the list.
func (b *Bootstrap) Interval(list int) (low, high float64) { return percentiles(b.means[list]) }

// Difference compares two lists draw by draw: the interval of the first one's mean less the second one's, and in which share
// of the draws the first is larger; draws without a difference count half.
func (b *Bootstrap) Difference(first, second int) (low, high, ahead float64) {
	gaps := make([]float64, Resamples)
	for d := range gaps {
		gaps[d] = b.means[first][d] - b.means[second][d]
		switch {
		case gaps[d] > 0:
			ahead++
		case gaps[d] == 0:
			ahead += 0.5
		}
	}
	low, high = percentiles(gaps)
	return low, high, ahead / Resamples
}

// Wins is in which share of the draws the list's mean is the largest of those lists; it is one of them.
func (b *Bootstrap) Wins(list int, among []int) float64 {
	wins := 0.0
	for d := range Resamples {
		best := true
		for _, other := range among {
			best = best && (other == list || b.means[list][d] >= b.means[other][d])
		}
		if best {
			wins++
		}
	}
	return wins / Resamples
}

func percentiles(values []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(values))
	return quantile.Of(sorted, 0.025), quantile.Of(sorted, 0.975)
}
