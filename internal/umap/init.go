package umap

import (
	"context"
	"math"
	"slices"
)

// extent of first layouts, before and after they are spread: as umap-learn has them.
const (
	initExtent = 10
	initNoise  = 1e-4
)

// initial is the first layout, spread over 0 to 10 in every dimension.
func initial(ctx context.Context, x *Matrix, g Graph, o Options) ([]float32, error) {
	layout, err := firstLayout(ctx, x, g, o)
	if err != nil {
		return nil, err
	}
	largest := 0.0
	for _, v := range layout {
		largest = max(largest, math.Abs(v))
	}
	noise := newStream(o.Seed, keyNoise)
	out := make([]float32, len(layout))
	for i, v := range layout {
		if largest > 0 {
			v *= initExtent / largest
		}
		out[i] = float32(v + initNoise*noise.normal())
	}
	spread(out, o.Components)
	return out, nil
}

func firstLayout(ctx context.Context, x *Matrix, g Graph, o Options) ([]float64, error) {
	switch {
	case o.Init == "pca" && x != nil:
		layout, err := PCA(ctx, *x, o.Components)
		return widen(layout), err
	case o.Init == "random":
		return scattered(g.Rows(), o), nil
	}
	return spectralLayout(ctx, x, g, o)
}

func scattered(n int, o Options) []float64 {
	s := newStream(o.Seed, keyInit)
	layout := make([]float64, n*o.Components)
	for i := range layout {
		layout[i] = initExtent * (2*s.uniform() - 1)
	}
	return layout
}

func widen(x []float32) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// spread stretches every dimension to 0 to 10.
func spread(x []float32, dims int) {
	for d := range dims {
		lo, hi := x[d], x[d]
		for at := d; at < len(x); at += dims {
			lo, hi = min(lo, x[at]), max(hi, x[at])
		}
		for at := d; at < len(x); at += dims {
			if hi > lo {
				x[at] = initExtent * (x[at] - lo) / (hi - lo)
			} else {
				x[at] = initExtent / 2
			}
		}
	}
}

// spectralLayout lays out a graph by its spectrum. Components that are not connected are laid out one by one and set
// where their centers belong, in a room that does not reach into their neighbors'.
func spectralLayout(ctx context.Context, x *Matrix, g Graph, o Options) ([]float64, error) {
	of, count := g.components()
	if count == 1 {
		return connectedLayout(ctx, g, o)
	}
	centers, err := componentCenters(ctx, x, of, count, o)
	if err != nil {
		return nil, err
	}
	points := make([][]int32, count)
	for i, c := range of {
		points[c] = append(points[c], int32(i))
	}
	layout := make([]float64, g.Rows()*o.Components)
	err = each(ctx, count, 1, func(lo, _ int) {
		part := o
		part.Seed = o.Seed + uint64(lo)
		placeComponent(ctx, g, points[lo], centers, lo, part, layout)
	})
	return layout, err
}

// connectedLayout falls back to a random layout where there are too few points to have a spectrum.
func connectedLayout(ctx context.Context, g Graph, o Options) ([]float64, error) {
	n := g.Rows()
	if n < 2*o.Components || n <= o.Components+1 {
		return scattered(n, o), nil
	}
	p, err := spectral(ctx, g, o.Components, o.Seed)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return scattered(n, o), nil
	}
	layout := make([]float64, n*o.Components)
	for d, v := range p.vectors {
		for i, at := range v {
			layout[i*o.Components+d] = at
		}
	}
	return layout, nil
}

// placeComponent lays out one component around its center.
func placeComponent(ctx context.Context, g Graph, points []int32, centers []float64, component int, o Options, layout []float64) {
	inner, err := connectedLayout(ctx, g.part(points), o)
	if err != nil {
		return
	}
	largest := 0.0
	for _, v := range inner {
		largest = max(largest, math.Abs(v))
	}
	factor := roomAround(centers, component, o.Components) / max(largest, 1e-300)
	for at, i := range points {
		for d := range o.Components {
			layout[int(i)*o.Components+d] = centers[component*o.Components+d] + factor*inner[at*o.Components+d]
		}
	}
}

// roomAround is half of the distance to the nearest other center.
func roomAround(centers []float64, component, dims int) float64 {
	nearest := math.Inf(1)
	own := centers[component*dims : (component+1)*dims]
	for at := 0; at < len(centers); at += dims {
		total := 0.0
		for d, v := range own {
			total += (v - centers[at+d]) * (v - centers[at+d])
		}
		if total > 0 {
			nearest = min(nearest, math.Sqrt(total))
		}
	}
	if math.IsInf(nearest, 1) {
		return 1
	}
	return nearest / 2
}

// componentCenters sets the centers of few components on the axes, two on each, as umap-learn does; of many, by the
// principal components of their points' means, and, where only a graph is known, on a circle.
func componentCenters(ctx context.Context, x *Matrix, of []int32, count int, o Options) ([]float64, error) {
	dims := o.Components
	centers := make([]float64, count*dims)
	switch {
	case count <= 2*dims:
		half := (count + 1) / 2
		for c := range count {
			centers[c*dims+c%half] = 1 - 2*float64(c/half)
		}
	case x == nil:
		for c := range count {
			angle := 2 * math.Pi * float64(c) / float64(count)
			centers[c*dims], centers[c*dims+1] = math.Cos(angle), math.Sin(angle)
		}
	default:
		flat, err := PCA(ctx, componentMeans(*x, of, count), dims)
		if err != nil {
			return nil, err
		}
		centers = widen(flat)
		if largest := max(slices.Max(centers), -slices.Min(centers)); largest > 0 {
			for i := range centers {
				centers[i] /= largest
			}
		}
	}
	return centers, nil
}

func componentMeans(x Matrix, of []int32, count int) Matrix {
	sums, sizes := make([]float64, count*x.Cols), make([]float64, count)
	for i, c := range of {
		sizes[c]++
		for j, v := range x.Row(i) {
			sums[int(c)*x.Cols+j] += float64(v)
		}
	}
	m := Matrix{Rows: count, Cols: x.Cols, Data: make([]float32, len(sums))}
	for at, v := range sums {
		m.Data[at] = float32(v / sizes[at/x.Cols])
	}
	return m
}
