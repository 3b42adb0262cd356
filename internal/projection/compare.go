package projection

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// compare says for every two layers of a unit how much their neighborhoods have in common.
func compare(all []*drawing) error {
	for i, a := range all {
		a.overlaps = append([]store.ProjectionOverlap{}, a.overlaps...)
		for _, b := range all[i+1:] {
			if a.neighbors.Rows == 0 || !slices.Equal(a.vectors, b.vectors) {
				continue
			}
			share, err := umap.NeighborhoodOverlap(a.neighbors, b.neighbors)
			if err != nil {
				return err
			}
			a.overlaps = append(a.overlaps, store.ProjectionOverlap{Model: b.Model, Layer: b.Layer, Pooling: b.Pooling, Overlap: share})
			b.overlaps = append(b.overlaps, store.ProjectionOverlap{Model: a.Model, Layer: a.Layer, Pooling: a.Pooling, Overlap: share})
		}
	}
	return nil
}
