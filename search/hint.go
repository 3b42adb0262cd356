package search

import (
	"cmp"
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// worthTrying is by how much a score must be better for the page to say so.
const worthTrying = 5

// Hint is a next step worth trying: a sentence, and where it leads.
type Hint struct {
	Text string `json:"text"`
	Link string `json:"link"` // the words that lead there
	URL  string `json:"url"`
}

// hint is the first of these that the data say: nothing was found; the network itself must say what the picture is; the
// query does better elsewhere; its misses have something in common; it is an easy one.
func (s *Service) hint(ctx context.Context, p *SearchPage, sel selection, t target) (*Hint, error) {
	switch {
	case len(p.Results) == 0:
		return nil, nil
	case p.Query.Channel != nil, p.ProbeURL == "" && (p.NoGoodMatch || p.Score == nil):
		return nil, nil // no picture that the network could say more about
	case p.NoGoodMatch:
		return &Hint{
			fmt.Sprintf("No good match: even the nearest image is only in the %s of all pairs; good ones end at the %s.", p.Cards[0].Top, p.Scale.top(p.Scale.MatchPercentile)),
			"See what the network makes of the picture", p.ProbeURL,
		}, nil
	case p.Score == nil:
		return &Hint{"Without a category there is no score: judge for yourself, or ask the network what it takes this for.", "Show it", p.ProbeURL}, nil
	}
	if h := betterLayer(p.Strip, p.Score.Weighted); h != nil {
		return h, nil
	}
	if h, err := s.betterModel(ctx, p, sel, t); h != nil || err != nil {
		return h, err
	}
	if h := misses(p); h != nil {
		return h, nil
	}
	return s.harder(ctx, p, sel, t)
}

// betterLayer points to the layer of this model where the query does best, when that is another one.
func betterLayer(strip []StripItem, score float64) *Hint {
	var best *StripItem
	for i, l := range strip {
		if l.Score != nil && (best == nil || *l.Score > *best.Score) {
			best = &strip[i]
		}
	}
	if best == nil || *best.Score < score+worthTrying {
		return nil
	}
	return &Hint{fmt.Sprintf("At layer %s this query scores %.0f instead of %.0f.", best.Layer, *best.Score, score), "See it", best.URL}
}

// betterModel points to the best layer of another model, when the scorecard has this query do better there.
func (s *Service) betterModel(ctx context.Context, p *SearchPage, sel selection, t target) (*Hint, error) {
	best, at := p.Score.Weighted+worthTrying, (*store.Embedding)(nil)
	for _, m := range t.models {
		l := m.best()
		if m.name == t.model.name || l.mean == nil {
			continue
		}
		scores, err := s.pastQueries(ctx, l, store.Measure{Metric: p.Metric, P: p.P})
		if err != nil {
			return nil, err
		}
		if score, ok := scores.of[p.Query.ImageID]; ok && score >= best {
			best, at = score, &l.Embedding
		}
	}
	if at == nil {
		return nil, nil
	}
	return &Hint{
		fmt.Sprintf("At layer %s of %s this query scores %.0f instead of %.0f.", at.Layer, at.Model, best, p.Score.Weighted), "See it",
		sel.with(func(s *selection) { s.model, s.layer, s.pooling = at.Model, at.Layer, at.Pooling }),
	}, nil
}

// misses names the category that most of the wrong results have, and leads to why the nearest of them looks alike.
func misses(p *SearchPage) *Hint {
	count, nearest := map[string]int{}, map[string]Card{}
	worst := ""
	looked := p.Cards[:min(len(p.Cards), scoreDepth)]
	for _, c := range looked {
		if !c.Other {
			continue
		}
		if count[c.Category]++; count[c.Category] == 1 {
			nearest[c.Category] = c
		}
		if count[c.Category] > count[worst] {
			worst = c.Category
		}
	}
	if count[worst] == 0 {
		return nil
	}
	verb := "are"
	if count[worst] == 1 {
		verb = "is"
	}
	return &Hint{
		fmt.Sprintf("%d of %d %s “%s”.", count[worst], len(looked), verb, cmp.Or(worst, "no category")),
		"Why does the network take them for alike?", nearest[worst].Why,
	}
}

// harder follows a query that found everything: the image of its category that finds least, by the scorecard, or the layer
// that is worst at this one.
func (s *Service) harder(ctx context.Context, p *SearchPage, sel selection, t target) (*Hint, error) {
	scores, err := s.pastQueries(ctx, t.chosen(), store.Measure{Metric: p.Metric, P: p.P})
	if err != nil {
		return nil, err
	}
	if id := scores.hardest[p.Query.Category]; id != 0 && scores.of[id] < p.Score.Weighted-worthTrying {
		img, err := s.db.Image(ctx, id)
		if err != nil {
			return nil, err
		}
		return &Hint{
			fmt.Sprintf("All of them are right. The hardest of the “%s” scores %.0f.", img.Category, scores.of[id]), "Ask with it",
			sel.with(func(s *selection) { s.ask = AskFor(img.Name) }),
		}, nil
	}
	for _, l := range p.Strip {
		if l.Score != nil && *l.Score < p.Score.Weighted-worthTrying {
			return &Hint{fmt.Sprintf("All of them are right. At layer %s the same query scores %.0f.", l.Layer, *l.Score), "See what that layer goes by", l.URL}, nil
		}
	}
	return &Hint{"All of them are right, at every layer.", "See what the network looks at", p.ProbeURL}, nil
}
