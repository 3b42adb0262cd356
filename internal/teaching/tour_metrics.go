package teaching

import (
	"context"
	"fmt"
	"math"
	"net/url"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

// tellMetrics asks the same by every metric and marks what changes its place.
func (w *web) tellMetrics(ctx context.Context, s *subject, t *Tour) error {
	answers := map[store.Metric]*search.Page{}
	for _, m := range store.Metrics() {
		r := s.request
		r.Metric, r.P = m, 0
		answer, err := w.service.Neighbors(ctx, r)
		if err != nil {
			return err
		}
		answers[m] = answer
		t.Rows = append(t.Rows, s.metricRow(answer, answers[store.Cosine]))
	}
	cosine, euclidean := answers[store.Cosine], answers[store.Euclidean]
	if len(cosine.Results) < 2 {
		t.Says = append(t.Says, "It takes at least three images for two of them to change places: bring in more.")
		return nil
	}
	t.Says = append(t.Says, fmt.Sprintf("Of the %s nearest by cosine, euclidean has %d too, and minkowski (p = %g) has %d.", templates.PlainPlural(len(cosine.Results), "image", "images"),
		shared(cosine, euclidean), answers[store.Minkowski].P, shared(cosine, answers[store.Minkowski])))
	swap, err := w.tellSwap(ctx, s, cosine, euclidean)
	if err != nil {
		return err
	}
	t.Says = append(t.Says, swap)
	if sameOrder(euclidean, answers[store.SqEuclidean]) {
		t.Says = append(t.Says, "Sqeuclidean has euclidean’s order, as it always has: squaring keeps what is larger larger.")
	}
	t.Try = []Link{{"Search by euclidean", "/search?" + s.by(store.Euclidean).Encode()}, {"Compare every metric for this image", "/compare?" + compareQuery(s)}}
	return nil
}

// by is the subject by another metric, as an address says it.
func (s *subject) by(m store.Metric) url.Values {
	q := s.values(s.embedding)
	q.Set("metric", string(m))
	q.Del("p")
	return q
}

func (s *subject) metricRow(answer, before *search.Page) Row {
	row := Row{Title: string(answer.Metric), URL: "/search?" + s.by(answer.Metric).Encode(), Images: s.shownHits(s.embedding, first(answer.Results, rowImages))}
	if answer.Metric == store.Minkowski {
		row.Title += fmt.Sprintf(" (p = %g)", answer.P)
	}
	if answer.Score != nil {
		row.Note = fmt.Sprintf("weighted score %.0f", answer.Score.Weighted)
	}
	for i := range row.Images {
		h := answer.Results[i]
		row.Images[i].Value, row.Images[i].Moved = fmt.Sprintf("%.4g", h.Distance), moved(rankOf(before.Results, h.ImageID), h.Rank)
	}
	return row
}

// moved says where a place is compared with an earlier one; 0 is not among the results.
func moved(before, now int) string {
	switch {
	case before == 0:
		return "new"
	case now < before:
		return "up"
	case now > before:
		return "down"
	}
	return ""
}

func shared(a, b *search.Page) int {
	n := 0
	for _, h := range a.Results {
		if rankOf(b.Results, h.ImageID) > 0 {
			n++
		}
	}
	return n
}

func sameOrder(a, b *search.Page) bool {
	for i, h := range a.Results {
		if i >= len(b.Results) || b.Results[i].ImageID != h.ImageID {
			return false
		}
	}
	return true
}

// tellSwap names the first two images that two metrics order differently.
func (w *web) tellSwap(ctx context.Context, s *subject, a, b *search.Page) (string, error) {
	first, second, found := swapped(a, b)
	if !found {
		return "On this image cosine and euclidean agree: no two of the images that both find change places.", nil
	}
	lengths := make([]float64, 2)
	for i, id := range []int64{first.ImageID, second.ImageID} {
		v, err := w.db.Vector(ctx, s.embedding.ID, id)
		if err != nil {
			return "", err
		}
		lengths[i] = length(v)
	}
	there := b.Results[rankOf(b.Results, first.ImageID)-1].Distance
	here := b.Results[rankOf(b.Results, second.ImageID)-1].Distance
	return fmt.Sprintf("The first two that change places are %s and %s: by cosine the former is nearer (%.4g against %.4g), by euclidean the latter (%.4g against %.4g). Their lists are %.3g and %.3g long, which cosine does not mind and euclidean does.",
		quoted(first.Name), quoted(second.Name), first.Distance, second.Distance, here, there, lengths[0], lengths[1]), nil
}

// swapped finds the first two images of an answer that another one has in the opposite order.
func swapped(a, b *search.Page) (first, second search.Hit, found bool) {
	for i, h := range a.Results {
		for _, later := range a.Results[i+1:] {
			x, y := rankOf(b.Results, h.ImageID), rankOf(b.Results, later.ImageID)
			if x > 0 && y > 0 && y < x {
				return h, later, true
			}
		}
	}
	return first, second, false
}

func length(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}
