package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// layout is a projection fitted into a square of 65536 steps: a place and a category for every image that has a place.
type layout struct {
	ids              []int64
	x, y             []uint16
	category         []uint16 // index into the dataset's categories, noCategory for none of them
	originX, originY float32  // the projection's coordinates of 0, 0
	scale            float32  // of farStep steps
	width, height    uint16   // the largest x and y

	images []store.Image // parallel to ids; only where names are wanted
}

const noCategory = 65535

// keepLayouts is how many layouts are kept; one of 10,000 images takes some 3 MB.
const keepLayouts = 16

// layoutOf reads a projection and the images of its dataset, once for each state of the file. It is shared: nobody changes it.
func (s *Service) layoutOf(ctx context.Context, d store.Dataset, p store.Projection) (*layout, error) {
	version, err := s.db.Version(ctx)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(p.EmbeddingID, " ", p.Method, " ", version)
	return s.layouts.get(ctx, key, func(ctx context.Context) (*layout, error) { return s.readLayout(ctx, d, p) })
}

func (s *Service) readLayout(ctx context.Context, d store.Dataset, p store.Projection) (*layout, error) {
	points, err := s.db.ProjectionPoints(ctx, p.EmbeddingID, p.Method)
	if err != nil {
		return nil, err
	}
	images, err := s.db.Images(ctx, store.ImageFilter{DatasetID: d.ID})
	if err != nil {
		return nil, err
	}
	l := arrange(points)
	if err := l.name(d, images); err != nil {
		return nil, fmt.Errorf("read the %s map of %s: %w", p.Method, p.Layer, err)
	}
	return l, nil
}

// arrange fits points into the square, both axes to the same scale.
func arrange(points store.ProjectionPoints) *layout {
	l := &layout{ids: points.ImageIDs, x: make([]uint16, len(points.X)), y: make([]uint16, len(points.Y))}
	if len(points.X) == 0 {
		return l
	}
	l.originX, l.originY = slices.Min(points.X), slices.Min(points.Y)
	wide, high := float64(slices.Max(points.X))-float64(l.originX), float64(slices.Max(points.Y))-float64(l.originY)
	scale := max(wide, high)
	l.scale = float32(scale)
	if scale == 0 {
		scale = 1 // all in one place
	}
	step := func(v, origin float32) uint16 {
		return uint16(min(farStep, math.Round((float64(v)-float64(origin))/scale*farStep)))
	}
	for i := range points.X {
		l.x[i], l.y[i] = step(points.X[i], l.originX), step(points.Y[i], l.originY)
		l.width, l.height = max(l.width, l.x[i]), max(l.height, l.y[i])
	}
	return l
}

// name gives every point its image; both are in the order of ids.
func (l *layout) name(d store.Dataset, images []store.Image) error {
	if len(d.Categories) >= noCategory {
		return fmt.Errorf("dataset %q has %d categories, more than a map can tell apart", d.Name, len(d.Categories))
	}
	index := make(map[string]uint16, len(d.Categories))
	for i, c := range d.Categories {
		index[c.Name] = uint16(i)
	}
	byID := make(map[int64]int, len(images))
	for i, img := range images {
		byID[img.ID] = i
	}
	kept := &layout{originX: l.originX, originY: l.originY, scale: l.scale, width: l.width, height: l.height}
	for i, id := range l.ids {
		at, ok := byID[id]
		if !ok {
			continue // deleted between two reads
		}
		category, ok := index[images[at].Category]
		if !ok {
			category = noCategory
		}
		kept.ids, kept.images = append(kept.ids, id), append(kept.images, images[at])
		kept.x, kept.y, kept.category = append(kept.x, l.x[i]), append(kept.y, l.y[i]), append(kept.category, category)
	}
	*l = *kept
	return nil
}

// find is the index of an image's point.
func (l *layout) find(imageID int64) (int, bool) { return slices.BinarySearch(l.ids, imageID) }

// at is a point's place in the projection's own coordinates, to a 65536th of the map.
func (l *layout) at(i int) (x, y float64) {
	return float64(l.originX) + float64(l.x[i])/farStep*float64(l.scale), float64(l.originY) + float64(l.y[i])/farStep*float64(l.scale)
}

// unit is where coordinates of the projection lie in the unit square, on its edge when they are outside.
func (l *layout) unit(x, y float32) []float64 {
	share := func(v, origin float32, extent uint16) float64 {
		if l.scale == 0 {
			return 0
		}
		return min(float64(extent)/farStep, max(0, (float64(v)-float64(origin))/float64(l.scale)))
	}
	return []float64{share(x, l.originX, l.width), share(y, l.originY, l.height)}
}
