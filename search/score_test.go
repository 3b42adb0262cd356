package search

import (
	"math"
	"slices"
	"testing"
)

func repeat(hit bool, n int) []bool { return slices.Repeat([]bool{hit}, n) }

func TestWeightedScore(t *testing.T) {
	tests := []struct {
		name  string
		ranks []bool
		want  float64
	}{
		{"nothing to judge", nil, 0},
		{"all hits", repeat(true, 15), 100},
		{"no hit", repeat(false, 15), 0},
		{"only the first: 15 of 120 points", append([]bool{true}, repeat(false, 14)...), 12.5},
		{"only the last: 1 of 120 points", append(repeat(false, 14), true), 100.0 / 120},
		{"the first three: 15 + 14 + 13 of 120", append(repeat(true, 3), repeat(false, 12)...), 35},
		{"a small dataset: 15 of 15 + 14", []bool{true, false}, 100 * 15.0 / 29},
		{"ranks beyond the fifteenth do not count", append(repeat(false, 15), repeat(true, 5)...), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := weightedScore(tt.ranks); math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScoreQuery(t *testing.T) {
	if s := scoreQuery("", repeat(true, 3)); s != nil {
		t.Errorf("without a category: %+v", s)
	}
	if s := scoreQuery("cat", nil); s != nil {
		t.Errorf("without another image: %+v", s)
	}
	s := scoreQuery("cat", append(repeat(true, 13), repeat(false, 2)...))
	if s.Explanation != "13 of 15 are “cat”" || s.Hits != 13 || s.Of != 15 {
		t.Errorf("got %+v", s)
	}
	// Points of 15 + 14 + … + 1 = 120, without those of the last two places.
	if want := "(15 + 14 + 13 + 12 + 11 + 10 + 9 + 8 + 7 + 6 + 5 + 4 + 3) ÷ 120 = 98 %"; s.Formula != want {
		t.Errorf("formula %q, want %q", s.Formula, want)
	}
	if s := scoreQuery("cat", repeat(false, 2)); s.Formula != "(0) ÷ 29 = 0 %" {
		t.Errorf("formula %q", s.Formula)
	}
	if s := scoreQuery("cat", []bool{true, false}); s.Explanation != "1 of 2 is “cat”" {
		t.Errorf("got %q", s.Explanation)
	}
}

func TestSimilarity(t *testing.T) {
	for _, tt := range []struct{ distance, farthest, want float64 }{
		{0, 2, 1}, {2, 2, 0}, {0.5, 2, 0.75},
		{0, 0, 1},        // all images alike
		{3, 2, 0},        // never below 0,
		{-1e-17, 1e9, 1}, // nor above 1
	} {
		if got := similarity(tt.distance, tt.farthest); got != tt.want {
			t.Errorf("similarity(%v, %v) = %v, want %v", tt.distance, tt.farthest, got, tt.want)
		}
	}
}
