package projection

import (
	"context"
	"errors"

	"github.com/convnet-playground/convnet/store"
)

// orient turns new maps onto that of a layer next to them. It changes no distance on a map, and whoever goes from layer
// to layer finds the images in the same quarters. Maps that were fitted together are turned together.
func (r *run) orient(ctx context.Context, all []*drawing) error {
	settled := make([]bool, len(all))
	for i, d := range all {
		settled[i] = d.action != fit
	}
	for i, d := range all {
		if settled[i] {
			continue
		}
		ids, xy, err := r.nextTo(ctx, all, settled, i)
		if err != nil {
			return err
		}
		mine, theirs := common(d.ids, d.xy, ids, xy)
		turn := r.turning(mine, theirs)
		for j, other := range all {
			if j == i || d.together && other.together {
				turn(other.xy)
				settled[j] = true
			}
		}
	}
	return nil
}

// turning is how a map is to be turned: not at all where it shares too few images with the other.
func (r *run) turning(mine, theirs []float32) func(xy []float32) {
	switch {
	case len(mine) < 2*3:
		return func([]float32) {}
	case r.opt.Method == store.PCA:
		return flipOnto(mine, theirs).apply
	}
	return turnOnto(mine, theirs).apply
}

// nextTo returns the points of the settled layer that is nearest in the unit, those before it first; none where no layer
// has a map yet.
func (r *run) nextTo(ctx context.Context, all []*drawing, settled []bool, i int) (ids []int64, xy []float32, err error) {
	for distance := 1; distance < len(all); distance++ {
		for _, j := range []int{i - distance, i + distance} {
			if j < 0 || j >= len(all) || !settled[j] {
				continue
			}
			ids, xy, err = r.placesOf(ctx, all[j])
			if err != nil || len(ids) > 0 {
				return ids, xy, err
			}
		}
	}
	return nil, nil, nil
}

// placesOf returns the points of a layer: new ones, or those in the file.
func (r *run) placesOf(ctx context.Context, d *drawing) ([]int64, []float32, error) {
	if d.action == fit {
		return d.ids, d.xy, nil
	}
	p, err := r.db.ProjectionPoints(ctx, d.ID, r.opt.Method)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	return p.ImageIDs, interleave(p.X, p.Y), err
}

// common returns the places of the images that are on both of two maps.
func common(aIDs []int64, a []float32, bIDs []int64, b []float32) (onA, onB []float32) {
	for i, j := 0, 0; i < len(aIDs) && j < len(bIDs); {
		switch {
		case aIDs[i] < bIDs[j]:
			i++
		case aIDs[i] > bIDs[j]:
			j++
		default:
			onA, onB = append(onA, a[2*i], a[2*i+1]), append(onB, b[2*j], b[2*j+1])
			i, j = i+1, j+1
		}
	}
	return onA, onB
}
