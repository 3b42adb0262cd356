package umap

import (
	"math"
	"slices"
	"testing"
)

// layers are the same points seen three times, less and less clearly.
func layers() ([]Matrix, []int) {
	base, labels := mixture{300, 32, 6, 8, 1.5, 21}.make()
	all := []Matrix{base}
	for l := 1; l < 4; l++ {
		all = append(all, points(base.Rows, base.Cols, func(i, j int) float64 {
			return float64(base.Row(i)[j]) + 0.3*float64(l)*gauss(uint64(100+l), i*base.Cols+j)
		}))
	}
	return all, labels
}

// moved is how far points move from one map to the next, as a share of the first map's standard deviation.
func moved(a, b *Map) float64 {
	mean := a.matrix().means()
	change, size := 0.0, 0.0
	for at, v := range a.Coordinates {
		change += math.Pow(float64(b.Coordinates[at]-v), 2)
		size += math.Pow(float64(v)-mean[at%a.Components], 2)
	}
	return math.Sqrt(change / size)
}

func TestFitAligned(t *testing.T) {
	xs, labels := layers()
	o := DefaultOptions()
	aligned := must(FitAligned(ctx, xs, DefaultAlignedOptions(), o))(t)
	for i, m := range aligned {
		alone := must(Fit(ctx, xs[i], o))(t)
		measure := func(m *Map) (trust, accuracy float64) {
			trust = must(Trustworthiness(ctx, xs[i], m.matrix(), Trust{Neighbors: 15, Metric: Euclidean}))(t)
			return trust, must(NeighborAccuracy(ctx, m.matrix(), labels, 15))(t)
		}
		trust, accuracy := measure(m)
		trustAlone, accuracyAlone := measure(alone)
		if trust < trustAlone-0.02 || accuracy < accuracyAlone-0.03 {
			t.Errorf("map %d: trustworthiness %.3f and accuracy %.3f, alone %.3f and %.3f", i, trust, accuracy, trustAlone, accuracyAlone)
		}
		if i == 0 {
			continue
		}
		before := must(Fit(ctx, xs[i-1], o))(t)
		if together, apart := moved(aligned[i-1], m), moved(before, alone); together > 0.35 || together > apart/2 {
			t.Errorf("map %d: points move by %.2f of the map's size, by %.2f if it is not aligned", i, together, apart)
		}
	}
	again := must(FitAligned(ctx, xs, DefaultAlignedOptions(), o))(t)
	if !slices.Equal(again[3].Coordinates, aligned[3].Coordinates) {
		t.Error("the same seed makes other maps")
	}
}

func TestFitAlignedRefuses(t *testing.T) {
	a, b := points(5, 3, noise), points(6, 3, noise)
	if _, err := FitAligned(ctx, []Matrix{a, b}, DefaultAlignedOptions(), DefaultOptions()); err == nil {
		t.Error("maps of 5 and of 6 points are aligned")
	}
	if _, err := FitAligned(ctx, []Matrix{a}, AlignedOptions{Regularisation: -1}, DefaultOptions()); err == nil {
		t.Error("a negative regularisation is taken")
	}
	for n := 1; n < 4; n++ {
		x := points(n, 3, noise)
		if _, err := FitAligned(ctx, []Matrix{x, x}, DefaultAlignedOptions(), DefaultOptions()); err != nil {
			t.Errorf("%d points: %v", n, err)
		}
	}
}

// A layout that is turned, mirrored and moved is turned back.
func TestAlign(t *testing.T) {
	base := points(20, 2, noise).Data
	layout := slices.Clone(base)
	for i := range 20 {
		x, y := base[2*i], base[2*i+1]
		layout[2*i], layout[2*i+1] = 0.6*x-0.8*y+4, -(0.8*x+0.6*y)-7
	}
	align(base, layout, 2)
	for i := range base {
		if math.Abs(float64(base[i]-layout[i])) > 1e-5 {
			t.Fatalf("coordinate %d is %v, was %v", i, layout[i], base[i])
		}
	}
}
