package search

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// CardTable is the scorecard's table: a row per layer, and a column per metric, measure or category.
type CardTable struct {
	Columns []CardColumn `json:"columns"`
	Rows    []CardRow    `json:"rows"`
	Low     float64      `json:"low"` // smallest and largest mean, which the colours span
	High    float64      `json:"high"`
}

// CardColumn is a column, and the address that sorts by it.
type CardColumn struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	URL    string `json:"-"`
	Sorted bool   `json:"-"`
	Swatch string `json:"-"` // of a category
}

// CardRow is a layer.
type CardRow struct {
	Model   string      `json:"model"`
	Layer   string      `json:"layer"`
	Pooling string      `json:"pooling"`
	Cells   []*CardCell `json:"cells"` // null where nothing was evaluated

	First bool   `json:"-"` // of its model, in the order of the networks
	Span  int    `json:"-"`
	URL   string `json:"-"` // address that searches there
}

// CardCell is a mean over queries with its 95 % bootstrap interval.
type CardCell struct {
	Value float64 `json:"value"`
	Low   float64 `json:"interval_low"`
	High  float64 `json:"interval_high"`
	N     int     `json:"n"`
	Best  bool    `json:"best"` // of the column

	Top  bool   `json:"-"` // of the whole table
	Heat int    `json:"-"` // 0 to heatSteps
	URL  string `json:"-"` // address that shows who is taken for whom there
}

const heatSteps = 20

// table makes the table that the state asks for.
func (c *card) table(q cardQuery) *CardTable {
	t := &CardTable{}
	switch q.columns {
	case byMetric:
		c.metricColumns(t, q)
	case byMeasure:
		c.measureColumns(t, q)
	case byCategory:
		c.categoryColumns(t, q)
	}
	t.colour(q.columns == byMeasure)
	if q.columns == byMetric {
		t.crown(c.best(func(evaluated) bool { return true }), c)
	}
	t.sort(q)
	return t
}

// rows makes a row per layer, in the order of the networks, and returns where each layer's is.
func (c *card) rows(t *CardTable) map[int64]*CardRow {
	at := map[int64]*CardRow{}
	var order []int64
	for _, e := range c.all {
		if at[e.ID] == nil {
			at[e.ID] = &CardRow{Model: e.Model, Layer: e.Layer, Pooling: e.Pooling, Cells: make([]*CardCell, len(t.Columns)),
				URL: selection{dataset: c.dataset.Name, model: e.Model, layer: e.Layer}.url()}
			order = append(order, e.ID)
		}
	}
	for _, id := range order {
		t.Rows = append(t.Rows, *at[id])
	}
	for i, id := range order {
		at[id] = &t.Rows[i]
	}
	return at
}

func (t *CardTable) column(q cardQuery, name, label string) {
	c := CardColumn{Name: name, Label: label, Sorted: q.sort == name}
	c.URL = q.with(func(q *cardQuery) {
		if q.sort = name; c.Sorted {
			q.sort = ""
		}
	})
	t.Columns = append(t.Columns, c)
}

func (c *card) cell(e evaluated, q cardQuery, list []float64, low, high float64) *CardCell {
	cell := &CardCell{Low: low, High: high}
	cell.Value, cell.N = retrieval.Mean(list)
	cell.URL = q.with(func(q *cardQuery) { q.model, q.layer, q.metric = e.Model, e.Layer, e.key() }) + "#confusion"
	return cell
}

func (c *card) metricColumns(t *CardTable, q cardQuery) {
	var metrics []store.Measure
	for _, e := range c.all {
		if !slices.Contains(metrics, e.measure) {
			metrics = append(metrics, e.measure)
		}
	}
	slices.SortFunc(metrics, compareMeasures)
	for _, m := range metrics {
		t.column(q, MetricKey(m.Metric, m.P), MetricKey(m.Metric, m.P))
	}
	rows := c.rows(t)
	for i, e := range c.all {
		low, high := c.sure.Interval(i)
		rows[e.ID].Cells[slices.Index(metrics, e.measure)] = c.cell(e, q, c.lists[i], low, high)
	}
}

