package teaching

import (
	"context"
	"fmt"
	"strings"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

const noCategory = "This image has no category, so there is nothing to judge its neighbors by."

// drawScore shows the weighted search score as the sum it is.
func drawScore(ctx context.Context, d *drawn) error {
	answer := d.subject.answer
	if answer.Score == nil {
		return notShown(noCategory)
	}
	ranks := answer.Score.Ranks
	const left, floor, high, step = 118.0, 168.0, 100.0, 29.0
	if err := d.thumbnail(ctx, answer.Query.ImageID, 12, 48, 84); err != nil {
		return err
	}
	d.text(12, 150, start, d.Text, short("“"+answer.Score.Category+"”", 15))
	d.title(12, 22, "What each place counts, and which were hits")
	var points []string
	found, all := 0, 0
	for i, hit := range ranks {
		counts := retrieval.Depth - i
		x, height := left+float64(i)*step, high*float64(counts)/retrieval.Depth
		all += counts
		if hit {
			found += counts
			points = append(points, fmt.Sprint(counts))
			d.rect(x, floor-height, step-6, height, d.Accent)
		} else {
			d.outline(x, floor-height, step-6, height, d.Other, true)
		}
		d.text(x+(step-6)/2, floor-height-5, middle, d.Text, fmt.Sprint(counts))
		d.text(x+(step-6)/2, floor+16, middle, d.Muted, fmt.Sprint(i+1))
	}
	d.text(left-22, floor+16, middle, d.Muted, "rank")
	sum := strings.Join(points, " + ")
	if len(points) == 0 {
		sum = "0"
	}
	d.text(12, 212, start, d.Text, fmt.Sprintf("%s = %d of %d points", sum, found, all))
	d.text(12, 232, start, d.Text, fmt.Sprintf("100 × %d ÷ %d = %.1f", found, all, answer.Score.Weighted))
	return nil
}

// measuredRanks is how many places the drawing of the measures shows.
const measuredRanks = 20

// drawMeasures shows what each measure makes of one answer.
func drawMeasures(ctx context.Context, d *drawn) error {
	ranks, err := d.ranks(ctx)
	if err != nil {
		return err
	}
	answer := d.subject.answer
	if err := d.thumbnail(ctx, answer.Query.ImageID, 12, 36, 44); err != nil {
		return err
	}
	d.title(12, 22, fmt.Sprintf("One query, %s to be found", templates.PlainPlural(ranks.Relevant, "image", "images")))
	const left, side, step = 70.0, 18.0, 24.0
	for i := range min(ranks.Places, measuredRanks) {
		x := left + float64(i)*step
		if ranks.Hits>>i&1 == 1 {
			d.rect(x, 42, side, side, d.Accent)
		} else {
			d.outline(x, 42, side, side, d.Other, true)
		}
		d.text(x+side/2, 76, middle, d.Muted, fmt.Sprint(i+1))
	}
	for i, m := range measuresOf(ranks) {
		y := 100 + float64(i)*20
		d.text(left+92, y, end, d.Text, m.name)
		d.rect(left+104, y-9, 240, 8, d.Sunken)
		d.rect(left+104, y-9, 240*m.value, 8, d.Accent)
		d.text(left+354, y, start, d.Text, fmt.Sprintf("%.3f", m.value))
		d.text(left+402, y, start, d.Muted, m.why)
	}
	return nil
}

type measured struct {
	name  string
	value float64
	why   string
}

// measuresOf computes the measures as the scorecard does.
func measuresOf(r retrieval.Ranks) []measured {
	const k = 10
	hits := int(retrieval.Precision(r, k)*k + 0.5)
	list := []measured{
		{"weighted ÷ 100", retrieval.Weighted(r) / 100, ""},
		{"precision@5", retrieval.Precision(r, 5), fmt.Sprintf("%d of 5", int(retrieval.Precision(r, 5)*5+0.5))},
		{"precision@10", retrieval.Precision(r, k), fmt.Sprintf("%d of %d", hits, k)},
		{"recall@10", retrieval.Recall(r, k), fmt.Sprintf("%d of %d", hits, r.Relevant)},
		{"MAP@10", retrieval.AveragePrecision(r, k), ""},
		{"NDCG@10", retrieval.NDCG(r, k), ""},
	}
	if r.Relevant <= retrieval.MaxCut {
		list = append(list, measured{"R-precision", retrieval.RPrecision(r), fmt.Sprintf("%d of %d", r.Found, r.Relevant)})
	}
	return list
}

// ranks is what is known of the query's ranking, as far as the drawing needs it.
func (d *drawn) ranks(ctx context.Context) (retrieval.Ranks, error) {
	s := d.subject
	if s.answer.Score == nil {
		return retrieval.Ranks{}, notShown(noCategory)
	}
	category := s.answer.Query.Category
	same, err := d.web.db.Images(ctx, store.ImageFilter{DatasetID: s.embedding.DatasetID, Category: &category})
	if err != nil {
		return retrieval.Ranks{}, err
	}
	request := s.request
	request.K = retrieval.MaxCut
	answer, err := d.web.service.Neighbors(ctx, request)
	if err != nil {
		return retrieval.Ranks{}, err
	}
	r := retrieval.Ranks{Places: answer.Compared, Relevant: len(same) - 1}
	for i, h := range answer.Results {
		if h.SameCategory != nil && *h.SameCategory {
			r.Hits |= 1 << i
			if i < r.Relevant {
				r.Found++
			}
		}
	}
	return r, nil
}
