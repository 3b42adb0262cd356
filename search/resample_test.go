package search

import (
	"math"
	"testing"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store/storetest"
)

func TestResampleOnceForTheSameValues(t *testing.T) {
	s := NewService(storetest.New(t), nil)
	lists := [][]float64{{1, 0, math.NaN(), 0.5}, {0, 1, 1, 0}}
	first := s.resample(lists)
	if s.resample([][]float64{{1, 0, math.NaN(), 0.5}, {0, 1, 1, 0}}) != first {
		t.Error("the same values are drawn for again")
	}
	for _, other := range [][][]float64{{{0, 1, 1, 0}, {1, 0, math.NaN(), 0.5}}, {{1, 0, math.NaN(), 0.5, 0}, {1, 1, 0}}, {{1, 0, math.NaN(), 0.5}}} {
		if digest(other) == digest(lists) {
			t.Errorf("%v were taken for %v", other, lists)
		}
	}
	low, high := first.Interval(0)
	if l, h := retrieval.NewBootstrap(lists).Interval(0); l != low || h != high {
		t.Errorf("[%v, %v], want [%v, %v]", low, high, l, h)
	}
}
