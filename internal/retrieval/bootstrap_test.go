package retrieval

import (
	"math"
	"math/rand/v2"
	"testing"
)

func draws(n int, mean, spread float64, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	list := make([]float64, n)
	for i := range list {
		list[i] = mean + spread*rng.NormFloat64()
	}
	return list
}

// For many values the interval of a mean is that of the central limit theorem: ± 1.96 standard errors.
func TestIntervalAgreesWithTheory(t *testing.T) {
	values := draws(2000, 0.6, 0.2, 1)
	mean, n := Mean(values)
	low, high := NewBootstrap([][]float64{values}).Interval(0)
	want := 1.96 * 0.2 / math.Sqrt(float64(n))
	if math.Abs(mean-low-want) > 0.1*want || math.Abs(high-mean-want) > 0.1*want {
		t.Errorf("[%v, %v] around %v, theory has ± %v", low, high, mean, want)
	}
}

func TestBootstrapIsRepeatable(t *testing.T) {
	values := [][]float64{draws(50, 1, 1, 3)}
	a, b := NewBootstrap(values), NewBootstrap(values)
	aLow, aHigh := a.Interval(0)
	if bLow, bHigh := b.Interval(0); aLow != bLow || aHigh != bHigh {
		t.Errorf("[%v, %v] and then [%v, %v]", aLow, aHigh, bLow, bHigh)
	}
}

// Paired draws see a difference that every query shows, however much queries differ among themselves.
func TestDifferenceIsPaired(t *testing.T) {
	base := draws(100, 0.5, 10, 2)
	better := make([]float64, len(base))
	for i, x := range base {
		better[i] = x + 0.01
	}
	b := NewBootstrap([][]float64{base, better})
	low, high, ahead := b.Difference(1, 0)
	if ahead != 1 || math.Abs(low-0.01) > 1e-9 || math.Abs(high-0.01) > 1e-9 {
		t.Errorf("ahead in %v of the draws, by [%v, %v]", ahead, low, high)
	}
	if b.Wins(1, []int{0, 1}) != 1 || b.Wins(0, []int{0, 1}) != 0 {
		t.Error("the better list does not win all draws")
	}
	if _, _, ahead := NewBootstrap([][]float64{base, base}).Difference(0, 1); ahead != 0.5 {
		t.Errorf("a list is ahead of itself in %v of the draws", ahead)
	}
}

func TestBootstrapWithGaps(t *testing.T) {
	nan := math.NaN()
	b := NewBootstrap([][]float64{{1, nan, 1, nan}, {2, 2, 2, 2}})
	if low, high := b.Interval(1); low != 2 || high != 2 {
		t.Errorf("[%v, %v] of equal values", low, high)
	}
	if mean, n := Mean([]float64{1, nan, 1, nan}); mean != 1 || n != 2 {
		t.Errorf("mean %v of %d", mean, n)
	}
	if low, high := NewBootstrap([][]float64{{}}).Interval(0); low != 0 || high != 0 {
		t.Errorf("[%v, %v] of nothing", low, high)
	}
}
