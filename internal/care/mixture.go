package care

import (
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/quantile"
)

// When two kinds of distances are told apart. A difference of 10 in the Bayesian information criterion is very strong
// evidence for two kinds rather than one (Kass and Raftery, "Bayes Factors", 1995). Ashman's D says how far apart their
// means are in units of their spread; above 2 two peaks are distinct (Ashman, Bird and Zepf, "Detecting bimodality in
// astronomical datasets", 1994). A distance counts as that of near-duplicates when this is nine times as likely as that it
// is not, and when it is at most farthestCopy of what is usual there: without that, an image and its nearest are taken for
// copies here and there where there are none (BENCHMARKS.md).
const (
	evidence     = 10
	apart        = 2
	odds         = 9
	farthestCopy = 1.0 / 3
)

// smallest is the least distance that sums of floats can tell from none; vectors nearer than this are equal.
const smallest = 1e-6

// threshold is the local distance up to which images are near-duplicates, found from the local distances of images to their
// nearest; 0 where there are too few of them to tell.
//
// The logarithms of these distances are taken for two kinds, of normal distribution each: to a near-duplicate, and to
// another image. Expectation and maximisation finds both; the threshold lies between them. Where the data do not say that
// there are two kinds, a distance must be an outlier among all: farther below the lower quartile than three times the
// distance of the quartiles (Tukey's outer fence, "Exploratory Data Analysis", 1977).
func threshold(nearest []float64) float64 {
	logs := make([]float64, len(nearest))
	for i, d := range nearest {
		logs[i] = math.Log(max(d, smallest))
	}
	slices.Sort(logs)
	if len(logs) < 8 { // too few to say anything of their distribution
		return 0
	}
	cut := quantile.Of(logs, 0.25) - 3*(quantile.Of(logs, 0.75)-quantile.Of(logs, 0.25))
	if m, ok := twoKinds(thin(logs)); ok {
		cut = max(cut, m.cut())
	}
	return min(farthestCopy, math.Exp(cut))
}

// thin keeps every so many of sorted values, so that the search ends in milliseconds however many there are.
func thin(sorted []float64) []float64 {
	const most = 4096
	if len(sorted) <= most {
		return sorted
	}
	kept := make([]float64, most)
	for i := range kept {
		kept[i] = sorted[(2*i+1)*len(sorted)/(2*most)]
	}
	return kept
}

// mixture is two normal distributions, the lower one first.
type mixture struct {
	share          float64 // of the lower one
	mean, variance [2]float64
	likelihood     float64 // logarithm
}

// twoKinds reports whether values are of two kinds rather than one, and which.
func twoKinds(sorted []float64) (mixture, bool) {
	n, variance := float64(len(sorted)), moments(sorted)
	if variance == 0 {
		return mixture{}, false
	}
	var best mixture
	found := false
	for _, part := range []float64{0.05, 0.1, 0.2, 0.35, 0.5} {
		m, ok := maximise(sorted, part, variance)
		if ok && (!found || m.likelihood > best.likelihood) {
			best, found = m, true
		}
	}
	one := -n / 2 * (math.Log(2*math.Pi*variance) + 1)
	gain := 2*(best.likelihood-one) - 3*math.Log(n) // three parameters more
	separation := math.Sqrt2 * (best.mean[1] - best.mean[0]) / math.Sqrt(best.variance[0]+best.variance[1])
	return best, found && gain > evidence && separation > apart
}

func moments(values []float64) (variance float64) {
	mean := 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values))
	}
	return variance
}

// maximise begins with a part of the values, the smallest, as the lower kind.
func maximise(sorted []float64, part, variance float64) (m mixture, ok bool) {
	lower := make([]float64, len(sorted)) // how surely each value is of the lower kind
	first := quantile.Of(sorted, part)
	begun := 0
	for i, v := range sorted {
		if v <= first {
			lower[i] = 1
			begun++
		}
	}
	if begun < 2 || len(sorted)-begun < 2 {
		return m, false
	}
	for range 500 {
		m = fitted(sorted, lower, 1e-3*variance)
		if m.assign(sorted, lower) < 1e-6 {
			break
		}
	}
	return m, m.mean[0] < m.mean[1]
}

// fitted is the most likely mixture for given memberships. A variance has a least value, or one value would be a kind.
func fitted(values, lower []float64, least float64) (m mixture) {
	var weight [2]float64
	for i, v := range values {
		for k, w := range [2]float64{lower[i], 1 - lower[i]} {
			weight[k] += w
			m.mean[k] += w * v
		}
	}
	m.mean[0], m.mean[1] = m.mean[0]/weight[0], m.mean[1]/weight[1]
	for i, v := range values {
		for k, w := range [2]float64{lower[i], 1 - lower[i]} {
			m.variance[k] += w * (v - m.mean[k]) * (v - m.mean[k])
		}
	}
	for k := range m.variance {
		m.variance[k] = max(m.variance[k]/weight[k], least)
	}
	m.share = weight[0] / float64(len(values))
	return m
}

// assign says anew which kind values are of, and returns the largest change.
func (m *mixture) assign(values, lower []float64) (change float64) {
	m.likelihood = 0
	for i, v := range values {
		a, b := math.Exp(m.density(v, 0)), math.Exp(m.density(v, 1))
		m.likelihood += math.Log(a + b + 1e-300)
		now := min(max(a/(a+b+1e-300), 1e-9), 1-1e-9)
		change = max(change, math.Abs(now-lower[i]))
		lower[i] = now
	}
	return change
}

// density is the logarithm of a kind's share of the density at v.
func (m *mixture) density(v float64, kind int) float64 {
	share := m.share
	if kind == 1 {
		share = 1 - m.share
	}
	off := v - m.mean[kind]
	return math.Log(share) - (math.Log(2*math.Pi*m.variance[kind])+off*off/m.variance[kind])/2
}

// cut is the value between the means up to which the lower kind is likelier by the odds.
func (m *mixture) cut() float64 {
	low, high := m.mean[0], m.mean[1]
	for range 60 {
		middle := (low + high) / 2
		if m.density(middle, 0)-m.density(middle, 1) >= math.Log(odds) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
