package teaching

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/search"
)

const noPairs = "There are no two images whose distance could be measured."

// histogram is where the distances of pairs of images are drawn: from 0 on the left to the farthest pair on the right.
type histogram struct {
	box
	alike, others []int
	farthest      float64
}

const histogramSteps = 60

func (d *drawn) histogram(in box) (histogram, error) {
	scale := d.subject.answer.Scale
	if scale == nil || len(d.subject.answer.Results) == 0 {
		return histogram{}, notShown(noPairs)
	}
	h := histogram{box: in}
	h.alike, h.others, h.farthest = scale.Histogram(histogramSteps)
	return h, nil
}

// at is where a distance lies.
func (h histogram) at(distance float64) float64 {
	if h.farthest == 0 {
		return h.x
	}
	return h.x + h.width*min(1, distance/h.farthest)
}

// columns draws counts as columns from a base line, up or down, the largest so many units high.
func (d *drawn) columns(h histogram, counts []int, base, high float64, fill func(step int) string) {
	most, wide := slices.Max(counts), h.width/histogramSteps
	for i, n := range counts {
		height := high * part(float64(n), float64(most))
		d.rect(h.x+float64(i)*wide, min(base, base-height), wide-1, max(height, -height), fill(i))
	}
}

// axis draws the line of distances with numbers below it.
func (d *drawn) axis(h histogram, y float64) {
	d.line(h.x, y, h.x+h.width, y, d.Muted)
	for i := 0; i <= 4; i++ {
		x := h.x + h.width*float64(i)/4
		d.line(x, y, x, y+5, d.Muted)
		d.text(x, y+18, middle, d.Muted, fmt.Sprintf("%.3g", h.farthest*float64(i)/4))
	}
}

// drawPercentile shows the distances of all pairs, and how many of them lie closer than the query and its nearest image.
func drawPercentile(ctx context.Context, d *drawn) error {
	h, err := d.histogram(box{96, 0, drawingWidth - 126, 0})
	if err != nil {
		return err
	}
	answer := d.subject.answer
	nearest, last := answer.Results[0], answer.Results[len(answer.Results)-1]
	const base, high = 170, 112
	d.title(12, 22, fmt.Sprintf("How far apart %s of images are, by %s", pairs(answer.Scale), answer.Metric))
	all := make([]int, histogramSteps)
	for i := range all {
		all[i] = h.alike[i] + h.others[i]
	}
	d.columns(h, all, base, high, func(step int) string {
		if float64(step+1)/histogramSteps*h.farthest <= nearest.Distance {
			return d.Accent
		}
		return d.Soft
	})
	d.axis(h, base)
	for i, hit := range []search.Hit{{ImageID: answer.Query.ImageID}, nearest} {
		if err := d.thumbnail(ctx, hit.ImageID, 12, 44+float64(i)*66, 58); err != nil {
			return err
		}
	}
	x := h.at(nearest.Distance)
	d.line(x, 40, x, base, d.Text)
	d.text(x+6, 48, start, d.Text, fmt.Sprintf("the query and its nearest image: %.3g", nearest.Distance))
	d.text(12, 212, start, d.Text, fmt.Sprintf("%.3g %% of the pairs lie closer: that is the percentile of the nearest image.", *nearest.Percentile))
	d.text(12, 230, start, d.Muted, fmt.Sprintf("That of image no. %d, %.3g away, is %.3g %%.", last.Rank, last.Distance, *last.Percentile))
	return nil
}

// drawMatch shows the distances of pairs of one category and of the others, and where good matches end.
func drawMatch(_ context.Context, d *drawn) error {
	h, err := d.histogram(box{24, 0, drawingWidth - 54, 0})
	if err != nil {
		return err
	}
	scale := d.subject.answer.Scale
	const base, high = 112, 66
	x := h.at(scale.MatchThreshold)
	plain := func(fill string) func(int) string { return func(int) string { return fill } }
	d.title(12, 22, fmt.Sprintf("The distances of %s of images, by %s", pairs(scale), d.subject.answer.Metric))
	if !scale.Divided() {
		d.columns(h, h.others, base+56, high+56, plain(d.Soft))
		d.axis(h, base+56)
		d.line(x, 36, x, base+56, d.Text)
		d.text(12, 218, start, d.Text, fmt.Sprintf("Too few pairs of one category to divide them: a good match is nearer than the median, %.3g.", scale.MatchThreshold))
		return nil
	}
	d.columns(h, h.alike, base, high, plain(d.Accent))
	d.columns(h, h.others, base, -high, plain(d.Other))
	d.line(x, 36, x, base+high, d.Text)
	d.text(x+6, 44, start, d.Text, fmt.Sprintf("good matches end at %.3g", scale.MatchThreshold))
	d.text(h.x+h.width, 62, end, d.Accent, "↑ of one category")
	d.text(h.x, base+20, start, d.Other, "↓ of others")
	d.axis(h, base+high)
	farther := 100 - share(h.alike, scale.MatchThreshold/h.farthest)
	d.text(12, 218, start, d.Text, fmt.Sprintf("About %.0f %% of the pairs of one category are farther apart, as many of the others nearer.", farther))
	d.text(12, 234, start, d.Muted, fmt.Sprintf("Percentile %.3g among all pairs.", scale.MatchPercentile))
	return nil
}

// share is how many of the counts lie in the first part of the steps, in percent.
func share(counts []int, part float64) float64 {
	first, all := 0, 0
	for i, n := range counts {
		all += n
		if float64(i)+0.5 < part*float64(len(counts)) {
			first += n
		}
	}
	return 100 * float64(first) / float64(max(all, 1))
}

func pairs(s *search.Scale) string {
	if s.AllPairs {
		return fmt.Sprintf("all %d pairs", s.Pairs)
	}
	return fmt.Sprintf("%d pairs, drawn at random,", s.Pairs)
}
