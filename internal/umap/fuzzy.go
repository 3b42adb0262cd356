package umap

import (
	"context"
	"math"
)

// smooth finds, for one row of distances to neighbors (the point itself first), the distance rho up to which neighbors
// count fully, and the scale sigma at which the membership of the others decays, so that the memberships of all but the
// first sum to log2 of their number. It is umap-learn's smooth_knn_dist.
func smooth(distances []float32, localConnectivity, meanOfAll float64) (sigma, rho float64) {
	rho = connected(distances, localConnectivity)
	target := math.Log2(float64(len(distances)))
	lo, hi, mid := 0.0, math.Inf(1), 1.0
	for range 64 {
		total := 0.0
		for _, d := range distances[1:] {
			total += membership(d, mid, rho)
		}
		if math.Abs(total-target) < 1e-5 {
			break
		}
		if total > target {
			hi = mid
		} else {
			lo = mid
		}
		if math.IsInf(hi, 1) {
			mid *= 2
		} else {
			mid = (lo + hi) / 2
		}
	}
	if rho <= 0 {
		return max(mid, minScale*meanOfAll), rho
	}
	return max(mid, minScale*mean(distances)), rho
}

// minScale bounds sigma from below, as a share of the mean distance.
const minScale = 1e-3

// membership is how much a neighbor at a distance belongs to the neighborhood.
func membership(distance float32, sigma, rho float64) float64 {
	if d := float64(distance) - rho; d > 0 && sigma > 0 {
		return math.Exp(-d / sigma)
	}
	return 1
}

// connected is the distance up to which so many neighbors count fully; between two neighbors it is interpolated.
func connected(distances []float32, localConnectivity float64) float64 {
	var apart []float64 // the distances that are not 0
	for _, d := range distances {
		if d > 0 && !math.IsInf(float64(d), 1) {
			apart = append(apart, float64(d))
		}
	}
	if len(apart) == 0 {
		return 0
	}
	if float64(len(apart)) < localConnectivity {
		return apart[len(apart)-1]
	}
	whole := int(localConnectivity)
	part := localConnectivity - float64(whole)
	switch {
	case whole == 0:
		return part * apart[0]
	case part > 1e-5 && whole < len(apart):
		return apart[whole-1] + part*(apart[whole]-apart[whole-1])
	}
	return apart[whole-1]
}

func mean(distances []float32) float64 {
	total, count := 0.0, 0
	for _, d := range distances {
		if !math.IsInf(float64(d), 1) {
			total, count = total+float64(d), count+1
		}
	}
	return total / float64(max(count, 1))
}

// memberships are, for every entry of a table of neighbors, how much the neighbor belongs to the point's neighborhood:
// 0 for the point itself, where self says that it is among them, and for missing neighbors.
func memberships(ctx context.Context, n Neighbors, localConnectivity float64, self bool) ([]float32, error) {
	weights := make([]float32, len(n.Index))
	meanOfAll := mean(n.Distance)
	err := each(ctx, n.Rows, 256, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			distances := n.Distance[i*n.K : (i+1)*n.K]
			sigma, rho := smooth(distances, localConnectivity, meanOfAll)
			for c, j := range n.Index[i*n.K : (i+1)*n.K] {
				if j >= 0 && !(self && int(j) == i) {
					weights[i*n.K+c] = float32(membership(distances[c], sigma, rho))
				}
			}
		}
	})
	return weights, err
}
