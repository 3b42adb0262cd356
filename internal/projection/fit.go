package projection

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// alignedBytes bounds the vectors that are in memory at once for maps that are fitted together. Where there are more,
// each is fitted alone and turned onto the one before.
const alignedBytes = 1 << 30

// drawing is a layer with what has been made for it.
type drawing struct {
	layer
	ids             []int64   // of the images that coordinates are of: all, or those that were placed
	xy              []float32 // x and y of each
	together        bool      // fitted together with others
	trustworthiness *float64
	vectors         []int64 // images that neighbors is about
	neighbors       umap.Neighbors
	overlaps        []store.ProjectionOverlap
	seconds         float64
}

// fitTogether draws the new maps of a unit, aligned with each other. Where that is not asked for, or not possible because
// they are not of the same images or too large, it does nothing.
func (r *run) fitTogether(ctx context.Context, u []*drawing) error {
	var all []*drawing
	total := int64(0)
	for _, d := range u {
		if d.action == fit {
			all, total = append(all, d), total+d.bytes()
		}
	}
	if r.opt.Method != store.UMAP || r.opt.Align == None || len(all) < 2 || total > alignedBytes {
		return nil
	}
	started := time.Now()
	loaded, matrices := make([]points, len(all)), make([]umap.Matrix, len(all))
	for i, d := range all {
		var err error
		if loaded[i], err = load(ctx, r.db, d.Embedding); err != nil {
			return err
		}
		if matrices[i] = loaded[i].Matrix; !slices.Equal(loaded[i].ids, loaded[0].ids) {
			return nil
		}
	}
	maps, err := umap.FitAligned(ctx, matrices, umap.DefaultAlignedOptions(), r.opt.umap())
	if err != nil {
		return fmt.Errorf("project %d layers of %s: %w", len(all), all[0].Model, err)
	}
	for i, d := range all {
		d.ids, d.xy, d.together = loaded[i].ids, maps[i].Coordinates, true
		if err := r.judge(ctx, d, loaded[i], d.xy); err != nil {
			return err
		}
	}
	for _, d := range all {
		d.seconds = time.Since(started).Seconds() / float64(len(all))
	}
	return nil
}

// fitAlone draws one map.
func (r *run) fitAlone(ctx context.Context, d *drawing) error {
	p, err := load(ctx, r.db, d.Embedding)
	if err != nil {
		return err
	}
	d.ids = p.ids
	if r.opt.Method == store.PCA {
		d.xy, err = umap.PCA(ctx, p.Matrix, 2)
	} else {
		var m *umap.Map
		if m, err = umap.Fit(ctx, p.Matrix, r.opt.umap()); err == nil {
			d.xy = m.Coordinates
		}
	}
	if err != nil {
		return err
	}
	return r.judge(ctx, d, p, d.xy)
}

// extend places the images that have come on the map that is there.
func (r *run) extend(ctx context.Context, d *drawing) error {
	p, err := load(ctx, r.db, d.Embedding)
	if err != nil {
		return err
	}
	stored, err := r.db.ProjectionOf(ctx, d.ID, r.opt.Method)
	if err != nil {
		return err
	}
	old, err := r.db.ProjectionPoints(ctx, d.ID, r.opt.Method)
	if err != nil {
		return err
	}
	ground, err := newGround(ctx, stored, old, p)
	if err != nil {
		return err
	}
	placed := map[int64]bool{}
	for _, id := range old.ImageIDs {
		placed[id] = true
	}
	d.ids = slices.DeleteFunc(slices.Clone(p.ids), func(id int64) bool { return placed[id] })
	fresh, err := p.only(d.ids)
	if err != nil {
		return err
	}
	if d.xy, err = ground.place(ctx, fresh.Matrix); err != nil {
		return err
	}
	ids, xy := merge(old, d.ids, d.xy)
	if p, err = p.only(ids); err != nil {
		return err
	}
	return r.judge(ctx, d, p, xy)
}

// merge joins the points of a map with others, by image id.
func merge(old store.ProjectionPoints, ids []int64, xy []float32) ([]int64, []float32) {
	all, places := make([]int64, 0, len(ids)+len(old.ImageIDs)), make([]float32, 0, 2*(len(ids)+len(old.ImageIDs)))
	for i, j := 0, 0; i < len(old.ImageIDs) || j < len(ids); {
		if j == len(ids) || i < len(old.ImageIDs) && old.ImageIDs[i] < ids[j] {
			all, places = append(all, old.ImageIDs[i]), append(places, old.X[i], old.Y[i])
			i++
			continue
		}
		all, places = append(all, ids[j]), append(places, xy[2*j], xy[2*j+1])
		j++
	}
	return all, places
}

// judge measures how true a map is, and remembers who is near whom.
func (r *run) judge(ctx context.Context, d *drawing, p points, xy []float32) (err error) {
	if d.trustworthiness, err = trustworthiness(ctx, p.Matrix, flat(xy), r.opt.metric()); err != nil {
		return err
	}
	err = r.lookAround(ctx, d, p)
	r.step()
	return err
}

// lookAround finds the neighborhoods that layers are compared by, where there are enough points to tell them apart.
func (r *run) lookAround(ctx context.Context, d *drawing, p points) (err error) {
	d.vectors = p.ids
	if p.Rows > store.ProjectionNeighbors+1 {
		d.neighbors, err = umap.NearestNeighbors(ctx, p.Matrix, store.ProjectionNeighbors+1, r.opt.metric())
	}
	return err
}
