package umap

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// reference is what umap-learn 0.5.3 and scikit-learn 1.2.1 make of 60 points (scripts/fixtures/umap), one of them there
// twice. Their distances are float32, and so are sigmas, rhos and weights.
type reference struct {
	Curves     [][4]float64 // spread, min_dist, a, b
	Points     []float32    // 60 × 8
	Labels     []int
	Membership []float64 // of the neighbors in the first graph
	Graphs     []struct {
		Metric        string
		P, Mix, Local float64
		Distance      []float64 // 60 × 15
		Sigma, Rho    []float64
		Start         []int
		Col           []int32
		Weight        []float64
	}
	Laplacian             []float64 // the smallest eigenvalues of the first graph's normalised Laplacian
	PCA                   []float64 // 60 × 3
	Flat                  []float32 // a map
	Trustworthiness       map[int]float64
	TrustworthinessCosine float64 `json:"trustworthiness_cosine"`
	Votes                 float64 // accuracy of 15 neighbors on the map
}

func readReference(t *testing.T) (r reference, x Matrix) {
	t.Helper()
	data, err := os.ReadFile("testdata/umap-learn.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r, Matrix{60, 8, r.Points}
}

// near fails where numbers differ by more than a share of the larger, or of 1 where both are small.
func near[A, B float32 | float64](t *testing.T, what string, got []A, want []B, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			t.Fatalf("%s: number %d is %.9g, want %.9g", what, i, g, w)
		}
	}
}

func TestPointsOfReference(t *testing.T) {
	_, want := readReference(t)
	got, _ := mixture{60, 8, 4, 5, 1, 60}.make()
	copy(got.Row(7), got.Row(3))
	near(t, "points", got.Data, want.Data, 2e-7)
}

func TestCurve(t *testing.T) {
	r, _ := readReference(t)
	for _, c := range r.Curves {
		a, b := fitCurve(c[0], c[1])
		near(t, "a and b", []float64{a, b}, c[2:], 1e-5)
	}
	// Measured once with scipy 1.10's curve_fit; the same numbers that umap-learn's documentation gives for its defaults.
	a, b := fitCurve(1, 0.1)
	near(t, "a and b", []float64{a, b}, []float64{1.57694346, 0.89506088}, 1e-6)
}

func TestGraphs(t *testing.T) {
	r, x := readReference(t)
	for i, g := range r.Graphs {
		metric := Metric{g.Metric, g.P}
		n := must(NearestNeighbors(ctx, x, 15, metric))(t)
		near(t, g.Metric+" distances", n.Distance, g.Distance, 1e-6)
		mean := mean(n.Distance)
		for row := range x.Rows {
			sigma, rho := smooth(n.Distance[row*15:(row+1)*15], g.Local, mean)
			near(t, g.Metric+" sigma and rho", []float64{sigma, rho}, []float64{g.Sigma[row], g.Rho[row]}, 2e-5)
		}
		weights := must(memberships(ctx, n, g.Local, true))(t)
		if i == 0 {
			for at, d := range g.Distance { // which of two equal points comes first differs
				if d > 0 {
					near(t, "membership", weights[at:at+1], r.Membership[at:at+1], 2e-5)
				}
			}
		}
		o := DefaultOptions()
		o.SetOpMixRatio, o.LocalConnectivity = g.Mix, g.Local
		w := must(fuzzy(ctx, n, o))(t)
		if len(w.Start) != len(g.Start) || len(w.Col) != len(g.Col) {
			t.Fatalf("%s: %d edges, want %d", g.Metric, len(w.Col), len(g.Col))
		}
		for e, col := range g.Col {
			if w.Col[e] != col {
				t.Fatalf("%s: edge %d leads to %d, want %d", g.Metric, e, w.Col[e], col)
			}
		}
		near(t, g.Metric+" weights", w.Weight, g.Weight, 3e-5)
	}
}