func (c *card) measureColumns(t *CardTable, q cardQuery) {
	var shown []judgement
	for _, m := range measures {
		shown = append(shown, mustJudgement(m.Name, q.k))
	}
	for _, j := range shown {
		t.column(q, j.key(), j.String())
	}
	rows := c.rows(t)
	some := c.underMetric(q.chosenMetric())
	var lists [][]float64
	for _, e := range some {
		for _, j := range shown {
			lists = append(lists, e.values(c.images, j, c.category))
		}
	}
	b := c.resample(lists)
	for i, e := range some {
		for n := range shown {
			at := i*len(shown) + n
			low, high := b.Interval(at)
			rows[e.ID].Cells[n] = c.cell(e, q, lists[at], low, high)
		}
	}
}

func (c *card) categoryColumns(t *CardTable, q cardQuery) {
	for _, g := range c.dataset.Categories {
		if g.Name != "" {
			t.column(q, g.Name, g.Name)
			t.Columns[len(t.Columns)-1].Swatch = swatch(c.dataset, g.Name)
		}
	}
	rows := c.rows(t)
	some := c.underMetric(q.chosenMetric())
	for n, column := range t.Columns {
		var lists [][]float64
		for _, e := range some {
			lists = append(lists, e.values(c.images, c.judgment, &column.Name))
		}
		b := c.resample(lists)
		for i, e := range some {
			low, high := b.Interval(i)
			rows[e.ID].Cells[n] = c.cell(e, q, lists[i], low, high)
		}
	}
}

func (c *card) underMetric(key string) []evaluated {
	return slices.DeleteFunc(slices.Clone(c.all), func(e evaluated) bool { return e.key() != key })
}

// colour marks the best cells and gives every cell its step on the scale: of the whole table, or of its column where the
// columns are different measures.
func (t *CardTable) colour(byColumn bool) {
	t.Low, t.High = t.span(func(int) bool { return true })
	for n := range t.Columns {
		low, high := t.span(func(column int) bool { return column == n })
		for _, row := range t.Rows {
			if cell := row.Cells[n]; cell != nil {
				cell.Best = cell.Value == high
				if byColumn {
					cell.Heat = heat(cell.Value, low, high)
				} else {
					cell.Heat = heat(cell.Value, t.Low, t.High)
				}
			}
		}
	}
}

// crown marks the one cell that is named as the best of all.
func (t *CardTable) crown(best int, c *card) {
	e := c.all[best]
	n := slices.IndexFunc(t.Columns, func(column CardColumn) bool { return column.Name == e.key() })
	for _, row := range t.Rows {
		if row.Model == e.Model && row.Layer == e.Layer && row.Pooling == e.Pooling {
			row.Cells[n].Top = true
		}
	}
}

// span is the smallest and the largest value of some columns.
func (t *CardTable) span(of func(column int) bool) (low, high float64) {
	var values []float64
	for _, row := range t.Rows {
		for n, cell := range row.Cells {
			if cell != nil && of(n) {
				values = append(values, cell.Value)
			}
		}
	}
	if len(values) == 0 {
		return 0, 0
	}
	return slices.Min(values), slices.Max(values)
}

func heat(value, low, high float64) int {
	if high <= low {
		return heatSteps / 2
	}
	return int((value-low)/(high-low)*heatSteps + 0.5)
}

// sort brings the rows in the order of a column, or groups them by model.
func (t *CardTable) sort(q cardQuery) {
	if n := slices.IndexFunc(t.Columns, func(c CardColumn) bool { return c.Sorted }); n >= 0 {
		slices.SortStableFunc(t.Rows, func(a, b CardRow) int { return compareCells(b.Cells[n], a.Cells[n]) })
	}
	for i := range t.Rows {
		if t.Rows[i].First = i == 0 || t.Rows[i-1].Model != t.Rows[i].Model; t.Rows[i].First {
			for t.Rows[i].Span < len(t.Rows)-i && t.Rows[i+t.Rows[i].Span].Model == t.Rows[i].Model {
				t.Rows[i].Span++
			}
		}
	}
}

func compareCells(a, b *CardCell) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	case a.Value < b.Value:
		return -1
	case a.Value > b.Value:
		return 1
	}
	return 0
}
