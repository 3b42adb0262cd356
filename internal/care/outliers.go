package care

import (
	"cmp"
	"slices"

	"github.com/convnet-playground/convnet/internal/quantile"
	"github.com/convnet-playground/convnet/internal/umap"
)

// Outliers are points in emptier surroundings than their neighbors are.
type Outliers struct {
	Factor []float64 // local outlier factor of every point: about 1 amid others, larger the more it stands alone
	Fence  float64   // factors above are outliers
	Points []int     // those, the largest factor first
}

// findOutliers computes the local outlier factor (Breunig, Kriegel, Ng and Sander, 2000) as scikit-learn does, with all
// neighbors that there are. What counts as large is found from the factors: above the upper quartile by more than three
// times the distance of the quartiles (Tukey's outer fence).
func findOutliers(n umap.Neighbors) Outliers {
	o := Outliers{Factor: factors(n)}
	sorted := slices.Clone(o.Factor)
	slices.Sort(sorted)
	low, high := quantile.Of(sorted, 0.25), quantile.Of(sorted, 0.75)
	o.Fence = max(1, high+3*(high-low))
	for i, f := range o.Factor {
		if f > o.Fence {
			o.Points = append(o.Points, i)
		}
	}
	slices.SortStableFunc(o.Points, func(a, b int) int { return cmp.Compare(o.Factor[b], o.Factor[a]) })
	return o
}

// factors are the mean density of a point's neighbors, divided by its own.
func factors(n umap.Neighbors) []float64 {
	density := make([]float64, n.Rows)
	for i := range n.Rows {
		sum, count := 0.0, 0
		others(n, i, func(j int, d float64) {
			sum += max(d, farthest(n, j))
			count++
		})
		density[i] = 1 / (sum/float64(max(count, 1)) + 1e-10) // scikit-learn's, for points that are all equal
	}
	factor := make([]float64, n.Rows)
	for i := range n.Rows {
		sum, count := 0.0, 0
		others(n, i, func(j int, _ float64) {
			sum += density[j]
			count++
		})
		factor[i] = sum / float64(max(count, 1)) / density[i]
	}
	return factor
}

// farthest is the distance of a point's last neighbor.
func farthest(n umap.Neighbors, i int) float64 {
	for at := (i+1)*n.K - 1; at > i*n.K; at-- {
		if n.Index[at] >= 0 {
			return float64(n.Distance[at])
		}
	}
	return 0
}

// others calls do with a point's neighbors, itself left out.
func others(n umap.Neighbors, i int, do func(j int, distance float64)) {
	for at := i * n.K; at < (i+1)*n.K; at++ {
		if j := int(n.Index[at]); j >= 0 && j != i {
			do(j, float64(n.Distance[at]))
		}
	}
}
