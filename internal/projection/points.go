package projection

import (
	"context"
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// points is the vectors of an embedding, in the order of the images' ids.
type points struct {
	ids []int64
	umap.Matrix
}

// load reads all vectors of an embedding.
func load(ctx context.Context, db *store.DB, e store.Embedding) (points, error) {
	p := points{ids: make([]int64, 0, e.Vectors), Matrix: umap.Matrix{Cols: e.Dimension, Data: make([]float32, 0, e.Vectors*e.Dimension)}}
	err := db.Vectors(ctx, e.ID, func(id int64, v []float32) error {
		if len(v) != e.Dimension {
			return fmt.Errorf("image %d has %d numbers at layer %s, not %d: run `convnet check`", id, len(v), e.Layer, e.Dimension)
		}
		p.ids, p.Data = append(p.ids, id), append(p.Data, v...)
		return nil
	})
	p.Rows = len(p.ids)
	return p, err
}

// only returns the points of some images, which must be in the order of their ids, and fails where one has no vector.
func (p points) only(ids []int64) (points, error) {
	some := points{ids: ids, Matrix: umap.Matrix{Rows: len(ids), Cols: p.Cols, Data: make([]float32, 0, len(ids)*p.Cols)}}
	at := 0
	for _, id := range ids {
		for at < len(p.ids) && p.ids[at] < id {
			at++
		}
		if at == len(p.ids) || p.ids[at] != id {
			return some, fmt.Errorf("image %d is on the map but has no vector: run `convnet ingest` again", id)
		}
		some.Data = append(some.Data, p.Row(at)...)
	}
	return some, nil
}

// flat is coordinates as a matrix.
func flat(xy []float32) umap.Matrix { return umap.Matrix{Rows: len(xy) / 2, Cols: 2, Data: xy} }

// split takes coordinates apart.
func split(xy []float32) (x, y []float32) {
	x, y = make([]float32, len(xy)/2), make([]float32, len(xy)/2)
	for i := range x {
		x[i], y[i] = xy[2*i], xy[2*i+1]
	}
	return x, y
}

// interleave puts them together.
func interleave(x, y []float32) []float32 {
	xy := make([]float32, 0, 2*len(x))
	for i := range x {
		xy = append(xy, x[i], y[i])
	}
	return xy
}

// judgedRows is how many points a map's trustworthiness is taken from at most: more say nothing else, and each is
// compared with all others.
const judgedRows = 2000

// trustworthiness judges a map by the vectors; nil where there are too few points for it.
func trustworthiness(ctx context.Context, x, onMap umap.Matrix, metric umap.Metric) (*float64, error) {
	if x.Rows <= 2*store.ProjectionNeighbors {
		return nil, nil
	}
	every := (x.Rows + judgedRows - 1) / judgedRows
	t, err := umap.Trustworthiness(ctx, x, onMap, umap.Trust{Neighbors: store.ProjectionNeighbors, Metric: metric, Every: every})
	t = math.Max(0, math.Min(1, t)) // rounding
	return &t, err
}
