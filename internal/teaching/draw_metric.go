package teaching

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// comparison is two vectors, and what each of their numbers adds to a sum.
type comparison struct {
	a, b   []float32
	terms  []float64
	sum    float64
	head   string // what the sum is of
	result string // what the sum becomes
}

// compare takes two vectors apart as a metric sees them.
func compare(metric store.Metric, p float64, a, b []float32) comparison {
	c := comparison{a: a, b: b, terms: make([]float64, len(a))}
	norm := length(a) * length(b)
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		switch metric {
		case store.Cosine:
			if norm > 0 {
				c.terms[i] = x * y / norm
			}
		case store.Minkowski:
			c.terms[i] = math.Pow(math.Abs(x-y), p)
		default:
			c.terms[i] = (x - y) * (x - y)
		}
		c.sum += c.terms[i]
	}
	switch metric {
	case store.Cosine:
		c.head, c.result = "products a · b ÷ both lengths", fmt.Sprintf("cosine similarity %.4g, distance 1 − %.4g = %.4g", c.sum, c.sum, 1-c.sum)
	case store.Minkowski:
		c.head, c.result = fmt.Sprintf("differences to the power of %g", p), fmt.Sprintf("the sum’s %g-th root is the distance: %.4g", p, math.Pow(c.sum, 1/p))
	case store.SqEuclidean:
		c.head, c.result = "squared differences", fmt.Sprintf("their sum is the distance: %.4g", c.sum)
	default:
		c.head, c.result = "squared differences", fmt.Sprintf("the sum’s square root is the distance: √%.4g = %.4g", c.sum, math.Sqrt(c.sum))
	}
	return c
}

// largest are the numbers that add most, up or down.
func (c comparison) largest(n int) []int {
	order := make([]int, len(c.terms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(c.terms[j]), math.Abs(c.terms[i])) })
	return first(order, n)
}

func drawMetric(ctx context.Context, d *drawn) error {
	return d.compared(ctx, d.subject.answer.Metric)
}

func drawCosine(ctx context.Context, d *drawn) error { return d.compared(ctx, store.Cosine) }

// comparedNumbers is how many numbers of two vectors a drawing shows.
const comparedNumbers = 16

// compared draws the numbers of the query and of another image that add most to what a metric makes of them.
func (d *drawn) compared(ctx context.Context, metric store.Metric) error {
	other, err := d.other(ctx)
	if err != nil {
		return err
	}
	s := d.subject
	a, err := d.web.db.Vector(ctx, s.embedding.ID, s.answer.Query.ImageID)
	if err != nil {
		return err
	}
	b, err := d.web.db.Vector(ctx, s.embedding.ID, other.ImageID)
	if err != nil {
		return err
	}
	c := compare(metric, cmp.Or(s.answer.P, store.DefaultP), a, b)
	d.title(12, 22, "a and b, number by number")
	for i, h := range []search.Hit{{ImageID: s.answer.Query.ImageID, Name: s.answer.Query.Name}, other} {
		y := 34 + float64(i)*72
		if err := d.thumbnail(ctx, h.ImageID, 12, y, 54); err != nil {
			return err
		}
		d.disc(18, y+64, 4, []string{d.Accent, d.Other}[i])
		d.text(26, y+68, start, d.Text, []string{"a, the query", "b"}[i])
	}
	d.pairs(c, box{120, 34, drawingWidth - 132, 128})
	d.text(12, 214, start, d.Text, d.share(c))
	d.text(12, 232, start, d.Muted, "All together: "+c.result+".")
	return nil
}

// share says how much of the sum the numbers that are shown make.
func (d *drawn) share(c comparison) string {
	shown := c.largest(comparedNumbers)
	part := 0.0
	for _, i := range shown {
		part += c.terms[i]
	}
	if c.sum == 0 {
		return fmt.Sprintf("None of the %d numbers adds anything.", len(c.terms))
	}
	return fmt.Sprintf("These %d of %d numbers make %.0f %% of the %s.", len(shown), len(c.terms), 100*part/c.sum, c.head)
}

// pairs draws pairs of numbers side by side, and below each pair what it adds.
func (d *drawn) pairs(c comparison, in box) {
	shown := c.largest(comparedNumbers)
	slices.Sort(shown)
	var most, mostTerm float64
	for _, i := range shown {
		most = max(most, math.Abs(float64(c.a[i])), math.Abs(float64(c.b[i])))
		mostTerm = max(mostTerm, math.Abs(c.terms[i]))
	}
	step := in.width / float64(max(len(shown), 1))
	upper, lower := in.height*0.62, in.height*0.32
	baseline, floor := in.y+upper, in.y+in.height+12
	for at, i := range shown {
		x := in.x + float64(at)*step
		for k, value := range []float32{c.a[i], c.b[i]} {
			height := upper * part(math.Abs(float64(value)), most)
			d.rect(x+2+float64(k)*(step-6)/2, baseline-height, (step-6)/2-1, height, []string{d.Accent, d.Other}[k])
		}
		height := lower * part(math.Abs(c.terms[i]), mostTerm)
		d.rect(x+2, floor-height, step-6, height, d.Muted)
	}
	d.line(in.x, baseline, in.x+in.width, baseline, d.Line)
	d.line(in.x, floor, in.x+in.width, floor, d.Line)
	d.text(in.x, floor+16, start, d.Muted, "below each pair: what it adds")
}

func part(x, most float64) float64 {
	if most == 0 {
		return 0
	}
	return x / most
}

// other is the image that the address compares the query with, or the nearest one.
func (d *drawn) other(ctx context.Context) (search.Hit, error) {
	name := d.query.Get("with")
	if name == "" {
		if len(d.subject.answer.Results) == 0 {
			return search.Hit{}, notShown("There is no other image to compare this one with.")
		}
		return d.subject.answer.Results[0], nil
	}
	dataset, err := d.web.db.Dataset(ctx, d.subject.answer.Dataset)
	if err != nil {
		return search.Hit{}, err
	}
	img, err := d.web.db.ImageByName(ctx, dataset.ID, name)
	return search.Hit{ImageID: img.ID, Name: img.Name}, err
}
