package teaching

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// drawnPoints is how many points a drawing of a map shows at most, at even distances in the order of images.
const drawnPoints = 3000

// drawMap shows the query on the map: lines to its nearest images in the layer, full where they are near on the map too.
func drawMap(ctx context.Context, d *drawn) error {
	n, err := d.web.neighborhood(ctx, d.subject)
	if err != nil {
		return err
	}
	if n == nil {
		return notShown("This layer has no map yet: convnet project draws it.")
	}
	place := d.fit(n, box{12, 12, 380, 216})
	if err := d.points(ctx, n, place); err != nil {
		return err
	}
	x, y := place(n.query)
	kept := n.kept()
	for _, i := range n.near {
		u, v := place(i)
		if slices.Contains(kept, i) {
			d.line(x, y, u, v, d.Text)
			d.ring(u, v, 5, d.Text)
		} else {
			d.line(x, y, u, v, d.Other)
			d.ring(u, v, 5, d.Other)
		}
	}
	d.disc(x, y, 6, d.Surface)
	d.ring(x, y, 7, d.Accent)
	d.disc(x, y, 4, d.Accent)
	return d.mapKey(ctx, n, len(kept))
}

// fit finds where points lie in a part of the drawing, both axes to one scale.
func (d *drawn) fit(n *neighborhood, in box) func(i int) (x, y float64) {
	p := n.points
	left, bottom := float64(slices.Min(p.X)), float64(slices.Min(p.Y))
	wide, high := float64(slices.Max(p.X))-left, float64(slices.Max(p.Y))-bottom
	const margin = 8
	scale := min((in.width-2*margin)/max(wide, 1e-9), (in.height-2*margin)/max(high, 1e-9))
	if wide == 0 && high == 0 {
		scale = 0
	}
	dx, dy := (in.width-scale*wide)/2, (in.height-scale*high)/2
	return func(i int) (float64, float64) {
		return in.x + dx + scale*(float64(p.X[i])-left), in.y + in.height - dy - scale*(float64(p.Y[i])-bottom)
	}
}

// points draws all points in the colours of their categories.
func (d *drawn) points(ctx context.Context, n *neighborhood, place func(int) (float64, float64)) error {
	step := (len(n.points.ImageIDs) + drawnPoints - 1) / drawnPoints
	var ids []int64
	for i := 0; i < len(n.points.ImageIDs); i += step {
		ids = append(ids, n.points.ImageIDs[i])
	}
	colour, err := d.categoryOf(ctx, ids)
	if err != nil {
		return err
	}
	radius := 3.0
	if len(n.points.ImageIDs) > 500 {
		radius = 1.6
	}
	for i := 0; i < len(n.points.ImageIDs); i += step {
		x, y := place(i)
		fill := d.Muted
		if at := colour[n.points.ImageIDs[i]]; at >= 0 {
			fill = d.Categories[at%len(d.Categories)]
		}
		d.disc(x, y, radius, fill)
	}
	return nil
}

// categoryOf is the place of each image's category among the dataset's, −1 for none.
func (d *drawn) categoryOf(ctx context.Context, ids []int64) (map[int64]int, error) {
	dataset, err := d.web.db.Dataset(ctx, d.subject.answer.Dataset)
	if err != nil {
		return nil, err
	}
	images, err := d.web.db.Images(ctx, store.ImageFilter{IDs: ids})
	places := make(map[int64]int, len(images))
	for _, img := range images {
		places[img.ID] = -1
		if img.Category != "" {
			places[img.ID] = slices.IndexFunc(dataset.Categories, func(c store.CategoryCount) bool { return c.Name == img.Category })
		}
	}
	return places, err
}

func (d *drawn) mapKey(ctx context.Context, n *neighborhood, kept int) error {
	const x = 404
	if err := d.thumbnail(ctx, d.subject.answer.Query.ImageID, x, 20, 56); err != nil {
		return err
	}
	d.text(x+64, 52, start, d.Accent, "◉ the query")
	d.text(x, 104, start, d.Text, short(d.subject.embedding.Layer, 22))
	d.line(x, 124, x+20, 124, d.Text)
	d.text(x+28, 128, start, d.Text, fmt.Sprintf("%d near here too", kept))
	d.line(x, 146, x+20, 146, d.Other)
	d.text(x+28, 150, start, d.Other, fmt.Sprintf("%d further off", len(n.near)-kept))
	d.text(x, 176, start, d.Muted, fmt.Sprintf("of its %d nearest images", len(n.near)))
	if trust := n.projection.Trustworthiness; trust != nil {
		d.text(x, 204, start, d.Muted, methodName(n.projection.Method)+":")
		d.text(x, 220, start, d.Muted, fmt.Sprintf("trustworthiness %.2f", *trust))
	}
	return nil
}
