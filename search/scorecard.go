package search

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

// ScorecardPage says how well every layer finds images of the query's category, over a whole dataset.
type ScorecardPage struct {
	templates.Base `json:"-"`
	Dataset        string      `json:"dataset"`
	Measure        string      `json:"measure"` // with its cut-off: precision_at_10
	Category       *string     `json:"category"`
	Queries        int         `json:"queries"`
	Lacking        int         `json:"lacking"` // evaluations that are missing or stale: convnet evaluate makes them
	Scoring        Scoring     `json:"scoring"`
	Best           *Best       `json:"best"` // null when nothing was evaluated
	Table          *CardTable  `json:"table"`
	Chosen         *Placed     `json:"chosen"` // what the confusion and the hardest queries are of
	Confusion      *Confusion  `json:"confusion"`
	Hardest        []HardQuery `json:"hardest"`
	Scores         []Score     `json:"scores"` // what `convnet evaluate` prints
	Measures       []Measure   `json:"measures"`

	Label         string     `json:"-"`
	Images        int        `json:"-"`
	Chart         *CardChart `json:"-"`
	File          string     `json:"-"`
	Export        string     `json:"-"`
	Compare       string     `json:"-"`
	Unsorted      string     `json:"-"`
	UnsortedNow   bool       `json:"-"`
	ByMeasure     bool       `json:"-"`
	ChosenURL     string     `json:"-"`
	ShownMetric   string     `json:"-"` // where the table shows one metric only
	Datasets      []Choice   `json:"-"`
	MeasureLinks  []Choice   `json:"-"`
	Cuts          []Choice   `json:"-"`
	ColumnLinks   []Choice   `json:"-"`
	MetricLinks   []Choice   `json:"-"`
	CategoryLinks []Choice   `json:"-"`
}

func (w *web) serveScorecard(c echo.Context) error {
	q, err := readCardQuery(c.QueryParams())
	if err != nil {
		return err
	}
	card, err := w.service.readCard(c.Request().Context(), q)
	if err != nil {
		return err
	}
	q.dataset = card.dataset.Name
	if c.QueryParam("format") == "csv" {
		return exportScores(c, card)
	}
	page := &ScorecardPage{Base: templates.NewBase(c, "scorecard", "Scorecard of "+q.dataset)}
	if err := page.fill(card, q, templates.WantsJSON(c)); err != nil {
		return err
	}
	page.File = filepath.Base(w.service.db.Path())
	page.Scoring = w.scoring(c, card.dataset, card.lacking)
	if page.Datasets, err = w.cardDatasets(c, q); err != nil {
		return err
	}
	return templates.Respond(c, "search/scorecard", page)
}

func exportScores(c echo.Context, card *card) error {
	var out bytes.Buffer
	if err := WriteScores(&out, scoresOf(card.dataset.Name, card.all, card.images, card.resample)); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="scores.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

// fill decides everything that the page says; the list of all scores is for programs only.
func (p *ScorecardPage) fill(card *card, q cardQuery, program bool) error {
	p.Dataset, p.Category, p.Lacking, p.Images = card.dataset.Name, q.category, card.lacking, len(card.images)
	p.Measure, p.Label, p.Measures = card.judgment.key(), card.judgment.String(), measures
	p.Table, p.Hardest, p.Scores = &CardTable{}, []HardQuery{}, []Score{}
	p.choices(card, q)
	at, err := card.chosen(q)
	if err != nil || at < 0 {
		return err
	}
	card.draw()
	p.Best, p.Table, p.Chart = card.name(), card.table(q), card.chart()
	if p.Best == nil {
		return nil // no image has a category
	}
	chosen := card.placed(at)
	p.Chosen, p.ChosenURL = &chosen, card.all[at].search(card.dataset.Name, "")
	p.Confusion, p.Hardest = card.confusion(card.all[at]), card.hard(at)
	for _, x := range card.lists[at] {
		if x == x { // not NaN
			p.Queries++
		}
	}
	if program {
		p.Scores = scoresOf(card.dataset.Name, card.all, card.images, card.resample)
	}
	return nil
}

func (p *ScorecardPage) choices(card *card, q cardQuery) {
	p.Export = q.url()
	if p.Export == "/scorecard" {
		p.Export += "?"
	} else {
		p.Export += "&"
	}
	p.Unsorted, p.UnsortedNow = q.with(func(q *cardQuery) { q.sort = "" }), q.sort == ""
	p.ByMeasure = q.columns == byMeasure
	p.Compare = "/compare?" + encode("dataset", card.dataset.Name)
	if q.columns != byMetric {
		p.ShownMetric = q.chosenMetric()
		for _, key := range card.metrics() {
			p.MetricLinks = append(p.MetricLinks, Choice{Name: key, Current: key == p.ShownMetric, URL: q.with(func(q *cardQuery) { q.metric = key })})
		}
	}
	for _, m := range measures {
		label := m.Label
		if m.Cut {
			label += "@k"
		}
		p.MeasureLinks = append(p.MeasureLinks, Choice{Name: label, Note: m.Definition, Current: m.Name == q.measure,
			URL: q.with(func(q *cardQuery) { q.measure = m.Name })})
	}
	for _, k := range []int{1, 5, 10, 15, 50} {
		if card.judgment.Cut || p.ByMeasure {
			p.Cuts = append(p.Cuts, Choice{Name: strconv.Itoa(k), Current: k == q.k, URL: q.with(func(q *cardQuery) { q.k = k })})
		}
	}
	for _, by := range []struct{ name, label string }{{byMetric, "Metrics"}, {byMeasure, "Measures"}, {byCategory, "Categories"}} {
		p.ColumnLinks = append(p.ColumnLinks, Choice{Name: by.label, Current: by.name == q.columns,
			URL: q.with(func(q *cardQuery) { q.columns, q.sort = by.name, "" })})
	}
	p.CategoryLinks = append(p.CategoryLinks, Choice{Name: "All", Current: q.category == nil, URL: q.with(func(q *cardQuery) { q.category = nil })})
	for _, g := range card.dataset.Categories {
		if g.Name == "" {
			continue
		}
		p.CategoryLinks = append(p.CategoryLinks, Choice{Name: g.Name, Note: swatch(card.dataset, g.Name), Current: q.category != nil && *q.category == g.Name,
			URL: q.with(func(q *cardQuery) { q.category = &g.Name })})
	}
}

func (w *web) cardDatasets(c echo.Context, q cardQuery) ([]Choice, error) {
	datasets, err := w.service.datasets(c.Request().Context())
	var list []Choice
	for _, d := range datasets {
		there := cardQuery{dataset: d.Name, measure: q.measure, k: q.k, columns: q.columns}
		list = append(list, Choice{Name: d.Name, Current: d.Name == q.dataset, URL: there.url()})
	}
	return list, err
}
