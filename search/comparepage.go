package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

// ComparePage shows one query at every layer of every model under every metric, and a few configurations side by side.
type ComparePage struct {
	templates.Base `json:"-"`
	Dataset        string          `json:"dataset"`
	Query          Query           `json:"query"`
	K              int             `json:"k"`
	Figure         string          `json:"figure"`      // what the charts show: weighted, agreement or nearness
	Best           *CompareBest    `json:"best"`        // null when no layer has a figure
	Votes          []CompareVote   `json:"votes"`       // what the layers take a query without a category for
	Silent         []CompareSilent `json:"cannot_look"` // models that are left out, and why
	Charts         []CompareChart  `json:"charts"`
	Columns        []CompareColumn `json:"configurations"`

	Rows     [][]*CompareHit `json:"-"` // by rank, then configuration
	Swatch   string          `json:"-"`
	QueryURL string          `json:"-"` // a small picture of the query; "" where it has none
	Search   string          `json:"-"`
	Card     string          `json:"-"`
	Options  []Choice        `json:"-"` // configurations to add
	Form     []Field         `json:"-"`
	Ks       []Choice        `json:"-"`
	Full     bool            `json:"-"`
	Said     bool            `json:"-"` // the category is what the visitor says
	Unsaid   string          `json:"-"` // address without it
	Say      []string        `json:"-"` // categories to say
	SayForm  []Field         `json:"-"`
}

// CompareBest is the configuration with the highest figure for this query; others may have the same.
type CompareBest struct {
	Model    string  `json:"model"`
	Layer    string  `json:"layer"`
	Metric   string  `json:"metric"`
	Score    float64 `json:"score"`
	Category string  `json:"category,omitempty"` // that the nearest images agree on
	Ties     int     `json:"ties"`               // how many others have the same score

	URL string `json:"-"`
}

// CompareColumn is a configuration's answer.
type CompareColumn struct {
	Model  string        `json:"model"`
	Layer  string        `json:"layer"`
	Metric string        `json:"metric"`
	Score  *QueryScore   `json:"score"`
	Shared int           `json:"shared"` // images that the first configuration finds too
	Hits   []*CompareHit `json:"results"`

	URL    string `json:"-"`
	Remove string `json:"-"`
}

// CompareHit is a result and what became of it.
type CompareHit struct {
	Hit
	// FirstRank is the image's rank in the first configuration; 0: it is not among its results. In the first
	// configuration it is its own rank.
	FirstRank int  `json:"first_rank"`
	OnlyHere  bool `json:"only_here"` // no other configuration finds it

	Change string `json:"-"`
	URL    string `json:"-"`
	Swatch string `json:"-"`
	Other  bool   `json:"-"`
}

func (w *web) serveCompare(c echo.Context) error {
	q, err := readCompareQuery(c.QueryParams())
	if err != nil {
		return err
	}
	return w.withPicture(c, selection{dataset: q.dataset, ask: q.ask}, func(r Request) error { return w.respondCompare(c, q, r) })
}

func (w *web) respondCompare(c echo.Context, q compareQuery, r Request) error {
	ctx := c.Request().Context()
	page := &ComparePage{Base: templates.NewBase(c, "scorecard", "Compare"), K: q.k, Charts: []CompareChart{}, Silent: []CompareSilent{}}
	t, err := w.service.resolve(ctx, Request{Dataset: q.dataset, Metric: "cosine"})
	if err != nil {
		return err
	}
	r.Category = q.category
	if page.Query, err = w.service.resolveQuery(ctx, r, t.dataset); err != nil {
		return err
	}
	if page.Query.Channel != nil {
		return badRequestf("A channel belongs to one layer, so there is nothing to compare: search with it, and compare for the images that it finds.")
	}
	page.Heading = "Compare for " + page.Query.Name
	page.Dataset, q.dataset, q.ask = t.dataset.Name, t.dataset.Name, page.Query.ask()
	page.Figure = figureFor(page.Query, t.dataset)
	if err := w.service.compare(ctx, page, t); err != nil {
		return err
	}
	page.name(q)
	if len(q.configs) == 0 {
		q.configs = page.usual(t)
	}
	if err := w.service.columns(ctx, page, t, q, r.Ask); err != nil {
		return err
	}
	page.links(t, q)
	return templates.Respond(c, "search/compare", page)
}

// name finds the best configuration for this query, and what the layers take it for.
func (p *ComparePage) name(q compareQuery) {
	p.Votes = votesOf(p.Charts)
	best, bar, ok := bestOf(p.Charts, func(configuration) bool { return true })
	if !ok {
		return
	}
	p.Best = &CompareBest{Model: best.model, Layer: best.layer, Metric: MetricKey(best.measure.Metric, best.measure.P), Score: *bar.Score,
		Category: bar.Category, Ties: -1, URL: best.searchedBy(q.dataset, q.ask).url()}
	for _, c := range p.Charts {
		for _, b := range c.Bars {
			if b.Best {
				p.Best.Ties++
			}
		}
	}
}

