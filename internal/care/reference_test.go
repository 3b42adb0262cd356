package care

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/convnet-playground/convnet/internal/umap"
)

// reference is what scripts/fixtures/care/make.py has written.
type reference struct {
	Rows, Cols int
	Data       []float32
	Factors    []float64
	Clusters   []struct {
		K          int
		Labels     []int
		Silhouette float64
		Samples    []float64
	}
	Labels, Kinds []int
	Shares        [][]float64
}

func readReference(t *testing.T) (reference, umap.Matrix) {
	t.Helper()
	data, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r, umap.Matrix{Rows: r.Rows, Cols: r.Cols, Data: r.Data}
}

func examine(t testing.TB, x umap.Matrix, grid int) *Findings {
	t.Helper()
	f, err := Examine(t.Context(), x, grid)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Distances are floats of 32 bits here, hence the tolerance.
const tolerance = 1e-5

func TestOutlierFactorsAreScikitLearns(t *testing.T) {
	want, x := readReference(t)
	for i, got := range examine(t, x, 0).Outliers.Factor {
		if math.Abs(got-want.Factors[i]) > tolerance*want.Factors[i] {
			t.Errorf("point %d has the factor %v, scikit-learn says %v", i, got, want.Factors[i])
		}
	}
}

func TestWardsClustersAreScikitLearns(t *testing.T) {
	want, x := readReference(t)
	squares, err := umap.SquaredDistances(t.Context(), x, cosine)
	if err != nil {
		t.Fatal(err)
	}
	merges, err := ward(t.Context(), squares, x.Rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range want.Clusters {
		labels, _ := cutTree(merges, x.Rows, c.K)
		if !samePartition(labels, c.Labels) {
			t.Errorf("%d clusters are others than scikit-learn's", c.K)
		}
		p := newPartition(unit(x), c.K)
		p.take(labels)
		p.near = products(p)
		got := p.silhouette()
		if math.Abs(got.silhouette-c.Silhouette) > tolerance {
			t.Errorf("%d clusters have the silhouette %v, scikit-learn says %v", c.K, got.silhouette, c.Silhouette)
		}
		for i, s := range got.each {
			if math.Abs(s-c.Samples[i]) > tolerance {
				t.Errorf("%d clusters: point %d has the silhouette %v, scikit-learn says %v", c.K, i, s, c.Samples[i])
			}
		}
	}
}

func TestAsManyClustersAsTheSilhouetteSays(t *testing.T) {
	want, x := readReference(t)
	best := want.Clusters[0]
	for _, c := range want.Clusters {
		if c.Silhouette > best.Silhouette {
			best = c
		}
	}
	got := examine(t, x, 0).Clusters
	labels := make([]int, x.Rows)
	for number, c := range got.Clusters {
		for _, i := range c.Points {
			labels[i] = number
		}
		if c.Medoid != medoid(x, c.Points) {
			t.Errorf("cluster %d has the medoid %d, not %d", number, c.Medoid, medoid(x, c.Points))
		}
	}
	if len(got.Clusters) != best.K || !samePartition(labels, best.Labels) {
		t.Errorf("%d clusters, scikit-learn's best are %d", len(got.Clusters), best.K)
	}
}

// medoid tries every point.
func medoid(x umap.Matrix, points []int) int {
	u := unit(x)
	best, least := -1, math.Inf(1)
	for _, i := range points {
		sum := 0.0
		for _, j := range points {
			for c, v := range u.Row(i) {
				sum -= float64(v) * float64(u.Row(j)[c])
			}
		}
		if sum < least {
			best, least = i, sum
		}
	}
	return best
}

func TestVotesAreScikitLearns(t *testing.T) {
	want, x := readReference(t)
	n := examine(t, x, 0).Neighbors
	for i := range want.Shares {
		for c, got := range votes(n, i, want.Labels, len(want.Shares[i])) {
			if math.Abs(got-want.Shares[i][c]) > 1e-12 {
				t.Errorf("point %d: %v of its neighbors have label %d, scikit-learn says %v", i, got, c, want.Shares[i][c])
			}
		}
	}
}

// Some points with a wrong label stand alone, so that their neighbors say nothing.
func TestSuspectsAreTheMislabelled(t *testing.T) {
	want, x := readReference(t)
	wrong, found := 0, 0
	suspects := Suspects(examine(t, x, 0).Neighbors, want.Labels)
	for i, kind := range want.Kinds {
		if want.Labels[i] != kind {
			wrong++
		}
	}
	for _, s := range suspects {
		if want.Labels[s.Point] != want.Kinds[s.Point] && s.Suggested == want.Kinds[s.Point] {
			found++
		}
	}
	t.Logf("%d labels are wrong; %d suspects, %d of them rightly", wrong, len(suspects), found)
	if found*10 < wrong*8 || found*10 < len(suspects)*8 {
		t.Errorf("of %d wrong labels %d were found, among %d suspects", wrong, found, len(suspects))
	}
}

func products(p *partition) [][]float64 {
	near := make([][]float64, p.x.Rows)
	for i := range near {
		for _, sum := range p.sum {
			near[i] = append(near[i], dot(p.x.Row(i), sum))
		}
	}
	return near
}

func samePartition(a, b []int) bool {
	to, from := map[int]int{}, map[int]int{}
	for i := range a {
		if v, ok := to[a[i]]; ok && v != b[i] {
			return false
		}
		if v, ok := from[b[i]]; ok && v != a[i] {
			return false
		}
		to[a[i]], from[b[i]] = b[i], a[i]
	}
	return len(a) == len(b)
}
