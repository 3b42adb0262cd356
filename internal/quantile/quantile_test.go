package quantile

import (
	"math"
	"testing"
)

func TestOf(t *testing.T) { // numpy.quantile([1, 2, 4, 8], q)
	for q, want := range map[float64]float64{0: 1, 0.5: 3, 0.25: 1.75, 0.9: 6.8, 1: 8} {
		if got := Of([]float64{1, 2, 4, 8}, q); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if got := Of([]float64{7}, 0.3); got != 7 {
		t.Errorf("of one value it is %v", got)
	}
}
