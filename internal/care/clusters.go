package care

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/internal/umap"
)

// Clusters are points that belong together, whatever their labels.
type Clusters struct {
	Silhouette float64   // mean over all points, in [-1, 1]; see findClusters
	Clusters   []Cluster // the largest first; none where there are fewer than three points
}

// Cluster is a group of points.
type Cluster struct {
	Medoid     int     // the point with the smallest sum of distances from the others
	Points     []int   // nearest to the cluster's middle first, so the medoid is the first
	Silhouette float64 // mean over its points
}

// sampleSize is how many points are compared each with each: their distances take 64 MiB.
const sampleSize = 4096

// maxClusters is how many clusters there can be: more than a person would go through.
const maxClusters = 50

// findClusters merges points by Ward's method (1963), in which two clusters join whose joining adds least to the squared
// distances from the clusters' means; points have length 1, so squared distances are twice the cosine distances. How many
// clusters there are is what makes the mean silhouette largest (Rousseeuw, 1987), by the cosine distance: for a point, how
// much nearer its own cluster is than the next one. Of more points than sampleSize, every so many are merged, and the others join
// the cluster whose mean is nearest; silhouettes are always those of all points.
func findClusters(ctx context.Context, x umap.Matrix) (Clusters, error) {
	if x.Rows < 3 {
		return Clusters{}, nil
	}
	sample, of := sampled(x)
	squares, err := umap.SquaredDistances(ctx, sample, cosine)
	if err != nil {
		return Clusters{}, err
	}
	merges, err := ward(ctx, squares, sample.Rows)
	if err != nil {
		return Clusters{}, err
	}
	most := min(maxClusters, sample.Rows-1)
	labels, tree := cutTree(merges, sample.Rows, most)
	p := newPartition(unit(x), most)
	if of == 1 {
		p.take(labels)
	} else {
		p.adopt(labels, of)
	}
	best, err := p.best(ctx, tree)
	if err != nil {
		return Clusters{}, err
	}
	return best.clusters(p), nil
}

// sampled takes every so many points.
func sampled(x umap.Matrix) (umap.Matrix, int) {
	of := (x.Rows + sampleSize - 1) / sampleSize
	if of == 1 {
		return x, 1
	}
	s := umap.Matrix{Cols: x.Cols}
	for i := 0; i < x.Rows; i += of {
		s.Data = append(s.Data, x.Row(i)...)
		s.Rows++
	}
	return s, of
}

// partition is points in clusters, with the sums of each cluster's points: the sum of a point's cosine distances from a
// cluster of n is n less its product with the cluster's sum.
type partition struct {
	x     umap.Matrix // of length 1
	label []int       // of every point
	size  []int       // of every cluster
	sum   [][]float64 // of every cluster's points
	near  [][]float64 // of every point and cluster: their product
}

func newPartition(x umap.Matrix, clusters int) *partition {
	p := &partition{x: x, size: make([]int, clusters), sum: make([][]float64, clusters)}
	for c := range p.sum {
		p.sum[c] = make([]float64, x.Cols)
	}
	return p
}

// take puts points into clusters.
func (p *partition) take(labels []int) {
	p.label = labels
	for c := range p.sum {
		clear(p.sum[c])
		p.size[c] = 0
	}
	for i, c := range labels {
		p.size[c]++
		for j, v := range p.x.Row(i) {
			p.sum[c][j] += float64(v)
		}
	}
}

// adopt puts every point into the cluster whose mean is nearest; labels are those of every so many points.
func (p *partition) adopt(labels []int, of int) {
	for s, c := range labels {
		p.size[c]++
		for j, v := range p.x.Row(s * of) {
			p.sum[c][j] += float64(v)
		}
	}
	offset := make([]float64, len(p.sum)) // half the squared length of the mean
	for c, sum := range p.sum {
		for _, v := range sum {
			offset[c] += v * v / 2 / float64(p.size[c]) / float64(p.size[c])
		}
	}
	all := make([]int, p.x.Rows)
	for i := range all {
		if i%of == 0 {
			all[i] = labels[i/of]
			continue
		}
		nearest := math.Inf(-1)
		for c, sum := range p.sum {
			if v := dot(p.x.Row(i), sum)/float64(p.size[c]) - offset[c]; v > nearest {
				all[i], nearest = c, v
			}
		}
	}
	p.take(all)
}

// choice is a number of clusters and what it is worth.
type choice struct {
	label      []int
	silhouette float64
	each       []float64 // of every point
}

// best merges clusters as the tree says and returns the cut with the largest silhouette, the one with fewer clusters where
// two are equal.
func (p *partition) best(ctx context.Context, tree [][2]int) (choice, error) {
	p.near = make([][]float64, p.x.Rows)
	for i := range p.near {
		p.near[i] = make([]float64, len(p.sum))
		for c, sum := range p.sum {
			p.near[i][c] = dot(p.x.Row(i), sum)
		}
		if i%256 == 0 && ctx.Err() != nil {
			return choice{}, ctx.Err()
		}
	}
	best := choice{silhouette: math.Inf(-1)}
	for step := 0; ; step++ {
		if ctx.Err() != nil {
			return choice{}, ctx.Err()
		}
		if now := p.silhouette(); now.silhouette >= best.silhouette {
			best = now
			best.label = slices.Clone(p.label)
		}
		if step >= len(tree)-1 { // the last merge leaves one cluster
			return best, nil
		}
		p.merge(tree[step][0], tree[step][1])
	}
}

// merge makes one cluster of two.
func (p *partition) merge(into, from int) {
	p.size[into] += p.size[from]
	p.size[from] = 0
	for i := range p.label {
		p.near[i][into] += p.near[i][from]
		if p.label[i] == from {
			p.label[i] = into
		}
	}
}

// silhouette is that of all points, as scikit-learn computes it; a point alone in its cluster has 0.
func (p *partition) silhouette() choice {
	now := choice{each: make([]float64, len(p.label))}
	for i, own := range p.label {
		if p.size[own] == 1 {
			continue
		}
		other := math.Inf(1)
		for c, n := range p.size {
			if n > 0 && c != own {
				other = min(other, 1-p.near[i][c]/float64(n))
			}
		}
		// The point's product with itself is 1, or 0 where it has no length.
		self := 1.0
		if p.near[i][own] == 0 {
			self = 0
		}
		inside := 1 - (p.near[i][own]-self)/float64(p.size[own]-1)
		if span := max(inside, other); span > 0 {
			now.each[i] = (other - inside) / span
		}
		now.silhouette += now.each[i] / float64(len(p.label))
	}
	return now
}

// clusters lists the chosen clusters with their medoids.
func (c choice) clusters(p *partition) Clusters {
	p.take(c.label)
	members := make([][]int, len(p.size))
	for i, label := range c.label {
		members[label] = append(members[label], i)
	}
	all := Clusters{Silhouette: c.silhouette}
	for label, points := range members {
		if len(points) == 0 {
			continue
		}
		near := make(map[int]float64, len(points))
		cluster := Cluster{Points: points}
		for _, i := range points {
			near[i] = dot(p.x.Row(i), p.sum[label])
			cluster.Silhouette += c.each[i] / float64(len(points))
		}
		slices.SortStableFunc(points, func(a, b int) int { return cmp.Compare(near[b], near[a]) })
		cluster.Medoid = points[0]
		all.Clusters = append(all.Clusters, cluster)
	}
	slices.SortStableFunc(all.Clusters, func(a, b Cluster) int { return cmp.Compare(len(b.Points), len(a.Points)) })
	return all
}
