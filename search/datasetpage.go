package search

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// DatasetPage is a dataset's catalogue and what was refused on its way in.
type DatasetPage struct {
	templates.Base `json:"-"`
	DatasetCard
	CreatedAt  string        `json:"created_at"`
	Catalogue  Catalogue     `json:"catalogue"`
	Quarantine []Quarantined `json:"quarantine"`

	Care string `json:"-"` // address of the care page
}

// Quarantined is an input that did not become an image.
type Quarantined struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (w *web) serveDataset(c echo.Context) error {
	name, err := templates.PathParam(c, "name")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := w.service.db.Dataset(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return say(store.ErrNotFound, "There is no dataset %q in this file.", name)
	}
	if err != nil {
		return err
	}
	page := &DatasetPage{Base: templates.NewBase(c, "datasets", d.Name), CreatedAt: d.CreatedAt, Care: careState{dataset: d.Name}.url()}
	if page.DatasetCard, err = w.service.datasetCard(ctx, d); err != nil {
		return err
	}
	s, err := readSelection(c.QueryParams())
	if err != nil {
		return err
	}
	if page.Catalogue, err = w.service.catalogue(ctx, d, datasetCatalogue(d, s)); err != nil {
		return err
	}
	if page.Quarantine, err = w.quarantine(c, d.Name); err != nil {
		return err
	}
	return templates.Respond(c, "search/dataset", page)
}

func datasetCatalogue(d store.Dataset, s selection) catalogueView {
	return catalogueView{
		category: s.category, page: s.page, perGroup: 10, groupsPerPage: 20, perPage: 120,
		categoryURL: func(category *string, page int) string { return datasetURL(d.Name, category, page) },
		imageURL:    func(img store.Image) string { return selection{dataset: d.Name, ask: AskFor(img.Name)}.url() },
	}
}

func (w *web) quarantine(c echo.Context, dataset string) ([]Quarantined, error) {
	all, err := w.service.db.Quarantine(c.Request().Context())
	list := []Quarantined{}
	for _, q := range all {
		if q.Dataset == dataset {
			list = append(list, Quarantined{q.Name, q.Reason})
		}
	}
	return list, err
}

// datasetURL is the address of a dataset's page; a nil category shows all.
func datasetURL(name string, category *string, page int) string {
	q := url.Values{}
	if category != nil {
		q.Set("category", *category)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	address := "/datasets/" + url.PathEscape(name)
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}
