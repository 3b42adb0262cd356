package retrieval

import (
	"math"
	"math/bits"
)

// Depth is how many of the nearest images the weighted search score looks at.
const Depth = 15

// MaxCut is the largest k of the measures that have one.
const MaxCut = 64

// Ranks is what is known of one query's ranking.
type Ranks struct {
	Hits     uint64  // bit i is set when the image at place i+1 is relevant
	Places   int     // how many images were ranked
	Relevant int     // R
	Found    int     // hits among the first R places
	Average  float64 // average precision over all places
}

// hit says whether the image at place i, from 1, is relevant.
func (r Ranks) hit(i int) bool { return r.Hits>>(i-1)&1 == 1 }

// hits counts the relevant images among the first k places.
func (r Ranks) hits(k int) int {
	return bits.OnesCount64(r.Hits & (1<<k - 1)) // Go shifts 64 places to 0, and 0 − 1 is all ones
}

// Weight is what a hit at place i, from 1, counts in the weighted search score, as a share of what the first counts.
func Weight(i int) float64 { return float64(Depth+1-i) / Depth }

// Weighted is the weighted search score, in percent.
func Weighted(r Ranks) float64 {
	var found, all float64
	for i := 1; i <= min(r.Places, Depth); i++ {
		all += Weight(i)
		if r.hit(i) {
			found += Weight(i)
		}
	}
	return 100 * share(found, all)
}

// Precision is the share of relevant images among the first k, at most MaxCut.
func Precision(r Ranks, k int) float64 { return share(float64(r.hits(k)), float64(k)) }

// Recall is the share of the relevant images that are among the first k, at most MaxCut.
func Recall(r Ranks, k int) float64 { return share(float64(r.hits(k)), float64(r.Relevant)) }

// RPrecision is the precision at the place where all relevant images could have been found.
func RPrecision(r Ranks) float64 { return share(float64(r.Found), float64(r.Relevant)) }

// AveragePrecision is the mean precision at the places of the relevant images among the first k, at most MaxCut.
func AveragePrecision(r Ranks, k int) float64 {
	sum := 0.0
	for i := 1; i <= k; i++ {
		if r.hit(i) {
			sum += Precision(r, i)
		}
	}
	return share(sum, float64(min(r.Relevant, k)))
}

// discounts are NDCG's: 1 / log₂(i + 1).
var discounts = func() (d [MaxCut + 1]float64) {
	for i := 1; i <= MaxCut; i++ {
		d[i] = 1 / math.Log2(float64(i)+1)
	}
	return d
}()

// NDCG is the normalised discounted cumulative gain of the first k, at most MaxCut.
func NDCG(r Ranks, k int) float64 {
	var gain, ideal float64
	for i := 1; i <= k; i++ {
		if r.hit(i) {
			gain += discounts[i]
		}
		if i <= r.Relevant {
			ideal += discounts[i]
		}
	}
	return share(gain, ideal)
}

// share is 0 where there is no whole.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// Judge looks at a whole ranking, nearest first: category[j] of the images at those places against the query's.
func Judge(nearest []int32, category []int32, own int32, relevant int) Ranks {
	r := Ranks{Places: len(nearest), Relevant: relevant}
	found, sum := 0, 0.0
	for i, j := range nearest {
		if category[j] != own {
			continue
		}
		found++
		sum += float64(found) / float64(i+1)
		if i < MaxCut {
			r.Hits |= 1 << i
		}
		if i < relevant {
			r.Found++
		}
		if found == relevant {
			break
		}
	}
	r.Average = share(sum, float64(relevant))
	return r
}
