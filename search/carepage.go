package search

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// CarePage is a dataset looked through: what was found, what is staged to be changed, and what was changed.
type CarePage struct {
	templates.Base `json:"-"`
	*CareReport
	EditsOff  string     `json:"edits_off"` // why nothing can be changed, "" where it can
	Scoring   Scoring    `json:"scoring"`   // how the dataset's evaluations stand: changes make them stale
	Staged    []CareEdit `json:"staged"`
	Committed []CareEdit `json:"committed"`

	Alone    string         `json:"-"` // the section that is shown alone, "" for all
	Sections []CareSection  `json:"-"` // those shown
	Tabs     []CareTab      `json:"-"`
	Bars     []CareBar      `json:"-"` // of the categories; nil where balance is not shown
	All      string         `json:"-"` // address of all sections
	Filter   CareFilterForm `json:"-"`
	Names    []string       `json:"-"` // categories to move to

	AllMatching *CareAll `json:"-"` // selects all that the filter lets through; nil where there is none
	Datasets    []Choice `json:"-"`
	Models      []Choice `json:"-"`
	Layers      []Choice `json:"-"`
	Deleted     int      `json:"-"` // of the staged edits
	CSV         string   `json:"-"` // address of all findings as a table
	State       string   `json:"-"` // what the page is about, for its form
	File        string   `json:"-"`
}

// CareEdit is an edit with its picture.
type CareEdit struct {
	ImageID   int64            `json:"image_id"` // 0: the image is not in the dataset any more
	SHA256    string           `json:"sha256"`
	Name      string           `json:"name"`
	Action    store.EditAction `json:"action"`
	Was       string           `json:"was"`
	Category  string           `json:"category"`
	CreatedAt string           `json:"created_at"`
	Day       string           `json:"-"`
}

// CareTab leads to a section and says what is there.
type CareTab struct {
	Title, Number, Note, URL string
	Current                  bool
}

// CareFilterForm is the filter as a form and links.
type CareFilterForm struct {
	Fields     []Field // that the form keeps
	Name       string
	Numbers    []CareNumber
	Categories []Choice
	Clear      string // address without the filter; "" when there is none
}

// CareNumber is a field of the filter.
type CareNumber struct{ Name, Label, Value string }

func (w *web) serveCare(c echo.Context) error {
	s, err := readCareState(c.QueryParams())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	report, t, err := w.service.care(ctx, CareRequest{Dataset: s.dataset, Model: s.model, Layer: s.layer, Pooling: s.pooling, Filter: s.filter})
	if err != nil {
		return err
	}
	if c.QueryParam("format") == "csv" {
		return sendTable(c, s.dataset+"_care.csv", findingRows(CareFindings(report)))
	}
	page := &CarePage{Base: templates.NewBase(c, "care", "Care of "+report.Dataset), CareReport: report, EditsOff: w.service.EditsOff, File: w.service.fileName()}
	if err := page.edits(ctx, w.service.db, t.dataset); err != nil {
		return err
	}
	lacking, err := w.service.lacking(ctx, t.dataset)
	if err != nil {
		return err
	}
	page.Scoring = w.scoring(c, t.dataset, lacking)
	s.dataset, s.model, s.layer = report.Dataset, report.Model, report.Layer
	if s.pooling = ""; t.model.ambiguous(report.Layer) {
		s.pooling = report.Pooling
	}
	if page.Datasets, err = w.careDatasets(ctx, s); err != nil {
		return err
	}
	page.choices(s, t)
	page.CSV, page.State = s.url()+"&format=csv", s.values().Encode()
	page.sections(s, t.dataset)
	return templates.Respond(c, "search/care", page)
}

// edits reads what is staged and what was committed.
func (p *CarePage) edits(ctx context.Context, db *store.DB, d store.Dataset) error {
	p.Staged, p.Committed = []CareEdit{}, []CareEdit{}
	all, err := db.Edits(ctx, d.ID)
	for _, e := range all {
		edit := CareEdit{e.ImageID, fmt.Sprintf("%x", e.SHA256), e.Name, e.Action, e.Was, e.Category, e.CreatedAt, e.CreatedAt[:min(10, len(e.CreatedAt))]}
		switch {
		case !e.Pending:
			p.Committed = append(p.Committed, edit)
		default:
			p.Staged = append(p.Staged, edit)
			if e.Action == store.EditDelete {
				p.Deleted++
			}
		}
	}
	return err
}

func (w *web) careDatasets(ctx context.Context, s careState) ([]Choice, error) {
	datasets, err := w.service.datasets(ctx)
	var list []Choice
	for _, d := range datasets {
		list = append(list, Choice{Name: d.Name, Note: strconv.Itoa(d.Images), Current: d.Name == s.dataset, URL: careState{dataset: d.Name}.url()})
	}
	return list, err
}

func (p *CarePage) choices(s careState, t target) {
	for _, m := range t.models {
		p.Models = append(p.Models, Choice{Name: m.name, Current: m.name == s.model, URL: s.with(func(s *careState) { s.model, s.layer, s.pooling = m.name, "", "" })})
	}
	for _, l := range t.model.layers {
		c := Choice{Name: l.Layer, Score: l.mean, Current: l.ID == t.embedding.ID, URL: s.with(func(s *careState) {
			if s.layer, s.pooling = l.Layer, ""; t.model.ambiguous(l.Layer) {
				s.pooling = l.Pooling
			}
		})}
		if t.model.ambiguous(l.Layer) {
			c.Note = l.Pooling
		}
		p.Layers = append(p.Layers, c)
	}
	for _, c := range t.dataset.Categories {
		if c.Name != "" {
			p.Names = append(p.Names, c.Name)
		}
	}
	p.filterForm(s, t.dataset)
}

func (p *CarePage) filterForm(s careState, d store.Dataset) {
	f := &p.Filter
	f.Name, f.Fields = s.filter.Name, s.fields("name", "page", "min_width", "max_width", "min_height", "max_height", "min_size", "max_size")
	number := func(name, label string, n int64) {
		text := ""
		if n > 0 {
			text = strconv.FormatInt(n, 10)
		}
		f.Numbers = append(f.Numbers, CareNumber{name, label, text})
	}
	number("min_width", "Width from", s.filter.Width.Min)
	number("max_width", "Width to", s.filter.Width.Max)
	number("min_height", "Height from", s.filter.Height.Min)
	number("max_height", "Height to", s.filter.Height.Max)
	number("min_size", "Bytes from", s.filter.Size.Min)
	number("max_size", "Bytes to", s.filter.Size.Max)
	f.Categories = []Choice{{Name: "All", Current: s.filter.Category == nil, URL: s.with(func(s *careState) { s.filter.Category = nil })}}
	for _, c := range d.Categories {
		f.Categories = append(f.Categories, Choice{Name: c.Name, Note: swatch(d, c.Name), Current: s.filter.Category != nil && *s.filter.Category == c.Name,
			URL: s.with(func(s *careState) { s.filter.Category = &c.Name })})
	}
	if s.filter.any() {
		f.Clear = s.with(func(s *careState) { s.filter = CareFilter{} })
	}
}

// sendTable answers with rows as CSV to save.
func sendTable(c echo.Context, name string, rows [][]string) error {
	data, err := encodeCSV(rows)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", filepath.Base(name)))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", data)
}
