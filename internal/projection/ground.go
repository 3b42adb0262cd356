package projection

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// ground is a map on which new points can be placed.
type ground interface {
	// place returns x and y of each of the points.
	place(ctx context.Context, x umap.Matrix) ([]float32, error)
}

// newGround prepares a stored map; p is the embedding's vectors. Only the points that were fitted count: those that were
// placed later would not be placed again where they are.
func newGround(ctx context.Context, stored store.Projection, on store.ProjectionPoints, p points) (ground, error) {
	var ids []int64
	var xy []float32
	for i, id := range on.ImageIDs {
		if !on.Placed[i] {
			ids, xy = append(ids, id), append(xy, on.X[i], on.Y[i])
		}
	}
	fitted, err := p.only(ids)
	if err != nil {
		return nil, err
	}
	if stored.Method == store.PCA {
		return newAxes(fitted.Matrix, xy), nil
	}
	var parameters Parameters
	if err := json.Unmarshal(stored.Parameters, &parameters); err != nil {
		return nil, fmt.Errorf("read the parameters of the map of layer %s: %w", stored.Layer, err)
	}
	m, err := umap.NewMap(ctx, fitted.Matrix, xy, parameters.options(stored.Seed))
	return landscape{m}, err
}

// landscape is a UMAP map.
type landscape struct{ *umap.Map }

func (l landscape) place(ctx context.Context, x umap.Matrix) ([]float32, error) {
	return l.Transform(ctx, x)
}

// axes is a PCA map: the directions that its coordinates were measured along.
type axes struct {
	mean      []float64    // of the vectors
	direction [2][]float64 // per unit of the coordinate
	origin    [2]float64   // coordinates of the mean
}

// newAxes finds the directions again from vectors and coordinates. A score is y = (x − x̄)·v, and scores of different
// components are uncorrelated, so v = Σ (x − x̄) y ÷ Σ y².
func newAxes(x umap.Matrix, xy []float32) *axes {
	a := &axes{mean: make([]float64, x.Cols)}
	for i := range x.Rows {
		for j, v := range x.Row(i) {
			a.mean[j] += float64(v) / float64(x.Rows)
		}
		for c := range a.origin {
			a.origin[c] += float64(xy[2*i+c]) / float64(x.Rows)
		}
	}
	for c := range a.direction {
		a.direction[c] = make([]float64, x.Cols)
		squares := 0.0
		for i := range x.Rows {
			y := float64(xy[2*i+c]) - a.origin[c]
			squares += y * y
			for j, v := range x.Row(i) {
				a.direction[c][j] += y * (float64(v) - a.mean[j])
			}
		}
		for j := range a.direction[c] {
			if squares > 0 {
				a.direction[c][j] /= squares
			}
		}
	}
	return a
}

func (a *axes) place(ctx context.Context, x umap.Matrix) ([]float32, error) {
	xy := make([]float32, 2*x.Rows)
	for i := range x.Rows {
		for c := range a.direction {
			at := a.origin[c]
			for j, v := range x.Row(i) {
				at += (float64(v) - a.mean[j]) * a.direction[c][j]
			}
			xy[2*i+c] = float32(at)
		}
	}
	return xy, ctx.Err()
}
