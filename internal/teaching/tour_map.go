package teaching

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// neighborhood is the query on a map: who is near it there, and who in the layer itself.
type neighborhood struct {
	projection store.Projection
	points     store.ProjectionPoints
	query      int   // its point
	near       []int // points of its nearest images in the layer, nearest first
	onMap      []int // as many points as these that are nearest on the map
	missing    int   // nearest images without a point
}

// kept are the points that are near in the layer and on the map.
func (n *neighborhood) kept() []int {
	return slices.DeleteFunc(slices.Clone(n.near), func(i int) bool { return !slices.Contains(n.onMap, i) })
}

// neighborhood is nil where the layer has no map, or the query no place on it.
func (w *web) neighborhood(ctx context.Context, s *subject) (*neighborhood, error) {
	all, err := w.db.Projections(ctx, store.ProjectionFilter{EmbeddingID: s.embedding.ID})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	n := &neighborhood{projection: all[0]}
	for _, p := range all {
		if p.Method == store.UMAP {
			n.projection = p
		}
	}
	if n.points, err = w.db.ProjectionPoints(ctx, s.embedding.ID, n.projection.Method); err != nil {
		return nil, err
	}
	at, found := slices.BinarySearch(n.points.ImageIDs, s.answer.Query.ImageID)
	if !found {
		return nil, nil
	}
	n.query = at
	for _, h := range s.answer.Results {
		if i, found := slices.BinarySearch(n.points.ImageIDs, h.ImageID); found {
			n.near = append(n.near, i)
		} else {
			n.missing++
		}
	}
	n.onMap = nearestPoints(n.points, at, len(n.near))
	return n, nil
}

// nearestPoints are the k points nearest to one, equal distances in the order of images.
func nearestPoints(p store.ProjectionPoints, to, k int) []int {
	type near struct {
		distance float64
		at       int
	}
	var best []near
	for i := range p.X {
		dx, dy := float64(p.X[i]-p.X[to]), float64(p.Y[i]-p.Y[to])
		one := near{dx*dx + dy*dy, i}
		if i == to || k == 0 || len(best) == k && one.distance >= best[k-1].distance {
			continue
		}
		place, _ := slices.BinarySearchFunc(best, one, func(a, b near) int {
			if a.distance <= b.distance {
				return -1
			}
			return 1
		})
		best = first(slices.Insert(best, place, one), k)
	}
	points := make([]int, len(best))
	for i, b := range best {
		points[i] = b.at
	}
	return points
}

// tellMap tells how much of the query's neighborhood the map keeps.
func (w *web) tellMap(ctx context.Context, s *subject, t *Tour) error {
	n, err := w.neighborhood(ctx, s)
	if err != nil {
		return err
	}
	if n == nil {
		t.Drawn = nil
		t.Says = append(t.Says, fmt.Sprintf("The layer %s has no map with this image yet. convnet project --db %s --dataset %s draws it.", s.answer.Layer, t.Site.File, s.answer.Dataset))
		return nil
	}
	kept := n.kept()
	t.Says = append(t.Says, fmt.Sprintf("Of the %s of %s at %s, %s.", templates.PlainPlural(len(n.near), "nearest image", "nearest images"), quoted(s.answer.Query.Name), s.answer.Layer, keptWords(len(kept), len(n.near))))
	if trust := n.projection.Trustworthiness; trust != nil {
		t.Says = append(t.Says, fmt.Sprintf("Over all %d points the map’s trustworthiness is %.2f, where 1 would mean that every neighbor it shows is one.", len(n.points.X), *trust))
	}
	if err := w.mapRows(ctx, s, n, t); err != nil {
		return err
	}
	t.Try = []Link{{"Walk in the map", "/map?" + s.values(s.embedding).Encode()}}
	return nil
}

// keptWords says how much of a neighborhood a map keeps.
func keptWords(kept, of int) string {
	if kept == of {
		return "all are nearest on the map too"
	}
	return fmt.Sprintf("%d are among its %d nearest points on the map; the others had to give way", kept, of)
}

func (w *web) mapRows(ctx context.Context, s *subject, n *neighborhood, t *Tour) error {
	kept := n.kept()
	lost := slices.DeleteFunc(slices.Clone(n.near), func(i int) bool { return slices.Contains(kept, i) })
	astray := slices.DeleteFunc(slices.Clone(n.onMap), func(i int) bool { return slices.Contains(kept, i) })
	for _, row := range []struct {
		title string
		at    []int
	}{{"Near in the layer and on the map", kept}, {"Near in the layer, further off on the map", lost}, {"Near on the map only", astray}} {
		if len(row.at) == 0 {
			continue
		}
		images, err := w.imagesAt(ctx, n, first(row.at, rowImages))
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, Row{Title: row.title, Note: templates.PlainPlural(len(row.at), "image", "images"), Images: s.shownHits(s.embedding, images)})
	}
	return nil
}

// imagesAt are the images of points, in their order.
func (w *web) imagesAt(ctx context.Context, n *neighborhood, at []int) ([]search.Hit, error) {
	ids := make([]int64, len(at))
	for i, point := range at {
		ids[i] = n.points.ImageIDs[point]
	}
	images, err := w.db.Images(ctx, store.ImageFilter{IDs: ids})
	if err != nil {
		return nil, err
	}
	var hits []search.Hit
	for _, id := range ids {
		for _, img := range images {
			if img.ID == id {
				shown := shownImage(img)
				hits = append(hits, search.Hit{ImageID: id, Name: img.Name, Category: img.Category, SHA256: shown.SHA256, Width: img.Width, Height: img.Height})
			}
		}
	}
	return hits, nil
}

// methodName is a projection’s method for readers.
func methodName(method string) string { return strings.ToUpper(method) }