// usual is what is compared when the address does not say: the best, and the best of another model, or of another layer.
func (p *ComparePage) usual(t target) []configuration {
	first, _, ok := bestOf(p.Charts, func(configuration) bool { return true })
	if !ok {
		m, _ := parseMetricKey("cosine")
		first = configuration{t.model.name, t.embedding.Layer, m}
	}
	list := []configuration{first}
	for _, fits := range []func(configuration) bool{
		func(c configuration) bool { return c.model != first.model },
		func(c configuration) bool { return c.layer != first.layer },
		func(c configuration) bool { return c.measure != first.measure },
	} {
		if second, _, ok := bestOf(p.Charts, fits); ok {
			return append(list, second)
		}
	}
	return list
}

// columns searches under every configuration and marks what differs.
func (s *Service) columns(ctx context.Context, p *ComparePage, t target, q compareQuery, ask Ask) error {
	for _, config := range q.configs {
		r := config.searchedBy(q.dataset, ask).request()
		r.K, r.Category = q.k, q.category
		answer, err := s.Neighbors(ctx, r)
		if err != nil {
			return err
		}
		column := CompareColumn{Model: config.model, Layer: config.layer, Metric: MetricKey(config.measure.Metric, config.measure.P), Score: answer.Score,
			URL: config.searchedBy(q.dataset, q.ask).url(), Remove: q.without(config)}
		for _, h := range answer.Results {
			column.Hits = append(column.Hits, &CompareHit{Hit: h, OnlyHere: true, Swatch: swatch(t.dataset, h.Category),
				Other: h.SameCategory != nil && !*h.SameCategory, URL: compareQuery{dataset: q.dataset, ask: AskFor(h.Name), k: q.k, configs: q.configs}.url()})
		}
		p.Columns = append(p.Columns, column)
	}
	p.differences()
	return nil
}

func (p *ComparePage) differences() {
	where := map[int64][]int{} // image → its rank in each configuration, 0 when it is not there
	for n, column := range p.Columns {
		for _, h := range column.Hits {
			if where[h.ImageID] == nil {
				where[h.ImageID] = make([]int, len(p.Columns))
			}
			where[h.ImageID][n] = h.Rank
		}
	}
	for n := range p.Columns {
		for _, h := range p.Columns[n].Hits {
			ranks := where[h.ImageID]
			h.FirstRank = ranks[0]
			h.OnlyHere = len(p.Columns) > 1 && len(slices.DeleteFunc(slices.Clone(ranks), func(r int) bool { return r == 0 })) == 1
			h.Change = change(n, h)
			if h.FirstRank > 0 {
				p.Columns[n].Shared++
			}
		}
	}
	for rank := range p.K {
		row, any := make([]*CompareHit, len(p.Columns)), false
		for n, column := range p.Columns {
			if rank < len(column.Hits) {
				row[n], any = column.Hits[rank], true
			}
		}
		if any {
			p.Rows = append(p.Rows, row)
		}
	}
}

// change says in a word what a result's place is beside the first configuration's.
func change(column int, h *CompareHit) string {
	switch {
	case h.OnlyHere:
		return "only here"
	case column == 0:
		return ""
	case h.FirstRank == 0:
		return "new"
	case h.FirstRank == h.Rank:
		return "same place"
	case h.FirstRank > h.Rank:
		return fmt.Sprintf("↑ from %d", h.FirstRank)
	default:
		return fmt.Sprintf("↓ from %d", h.FirstRank)
	}
}

func (p *ComparePage) links(t target, q compareQuery) {
	p.QueryURL = thumbnailURL(p.Query)
	p.Swatch, p.Full = swatch(t.dataset, p.Query.Category), len(q.configs) >= maxCompared
	p.Search = selection{dataset: q.dataset, ask: q.ask}.url()
	p.Card = cardQuery{dataset: q.dataset, measure: measures[0].Name, k: defaultCut, columns: byMetric}.url()
	for i, c := range p.Charts {
		measure, _ := parseMetricKey(c.Metric)
		for j, b := range c.Bars {
			config := configuration{c.Model, b.Layer, measure}
			p.Charts[i].Bars[j].Chosen = slices.Contains(q.configs, config)
			p.Charts[i].Bars[j].URL = q.adding(config) + "#side"
			if b.Category != "" {
				p.Charts[i].Bars[j].Swatch = swatch(t.dataset, b.Category)
			}
			if !p.Charts[i].Bars[j].Chosen {
				p.Options = append(p.Options, Choice{Name: fmt.Sprintf("%s · %s · %s", c.Model, b.Layer, c.Metric), URL: config.String(), Score: b.Score})
			}
		}
	}
	p.Form = q.fields()
	for _, k := range []int{5, 15, 30} {
		then := q
		then.k = k
		p.Ks = append(p.Ks, Choice{Name: strconv.Itoa(k), Current: k == q.k, URL: then.url()})
	}
	p.saying(t, q)
}

// saying fills in how the visitor says which category the query is of.
func (p *ComparePage) saying(t target, q compareQuery) {
	if p.Said = q.category != ""; p.Said {
		p.Unsaid = q.saying("")
	} else if p.Figure != figureAgreement {
		return
	}
	p.Say = namedCategories(t.dataset)
	for i, v := range p.Votes {
		p.Votes[i].URL, p.Votes[i].Swatch = q.saying(v.Category), swatch(t.dataset, v.Category)
	}
	p.SayForm = slices.DeleteFunc(q.fields(), func(f Field) bool { return f.Name == "category" })
}
