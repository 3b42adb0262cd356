package featvis

import (
	"math/rand/v2"
	"testing"
)

// TestStandardSides follows how large pictures get in Lucid's set: 128, 152, 144, 129 to 158, the same, 125 to 154; and
// every one of the eleven scales comes about.
func TestStandardSides(t *testing.T) {
	ts, err := ParseTransforms("standard")
	if err != nil {
		t.Fatal(err)
	}
	scaled := map[float64]bool{}
	for i := range 11 {
		scaled[float64(int(144*(1+float64(i-5)/50)))] = false
	}
	r := rand.New(rand.NewPCG(3, 3))
	for range 500 {
		side := 128.0
		var sides []float64
		for _, t := range ts {
			_, side = t.draw(r, side)
			sides = append(sides, side)
		}
		if _, known := scaled[sides[2]]; !known || sides[0] != 152 || sides[1] != 144 || sides[3] != sides[2] || sides[4] != sides[2]-4 {
			t.Fatalf("the sides are %v", sides)
		}
		scaled[sides[2]] = true
	}
	for side, seen := range scaled {
		if !seen {
			t.Errorf("a side of %v never came about", side)
		}
	}
}

// TestJitterAndPad: a jitter moves pictures by whole pixels, as far up as down; a pad alone leaves the middle where it is.
func TestJitterAndPad(t *testing.T) {
	ts, err := ParseTransforms("pad:12,jitter:8")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 4))
	down, right := map[float64]bool{}, map[float64]bool{}
	for range 500 {
		m := ts.draw(r, 128)
		if m.y < -4 || m.y > 4 || m.x < -4 || m.x > 4 || m != shift(m.y, m.x) {
			t.Fatalf("the map is %+v", m)
		}
		down[m.y], right[m.x] = true, true
	}
	if len(down) != 9 || len(right) != 9 {
		t.Errorf("%d places down and %d to the right came about, want 9 each", len(down), len(right))
	}
	if m := ts[:1].draw(r, 128); m != shift(0, 0) {
		t.Errorf("a pad alone is %+v", m)
	}
}