// Sigmas are found by bisection to where the memberships sum to log2 15 within 1e-5.
func TestMembershipsSum(t *testing.T) {
	x, _ := gm200.make()
	n := must(NearestNeighbors(ctx, x, 15, Euclidean))(t)
	for i := range x.Rows {
		row := n.Distance[i*15 : (i+1)*15]
		sigma, rho := smooth(row, 1, mean(n.Distance))
		total := 0.0
		for _, d := range row[1:] {
			total += membership(d, sigma, rho)
		}
		near(t, "sum", []float64{total}, []float64{math.Log2(15)}, 1e-5)
	}
}

// The graph does not change when all points are scaled, and changes its numbers only when they change theirs.
func TestGraphInvariance(t *testing.T) {
	x, _ := mixture{150, 12, 4, 5, 1, 3}.make()
	graph := func(x Matrix) Graph {
		return must(must(newSpace(ctx, x, Euclidean))(t).graph(ctx, DefaultOptions()))(t)
	}
	plain := graph(x)
	scaled := graph(points(150, 12, func(i, j int) float64 { return 8 * float64(x.Row(i)[j]) }))
	near(t, "weights of scaled points", scaled.Weight, plain.Weight, 1e-6)
	turned := graph(points(150, 12, func(i, j int) float64 { return float64(x.Row(149 - i)[j]) }))
	for i := range x.Rows {
		cols, weights := plain.row(i)
		other, otherWeights := turned.row(149 - i)
		if len(cols) != len(other) {
			t.Fatalf("row %d has %d edges, turned round %d", i, len(cols), len(other))
		}
		for c, j := range cols {
			if w := weights[c]; !(w > 0 && w <= 1) || other[len(other)-1-c] != 149-j {
				t.Fatalf("row %d: weight %v, column %d, turned round %d", i, w, j, other[len(other)-1-c])
			}
			near(t, "weight", weights[c:c+1], otherWeights[len(other)-1-c:len(other)-c], 1e-5)
		}
	}
}

func TestSpectral(t *testing.T) {
	r, x := readReference(t)
	n := must(NearestNeighbors(ctx, x, 15, Euclidean))(t)
	g := must(fuzzy(ctx, n, DefaultOptions()))(t)
	p := must(spectral(ctx, g, 3, 1))(t)
	for c, v := range p.values {
		near(t, "eigenvalue", []float64{1 - v}, r.Laplacian[c+1:c+2], 1e-5)
	}
	x, _ = mixture{3000, 16, 6, 8, 1.5, 4}.make()
	g = must(must(newSpace(ctx, x, Euclidean))(t).graph(ctx, DefaultOptions()))(t)
	p = must(spectral(ctx, g, 2, 1))(t)
	degree := make([]float64, g.Rows())
	for i := range degree {
		_, weights := g.row(i)
		for _, w := range weights {
			degree[i] += float64(w)
		}
	}
	for c, v := range p.vectors {
		residual, first := 0.0, 0.0
		for i := range v {
			cols, weights := g.row(i)
			at := p.values[c] * v[i]
			for e, j := range cols {
				at -= float64(weights[e]) * v[j] / math.Sqrt(degree[i]*degree[j])
			}
			residual, first = residual+at*at, first+v[i]*math.Sqrt(degree[i])
		}
		if residual = math.Sqrt(residual); residual > 1e-3 || math.Abs(first) > 1e-6 {
			t.Errorf("eigenvector %d of value %v: residual %v, product with the first %v", c, p.values[c], residual, first)
		}
	}
}

