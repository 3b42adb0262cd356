package umap

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// AlignedOptions say how maps of the same points hold on to each other, as in umap-learn's AlignedUMAP.
type AlignedOptions struct {
	Regularisation float64 // alignment_regularisation: how strongly a point is drawn to its places on other maps
	Window         int     // alignment_window_size: how many maps before and behind a map it is tied to
}

// DefaultAlignedOptions are the defaults of umap-learn.
func DefaultAlignedOptions() AlignedOptions { return AlignedOptions{Regularisation: 0.01, Window: 3} }

func (a AlignedOptions) validate() error {
	if !(a.Regularisation >= 0 && a.Regularisation <= 1e3) {
		return fmt.Errorf("alignment_regularisation is %v; it must be between 0 and 1000", a.Regularisation)
	}
	if a.Window < 0 {
		return fmt.Errorf("alignment_window_size is %d; it must be 0 or more", a.Window)
	}
	return nil
}

// FitAligned makes one map of each matrix: the same points seen differently, such as by the layers of a network in their
// order. Row i of all is the same point, while the columns are each matrix' own. A point is drawn to the places that it
// has on the maps around, the more, the more of its neighbors there are the same; so what stays the same stays in place.
func FitAligned(ctx context.Context, xs []Matrix, a AlignedOptions, o Options) ([]*Map, error) {
	if err := errors.Join(a.validate(), o.Validate()); err != nil {
		return nil, err
	}
	maps, first := make([]*Map, len(xs)), make([][]float32, len(xs))
	for i, x := range xs {
		if x.Rows != xs[0].Rows {
			return nil, fmt.Errorf("matrix %d has %d points, the first %d; aligned maps are maps of the same points", i, x.Rows, xs[0].Rows)
		}
		var err error
		if maps[i], first[i], err = begin(ctx, x, o); err != nil {
			return nil, fmt.Errorf("matrix %d: %w", i, err)
		}
		if i > 0 {
			align(first[i-1], first[i], o.Components)
		}
	}
	if len(xs) == 0 || xs[0].Rows == 1 {
		return maps, ctx.Err()
	}
	return maps, layOutAligned(ctx, maps, first, a, o)
}

// begin makes the graph and the first layout of one map.
func begin(ctx context.Context, x Matrix, o Options) (*Map, []float32, error) {
	if err := x.validate(); err != nil {
		return nil, nil, err
	}
	points, err := newSpace(ctx, x, o.metric())
	if err != nil {
		return nil, nil, err
	}
	m := &Map{Rows: x.Rows, Components: o.Components, options: o, points: points, Coordinates: make([]float32, x.Rows*o.Components)}
	if m.Graph, err = points.graph(ctx, o); err != nil || x.Rows == 1 {
		return m, nil, err
	}
	first, err := initial(ctx, &x, m.edges(), o)
	return m, first, err
}

func layOutAligned(ctx context.Context, maps []*Map, first [][]float32, a AlignedOptions, o Options) error {
	o.Epochs = o.epochs(maps[0].Rows)
	l := newLayout(o)
	for i, m := range maps {
		l.add(m.edges(), first[i])
	}
	l.ties = newTies(maps, a, float64(2+o.NegativeSampleRate))
	err := l.run(ctx, func(done, total int) { o.tell("layout", done, total) })
	for i, m := range maps {
		m.Coordinates = l.maps[i].place
	}
	return err
}

// align centers two layouts and rotates or mirrors the second so that its points come as near to those of the first as
// they can (Procrustes).
func align(base, layout []float32, dims int) {
	if base == nil {
		return
	}
	baseMean, mean := Matrix{len(base) / dims, dims, base}.means(), Matrix{len(base) / dims, dims, layout}.means()
	cross := mat.NewDense(dims, dims, nil)
	for at := 0; at < len(base); at += dims {
		for i := range dims {
			for j := range dims {
				v := (float64(layout[at+i]) - mean[i]) * (float64(base[at+j]) - baseMean[j])
				cross.Set(i, j, cross.At(i, j)+v)
			}
		}
	}
	var svd mat.SVD
	if !svd.Factorize(cross, mat.SVDFull) {
		return
	}
	var u, v, rotation mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	rotation.Mul(&u, v.T())
	for at := 0; at < len(base); at += dims {
		old := widen(layout[at : at+dims])
		for j := range dims {
			to := baseMean[j]
			for i := range dims {
				to += (old[i] - mean[i]) * rotation.At(i, j)
			}
			layout[at+j] = float32(to)
		}
	}
}

// ties hold the points of a map to their places on others.
type ties struct {
	window  int
	weights [][]float32 // of each map: how strongly each point is tied to the maps -window to window from it
}

// newTies takes, as AlignedUMAP does, the regularisation, less for maps farther off, times the share of the neighbors
// that a point has in common on both maps. It counts with every draw and push; here all of an edge's come at once.
func newTies(maps []*Map, a AlignedOptions, perEdge float64) *ties {
	t := &ties{window: min(a.Window, len(maps)-1)}
	width := 2*t.window + 1
	for m := range maps {
		weights := make([]float32, maps[m].Rows*width)
		for offset := -t.window; offset <= t.window; offset++ {
			if other := m + offset; offset != 0 && other >= 0 && other < len(maps) {
				strength := perEdge * a.Regularisation * math.Exp(1-math.Abs(float64(offset)))
				for i := range maps[m].Rows {
					weights[i*width+offset+t.window] = float32(strength * maps[m].Graph.common(maps[other].Graph, i))
				}
			}
		}
		t.weights = append(t.weights, weights)
	}
	return t
}

// common is the share of a point's neighbors in either graph that it has in both.
func (g Graph) common(h Graph, i int) float64 {
	both, either := 0, 0
	merge(g, h, i, func(_ int32, a, b float32) {
		either++
		if a > 0 && b > 0 {
			both++
		}
	})
	if either == 0 {
		return 1
	}
	return float64(both) / float64(either)
}

// hold says, for the points of all maps, where the other maps want them to be, and by which share of the way they go there
// with each edge. A share, other than a step, cannot overshoot, however strong the ties are.
func (l *layout) hold(alpha float32) {
	if l.ties == nil {
		return
	}
	width := 2*l.ties.window + 1
	for number, m := range l.maps {
		if m.held == nil {
			m.held = make([]float32, 4*len(m.place)/l.dims)
		}
		for i := range len(m.place) / l.dims {
			var to place
			var total float32
			for offset, w := range l.ties.weights[number][i*width : (i+1)*width] {
				if w > 0 {
					to, total = to.plus(w, load(l.maps[number+offset-l.ties.window].place, i, l.dims)), total+w
				}
			}
			if total > 0 {
				p := place{}.plus(1/total, to)
				copy(m.held[4*i:], []float32{p.x, p.y, p.z, float32(-math.Expm1(float64(-alpha * total)))})
			}
		}
	}
}
