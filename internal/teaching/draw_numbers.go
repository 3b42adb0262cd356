package teaching

import (
	"context"
	"errors"
	"fmt"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// drawExtraction shows the query, what the channels of three layers make of it, and the list it ends as.
func drawExtraction(ctx context.Context, d *drawn) error {
	s, query := d.subject, d.subject.answer.Query
	if err := d.thumbnail(ctx, query.ImageID, 12, 48, 112); err != nil {
		return err
	}
	d.text(12, 176, start, d.Muted, short(query.Name, 17))
	depths := s.depths()
	for i, e := range depths {
		_, maxima, err := d.web.db.ChannelStats(ctx, e.ID, query.ImageID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		x := 156 + float64(i)*92
		d.text(x-16, 108, middle, d.Muted, "→")
		d.bars(maxima, highestBar(68, maxima), box{x, 64, 68, 80}, d.Soft)
		d.text(x+34, 160, middle, d.Text, short(e.Layer, 11))
		d.text(x+34, 176, middle, d.Muted, templates.PlainPlural(e.Channels, "channel", "channels"))
	}
	v, err := d.web.db.Vector(ctx, s.embedding.ID, query.ImageID)
	if err != nil {
		return err
	}
	x := 156 + float64(len(depths))*92
	d.text(x-16, 108, middle, d.Muted, "→")
	d.bars(v, highestBar(drawingWidth-x-12, v), box{x, 48, drawingWidth - x - 12, 96}, d.Accent)
	d.text((x+drawingWidth-12)/2, 160, middle, d.Text, "the embedding")
	d.text((x+drawingWidth-12)/2, 176, middle, d.Muted, templates.PlainPlural(len(v), "number", "numbers"))
	d.title(12, 22, "From a picture to a list of numbers")
	d.text(12, 214, start, d.Muted, "Bars: how strongly each channel answers anywhere in the picture, and what is kept of it.")
	return nil
}

// drawLayers shows who is nearest at an early, a middle and a late layer.
func drawLayers(ctx context.Context, d *drawn) error {
	s := d.subject
	if err := d.thumbnail(ctx, s.answer.Query.ImageID, 12, 76, 88); err != nil {
		return err
	}
	d.text(12, 182, start, d.Muted, short(s.answer.Query.Name, 14))
	d.title(12, 22, "The same query, deeper and deeper")
	for i, e := range s.depths() {
		answer, err := d.web.service.Neighbors(ctx, s.at(e))
		if isBadRequest(err) {
			continue
		}
		if err != nil {
			return err
		}
		y := 36 + float64(i)*68
		words := ""
		if answer.Score != nil {
			words = fmt.Sprintf("score %.0f", answer.Score.Weighted)
		}
		d.text(118, y+22, start, d.Text, short(e.Layer, 15))
		d.text(118, y+38, start, d.Muted, words)
		if err := d.row(ctx, first(answer.Results, 6), 230, y, 50); err != nil {
			return err
		}
	}
	return nil
}

// farthestK is how far down the ranking the far image of a drawing is at most.
const farthestK = 1000

// drawEmbedding shows three lists: of the query, of its nearest image, and of one that is far from it.
func drawEmbedding(ctx context.Context, d *drawn) error {
	s := d.subject
	r := s.request
	r.K = farthestK
	answer, err := d.web.service.Neighbors(ctx, r)
	if err != nil {
		return err
	}
	hits := []search.Hit{{ImageID: s.answer.Query.ImageID, Name: s.answer.Query.Name}}
	titles := []string{"the query"}
	if n := len(answer.Results); n > 0 {
		hits, titles = append(hits, answer.Results[0]), append(titles, fmt.Sprintf("nearest: similarity %.2f", answer.Results[0].Similarity))
		if last := answer.Results[n-1]; n > 1 {
			hits, titles = append(hits, last), append(titles, fmt.Sprintf("rank %d of %d: %.2f", last.Rank, answer.Compared, last.Similarity))
		}
	}
	vectors := make([][]float32, len(hits))
	for i, h := range hits {
		if vectors[i], err = d.web.db.Vector(ctx, s.embedding.ID, h.ImageID); err != nil {
			return err
		}
	}
	const left, width = 78, drawingWidth - 78 - 12
	scale := highestBar(width, vectors...)
	d.title(12, 22, fmt.Sprintf("What %s made of three images", short(s.embedding.Layer, 40)))
	for i, h := range hits {
		y := 34 + float64(i)*68
		if err := d.thumbnail(ctx, h.ImageID, 12, y, 54); err != nil {
			return err
		}
		d.bars(vectors[i], scale, box{left, y, width, 38}, []string{d.Accent, d.Accent, d.Other}[i])
		d.text(left, y+53, start, d.Muted, short(h.Name, 34)+" · "+titles[i])
	}
	return nil
}

// drawSimilarity shows the distances of the results on the way from the query to the farthest image.
func drawSimilarity(ctx context.Context, d *drawn) error {
	s := d.subject.answer
	if len(s.Results) == 0 {
		return notShown("There is no other image to compare this one with.")
	}
	const left, right, y = 60.0, drawingWidth - 40.0, 150.0
	at := func(distance float64) float64 {
		if s.Farthest == 0 {
			return left
		}
		return left + (right-left)*distance/s.Farthest
	}
	d.title(12, 22, fmt.Sprintf("From the query to the farthest of %d images, by %s", s.Compared, s.Metric))
	d.line(left, y, right, y, d.Muted)
	for i := 0; i <= 4; i++ {
		x := left + (right-left)*float64(i)/4
		d.line(x, y, x, y+6, d.Muted)
		d.text(x, y+22, middle, d.Text, fmt.Sprintf("%.2f", 1-float64(i)/4))
		d.text(x, y+40, middle, d.Muted, fmt.Sprintf("%.3g", s.Farthest*float64(i)/4))
	}
	d.text(left-46, y+22, start, d.Text, "sim.")
	d.text(left-46, y+40, start, d.Muted, "dist.")
	for _, h := range s.Results {
		fill := d.Accent
		if h.SameCategory != nil && !*h.SameCategory {
			fill = d.Other
		}
		d.disc(at(h.Distance), y, 5, fill)
	}
	if err := d.thumbnail(ctx, s.Query.ImageID, left-28, 72, 56); err != nil {
		return err
	}
	nearest := s.Results[0]
	d.line(max(at(nearest.Distance), left+64), 130, at(nearest.Distance), y-6, d.Muted)
	if err := d.thumbnail(ctx, nearest.ImageID, max(at(nearest.Distance), left+64)-28, 72, 56); err != nil {
		return err
	}
	d.text(12, 226, start, d.Muted, fmt.Sprintf("Dots: the %s. Similarity is 1 − distance ÷ %.3g.", templates.PlainPlural(len(s.Results), "nearest image", "nearest images"), s.Farthest))
	return nil
}