// The sign of a component is that in which its largest number is positive, as in scikit-learn.
func TestPCA(t *testing.T) {
	r, x := readReference(t)
	near(t, "PCA", must(PCA(ctx, x, 3))(t), r.PCA, 2e-5)
	for _, cols := range []int{20, 58, 180} { // dimensions in which no two points differ change nothing
		padded := points(x.Rows, cols, func(i, j int) float64 {
			if j < x.Cols {
				return float64(x.Row(i)[j])
			}
			return 3
		})
		near(t, fmt.Sprintf("PCA in %d dimensions", cols), must(PCA(ctx, padded, 3))(t), r.PCA, 2e-5)
	}
	line := points(30, 3, func(i, j int) float64 { return float64(i*(j+1)) - 20 })
	flat := must(PCA(ctx, line, 2))(t)
	for i := range 30 {
		near(t, "points on a line", flat[2*i:2*i+2], []float64{math.Sqrt(14) * (flatLine(flat) * (float64(i) - 14.5)), 0}, 1e-4)
	}
	if flat := must(PCA(ctx, points(5, 1, noise), 2))(t); len(flat) != 10 || flat[1] != 0 {
		t.Errorf("one dimension becomes %v", flat)
	}
}

// flatLine says which end of a line became positive.
func flatLine(flat []float32) float64 {
	if flat[0] > 0 {
		return -1
	}
	return 1
}

func TestQuality(t *testing.T) {
	r, x := readReference(t)
	flat := Matrix{60, 2, r.Flat}
	for k, want := range r.Trustworthiness {
		got := must(Trustworthiness(ctx, x, flat, Trust{Neighbors: k, Metric: Euclidean}))(t)
		near(t, "trustworthiness", []float64{got}, []float64{want}, 1e-4)
	}
	got := must(Trustworthiness(ctx, x, flat, Trust{Neighbors: 15, Metric: Metric{Name: "cosine"}}))(t)
	near(t, "trustworthiness by cosine", []float64{got}, []float64{r.TrustworthinessCosine}, 1e-4)
	got = must(NeighborAccuracy(ctx, flat, r.Labels, 15))(t)
	near(t, "accuracy", []float64{got}, []float64{r.Votes}, 1e-9)
	every := must(Trustworthiness(ctx, x, flat, Trust{Neighbors: 15, Metric: Euclidean, Every: 7}))(t)
	near(t, "trustworthiness of some points", []float64{every}, []float64{r.Trustworthiness[15]}, 0.05)
}

func TestNeighborhoodOverlap(t *testing.T) {
	a := Neighbors{Rows: 2, K: 3, Index: []int32{0, 1, 2, 1, 0, 2}}
	b := Neighbors{Rows: 2, K: 3, Index: []int32{0, 3, 1, 1, 0, 2}}
	near(t, "overlap", []float64{must(NeighborhoodOverlap(a, b))(t)}, []float64{0.75}, 1e-12)
	if _, err := NeighborhoodOverlap(a, Neighbors{Rows: 2, K: 2, Index: []int32{0, 1, 1, 0}}); err == nil {
		t.Error("neighborhoods of two sizes are compared")
	}
}

func TestQualityRefuses(t *testing.T) {
	x, flat := points(20, 3, noise), points(20, 2, noise)
	for _, k := range []int{0, 10} {
		if _, err := Trustworthiness(ctx, x, flat, Trust{Neighbors: k, Metric: Euclidean}); err == nil {
			t.Errorf("trustworthiness of 20 points by %d neighbors", k)
		}
	}
	if _, err := NeighborAccuracy(ctx, flat, make([]int, 19), 5); err == nil {
		t.Error("19 labels for 20 points")
	}
}

// The table of a force is within 2e-4 of the function.
func TestForces(t *testing.T) {
	a, b := fitCurve(1, 0.1)
	table := pull(a, b)
	for d := 1e-6; d < 1e4; d *= 1.013 {
		want := -2 * a * b * math.Pow(d, b-1) / (1 + a*math.Pow(d, b))
		got := float64(table.at(float32(d)))
		if math.Abs(got-want) > 2e-4*math.Abs(want) {
			t.Fatalf("the pull at %v is %v, want %v", d, got, want)
		}
	}
}
