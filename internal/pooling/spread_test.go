package pooling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// What the places get adds up to the cosine similarity, whatever the pooling.
func TestSpreadAddsUp(t *testing.T) {
	for _, s := range [][3]int{{3, 7, 7}, {2, 5, 3}, {4, 1, 1}, {6, 28, 28}, {16, 6, 9}} {
		for _, name := range []string{"avg", "max", "gem:1", "gem:2.5", "gem:3", "gem:4", "gem:10"} {
			for grid := 1; grid <= 3; grid++ {
				p := parse(t, fmt.Sprintf("%s/%dx%d", name, grid, grid)).Fit(s[0], s[1], s[2])
				for _, affine := range []bool{false, true} {
					t.Run(fmt.Sprintf("%v/%v/%v", s, p, affine), func(t *testing.T) { addsUp(t, p, s, affine) })
				}
			}
		}
	}
}

func addsUp(t *testing.T, p Pooling, shape [3]int, affine bool) {
	a, b := noise(shape[0], shape[1], shape[2], affine), noise(shape[0], shape[1], shape[2], affine)
	r := rand.New(rand.NewPCG(8, 9))
	for i := range b.Data {
		b.Data[i] += float32(r.NormFloat64())
	}
	va, vb := p.Of(a).Embedding, p.Of(b).Embedding
	norm := math.Sqrt(dot(va, va) * dot(vb, vb))
	cosine := dot(va, vb) / norm
	for _, side := range []struct {
		m     Map
		other []float32
	}{{a, vb}, {b, va}} {
		sum := 0.0
		for _, v := range p.Spread(side.m, side.other) {
			sum += v / norm
		}
		if d := math.Abs(sum - cosine); !(d <= 1e-5) {
			t.Errorf("the places add up to %v; the cosine similarity is %v", sum, cosine)
		}
	}
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// By hand: which place gets what.
func TestSpreadPlaces(t *testing.T) {
	for _, c := range []struct {
		pooling string
		plane   []float32 // 2 × 2
		want    []float64
	}{
		{"avg", []float32{1, 2, 3, -4}, []float64{0.25, 0.5, 0.75, -1}},
		{"max", []float32{1, 5, 5, -4}, []float64{0, 2.5, 2.5, 0}},
		{"max", []float32{-3, -1, -2, -4}, []float64{0, -1, 0, 0}},
		{"gem:2", []float32{3, 0, 0, 4}, []float64{2.5 * 9 / 25, 0, 0, 2.5 * 16 / 25}},
		{"gem:2", []float32{3, 0, -6, 4}, []float64{2.5 * 9 / 25, 0, -3, 2.5 * 16 / 25}},
		{"gem:3", []float32{0, 0, 0, 0}, []float64{0, 0, 0, 0}},
	} {
		m := Map{Channels: 1, Height: 2, Width: 2, Data: c.plane}
		for i, got := range parse(t, c.pooling).Spread(m, []float32{1}) {
			if math.Abs(got-c.want[i]) > 1e-12 {
				t.Errorf("%s of %v: place %d gets %v, want %v", c.pooling, c.plane, i, got, c.want[i])
			}
		}
	}
}

// Powers of large and of small values neither overflow nor vanish.
func TestSpreadExtremes(t *testing.T) {
	for _, v := range []float32{1e30, 1e-30, -1e30} {
		for _, name := range []string{"avg", "max", "gem:3", "gem:10"} {
			m := Map{Channels: 1, Height: 2, Width: 2, Data: []float32{v, v, v, v}}
			for _, got := range parse(t, name).Spread(m, []float32{1}) {
				if math.Abs(got/(float64(v)/4)-1) > 1e-6 {
					t.Errorf("%s of %v: a place gets %v", name, v, got)
				}
			}
		}
	}
}
