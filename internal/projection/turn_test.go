package projection

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A map that was turned, mirrored and moved is turned back to within rounding.
func TestTurnOnto(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	target := make([]float32, 60)
	for i := range target {
		target[i] = float32(rng.NormFloat64()*3 + 5)
	}
	for _, angle := range []float64{0, 0.5, math.Pi / 2, 3, -2} {
		for _, mirror := range []float64{1, -1} {
			xy := make([]float32, len(target))
			for i := 0; i < len(xy); i += 2 {
				x, y := float64(target[i]), mirror*float64(target[i+1])
				xy[i], xy[i+1] = float32(x*math.Cos(angle)-y*math.Sin(angle)+7), float32(x*math.Sin(angle)+y*math.Cos(angle)-9)
			}
			turnOnto(xy, target).apply(xy)
			for i := range xy {
				if math.Abs(float64(xy[i]-target[i])) > 1e-4 {
					t.Fatalf("angle %v, mirror %v: number %d is %v, want %v", angle, mirror, i, xy[i], target[i])
				}
			}
		}
	}
	for _, xy := range [][]float32{{1, 1, 1, 1}, {}} { // no direction: nothing to turn
		turnOnto(xy, xy).apply(xy)
		for _, v := range xy {
			if v != 1 {
				t.Errorf("points in one place became %v", xy)
			}
		}
	}
}

func TestFlipOnto(t *testing.T) {
	target := []float32{1, 5, 2, 7, 3, 6}
	xy := []float32{-1, 5, -2, 7, -3, 6}
	f := flipOnto(xy, target)
	if f.apply(xy); f != (flipping{true, false}) || xy[0] != 1 || xy[1] != 5 || xy[4] != 3 {
		t.Errorf("flipped %v to %v", f, xy)
	}
}

func TestCommon(t *testing.T) {
	a, b := common([]int64{1, 3, 4}, []float32{1, 1, 3, 3, 4, 4}, []int64{2, 3, 4, 5}, []float32{20, 20, 30, 30, 40, 40, 50, 50})
	if len(a) != 4 || a[0] != 3 || a[3] != 4 || b[0] != 30 || b[3] != 40 {
		t.Errorf("common points %v, %v", a, b)
	}
}
