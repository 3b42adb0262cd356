package search

import "github.com/convnet-playground/convnet/store"

// namedLayers is how many layers a strip can name; more are thin columns and a list.
const namedLayers = 14

// links fills in what leads to other states of the page, whatever the answer is.
func (p *SearchPage) links(s selection, t target) {
	p.Address = s.url()
	if p.Twin == "" { // the answer to a form has the address that shows the same again
		p.Return, p.Twin = p.Address, p.Address+"&format=json"
	}
	p.Swatch = swatch(t.dataset, p.Query.Category)
	p.QueryURL, p.Shown, p.Thumb = pictureURL(p.Query), shownURL(p.Query), thumbnailURL(p.Query)
	p.ProbeURL, p.LayerURL = s.probeURL(), s.layerURL()
	p.Models = modelChoices(s, t)
	p.Metrics, p.Ks = metricChoices(s), kChoices(s)
	p.Form, p.PForm = s.fields(append(askNames, "p")...), s.fields("p")
	if len(t.model.layers) > namedLayers {
		p.Dense = s.fields("layer", "pooling")
	}
	for _, l := range t.model.layers {
		pooling := ""
		if t.model.ambiguous(l.Layer) {
			pooling = l.Pooling
		}
		p.Strip = append(p.Strip, StripItem{URL: s.with(func(s *selection) {
			s.layer, s.pooling, s.ask = l.Layer, pooling, s.ask.clamped(l.Channels)
		})})
	}
}

// show fills in what the answer is shown by.
func (p *SearchPage) show(s selection, t target) {
	p.Heading = title(p.Page)
	for i, l := range p.Layers {
		p.Strip[i].LayerScore = l
		p.HasMeans = p.HasMeans || l.MeanScore != nil
	}
	for _, h := range p.Results {
		p.Cards = append(p.Cards, newCard(s, t, h, p.Scale))
		if p.Channel != nil && p.Upload.Available {
			p.Cards[len(p.Cards)-1].Heat = s.probeMap(AskFor(h.Name), p.Channel.Number)
		}
	}
	p.CompareURL = compareQuery{dataset: s.dataset, ask: inComparison(s.ask, p.Results), k: defaultK}.url()
	p.Ranks = rankBars(p.Score)
	if p.Scale != nil {
		p.Good = 100 - p.Scale.MatchPercentile
	}
}

func newCard(s selection, t target, h Hit, scale *Scale) Card {
	card := Card{
		Hit: h, Swatch: swatch(t.dataset, h.Category), Other: h.SameCategory != nil && !*h.SameCategory,
		URL: s.with(func(s *selection) { s.ask = AskFor(h.Name) }),
		Why: whyURL(s, h.Name),
	}
	card.Plus, card.Minus = s.steering(h.Name)
	if h.Activation != nil {
		card.Why, card.Near = "", 100*h.Similarity
	}
	if scale != nil {
		card.Top, card.Near = scale.top(*h.Percentile), 100-*h.Percentile
	}
	return card
}

func workbenchCatalogue(s selection, current int64) catalogueView {
	return catalogueView{
		category: s.category, seed: s.shuffle, page: s.page, perGroup: 4, groupsPerPage: 12, perPage: 60, current: current,
		categoryURL: func(category *string, page int) string {
			return s.with(func(s *selection) { s.category, s.shuffle, s.page = category, 0, page })
		},
		shuffledURL: func(seed, page int) string {
			return s.with(func(s *selection) { s.category, s.shuffle, s.page = nil, seed, page })
		},
		imageURL: func(img store.Image) string { return s.asking(AskFor(img.Name)) },
		steering: s.steering,
	}
}
