package care

import (
	"context"
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/umap"
)

// Findings is what the vectors of a dataset say by themselves. Points are numbered as the rows of the matrix.
type Findings struct {
	Neighbors  umap.Neighbors // of every point, itself first
	Duplicates Duplicates
	Outliers   Outliers
	Clusters   Clusters
}

// neighbors is how many neighbors of a point are looked at, besides itself.
const neighbors = 20

// cosine is what points are compared by.
var cosine = umap.Metric{Name: "cosine"}

// Examine looks at all points. Grid says how a vector is made: for each channel, grid × grid cells of a picture, row by
// row, so that the vector of a picture's mirror image can be told; 0 where that is not known. Fewer than two points have
// no findings.
func Examine(ctx context.Context, x umap.Matrix, grid int) (*Findings, error) {
	f := &Findings{}
	if x.Rows < 2 {
		f.Outliers.Factor = make([]float64, x.Rows)
		return f, nil
	}
	var err error
	if f.Neighbors, err = umap.NearestNeighbors(ctx, x, min(neighbors+1, x.Rows), cosine); err != nil {
		return nil, fmt.Errorf("find neighbors: %w", err)
	}
	if f.Duplicates, err = findDuplicates(ctx, x, f.Neighbors, grid); err != nil {
		return nil, fmt.Errorf("find near-duplicates: %w", err)
	}
	f.Outliers = findOutliers(f.Neighbors)
	if f.Clusters, err = findClusters(ctx, x); err != nil {
		return nil, fmt.Errorf("find clusters: %w", err)
	}
	return f, nil
}

// unit returns the points scaled to length 1; a point of no length stays as it is.
func unit(x umap.Matrix) umap.Matrix {
	u := umap.Matrix{Rows: x.Rows, Cols: x.Cols, Data: make([]float32, len(x.Data))}
	for i := range x.Rows {
		from, to := x.Row(i), u.Row(i)
		sum := 0.0
		for _, v := range from {
			sum += float64(v) * float64(v)
		}
		if sum == 0 {
			continue
		}
		scale := 1 / math.Sqrt(sum)
		for j, v := range from {
			to[j] = float32(float64(v) * scale)
		}
	}
	return u
}

// dot multiplies a point with a sum of points.
func dot(a []float32, b []float64) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i]) * b[i]
		s1 += float64(a[i+1]) * b[i+1]
		s2 += float64(a[i+2]) * b[i+2]
		s3 += float64(a[i+3]) * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}
