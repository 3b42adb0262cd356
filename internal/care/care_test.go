package care

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/internal/umap"
)

// blobs makes points around centers, rows of them for each kind.
func blobs(kinds, rows, cols int, spread float64) umap.Matrix {
	rng := rand.New(rand.NewPCG(uint64(kinds), uint64(cols)))
	m := umap.Matrix{Rows: kinds * rows, Cols: cols, Data: make([]float32, 0, kinds*rows*cols)}
	for range kinds {
		center := make([]float64, cols)
		for j := range center {
			center[j] = rng.NormFloat64()
		}
		for range rows {
			for j := range center {
				m.Data = append(m.Data, float32(center[j]+spread*rng.NormFloat64()))
			}
		}
	}
	return m
}

// withCopies adds slightly different copies of the first points, every third of them mirrored over a grid of 2.
func withCopies(m umap.Matrix, copies int, noise float64) umap.Matrix {
	rng := rand.New(rand.NewPCG(9, 9))
	for i := range copies {
		row := slices.Clone(m.Row(i * 3))
		if i%3 == 0 {
			for at := 0; at < len(row); at += 2 {
				slices.Reverse(row[at : at+2])
			}
		}
		for j := range row {
			row[j] += float32(noise * rng.NormFloat64())
		}
		m.Data = append(m.Data, row...)
		m.Rows++
	}
	return m
}

func TestPlantedCopiesAreFound(t *testing.T) {
	const points = 200
	for _, copies := range []int{0, 3, 30, 60} {
		m := withCopies(blobs(10, points/10, 64, 0.6), copies, 0.04)
		d := examine(t, m, 2).Duplicates
		if len(d.Groups) != copies {
			t.Errorf("%d copies: %d groups below %v", copies, len(d.Groups), d.Threshold)
			continue
		}
		for _, g := range d.Groups {
			one, other := g.Points[0], g.Points[1]
			if len(g.Points) != 2 || other.Point < points || one.Point != 3*(other.Point-points) {
				t.Errorf("%d copies: a group of %+v", copies, g.Points)
				continue
			}
			if want := (other.Point-points)%3 == 0; one.Mirrored != want || other.Mirrored != want {
				t.Errorf("%d copies: point %d is mirrored: %v", copies, other.Point, other.Mirrored)
			}
		}
	}
}

func TestEqualPointsAreDuplicatesHoweverFewThereAre(t *testing.T) {
	m := umap.Matrix{Rows: 3, Cols: 2, Data: []float32{1, 2, 2, 4, 3, -1}}
	d := examine(t, m, 0).Duplicates
	if len(d.Groups) != 1 || len(d.Groups[0].Points) != 2 || d.Groups[0].Nearest > smallest {
		t.Errorf("%+v", d)
	}
}

func TestOutliersStandAlone(t *testing.T) {
	m := blobs(4, 40, 16, 0.2)
	for i := range 16 {
		m.Data[50*16+i] = float32(-m.Data[50*16+i] + float32(i%3))
	}
	o := examine(t, m, 0).Outliers
	if len(o.Points) == 0 || o.Points[0] != 50 {
		t.Fatalf("outliers %v above %v", o.Points, o.Fence)
	}
	for i, factor := range o.Factor {
		if i != 50 && 2*factor > o.Factor[50] {
			t.Errorf("point %d has the factor %v, the one that stands alone %v", i, factor, o.Factor[50])
		}
	}
}

func TestEdges(t *testing.T) {
	zeros := umap.Matrix{Rows: 12, Cols: 3, Data: make([]float32, 36)}
	same := umap.Matrix{Rows: 9, Cols: 2, Data: slices.Repeat([]float32{1, 2}, 9)}
	for name, m := range map[string]umap.Matrix{
		"none": {Cols: 4}, "one": {Rows: 1, Cols: 2, Data: []float32{1, 2}}, "two": {Rows: 2, Cols: 1, Data: []float32{1, -1}},
		"three": {Rows: 3, Cols: 1, Data: []float32{1, 2, -3}}, "of no length": zeros, "equal": same,
	} {
		f := examine(t, m, 0)
		if len(f.Outliers.Factor) != m.Rows || len(f.Outliers.Points) != 0 {
			t.Errorf("%s: %+v", name, f.Outliers)
		}
		for _, factor := range f.Outliers.Factor {
			if math.IsNaN(factor) || math.IsInf(factor, 0) {
				t.Errorf("%s: a factor of %v", name, factor)
			}
		}
		if m.Rows > 1 {
			Suspects(f.Neighbors, make([]int, m.Rows))
		}
	}
	if got := examine(t, zeros, 0).Duplicates.Groups; len(got) != 1 || len(got[0].Points) != 12 {
		t.Errorf("vectors of no length: %+v", got)
	}
	if _, err := Examine(t.Context(), umap.Matrix{Rows: 2, Cols: 1, Data: []float32{1, float32(math.NaN())}}, 0); err == nil {
		t.Error("a vector that is no number was taken")
	}
}

func TestManyPointsAreMergedBySample(t *testing.T) {
	m := blobs(7, 700, 8, 0.15) // 4900, more than the sample
	c := examine(t, m, 0).Clusters
	if len(c.Clusters) != 7 {
		t.Fatalf("%d clusters", len(c.Clusters))
	}
	for _, cluster := range c.Clusters {
		kind := cluster.Points[0] / 700
		for _, i := range cluster.Points {
			if i/700 != kind {
				t.Fatalf("point %d is in the cluster of kind %d", i, kind)
			}
		}
	}
}

func TestSameForAnyNumberOfProcessors(t *testing.T) {
	m := withCopies(blobs(5, 60, 32, 0.5), 20, 0.03)
	many := examine(t, m, 2)
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	if one := examine(t, m, 2); !reflect.DeepEqual(one, many) {
		t.Error("one processor finds something else")
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Examine(ctx, blobs(5, 60, 32, 0.5), 2); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestSuspectsWithoutLabels(t *testing.T) {
	n := examine(t, blobs(3, 20, 8, 0.1), 0).Neighbors
	labels := make([]int, 60)
	for i := range labels {
		labels[i] = i / 20
	}
	labels[3], labels[7], labels[25] = -1, -1, 0
	got := Suspects(n, labels)
	if len(got) != 1 || got[0].Point != 25 || got[0].Suggested != 1 || got[0].Share < 0.9 || len(got[0].Neighbors) < 9 {
		t.Errorf("%+v", got)
	}
}

func TestBalance(t *testing.T) {
	for _, test := range []struct {
		sizes []int
		want  Balance
	}{
		{nil, Balance{}},
		{[]int{5}, Balance{1, 1, 1}},
		{[]int{10, 10, 0, 10, 10}, Balance{1, 4, 1}},
		{[]int{3, 1}, Balance{0.8112781244591328, math.Exp(0.5623351446188083), 3}}, // entropy 0.8113 bits
	} {
		got := BalanceOf(test.sizes)
		for i, pair := range [][2]float64{{got.Evenness, test.want.Evenness}, {got.Effective, test.want.Effective}, {got.Ratio, test.want.Ratio}} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%v: number %d is %v, want %v", test.sizes, i, pair[0], pair[1])
			}
		}
	}
}

// Seconds for 10,000 images of 1024 numbers each; x-neighbors is how many times as long all takes as finding neighbors.
func BenchmarkExamine(b *testing.B) {
	m := withCopies(blobs(20, 480, 1024, 0.8), 400, 0.05)
	for b.Loop() {
		examine(b, m, 2)
	}
}
