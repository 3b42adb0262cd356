package search

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// MapPage shows a dataset as a layer sees it: every image a point, near each other where they look alike to the layer.
type MapPage struct {
	templates.Base `json:"-"`
	*Page
	Color     string        `json:"color"`
	Map       *MapFigure    `json:"map"`              // null while the layer has none
	Second    *MapFigure    `json:"second,omitempty"` // another layer beside it
	Agreement *Agreement    `json:"agreement,omitempty"`
	Computing bool          `json:"computing,omitempty"` // the values are not there yet: ask again
	Legend    []LegendEntry `json:"categories"`
	Ramp      *Ramp         `json:"ramp,omitempty"`
	Selection *MapSelection `json:"selection"` // null while nothing is selected
	Table     MapTable      `json:"table"`
	Upload    Upload        `json:"-"`
	Datasets  []Choice      `json:"-"`
	Models    []Choice      `json:"-"`
	LayerList []Choice      `json:"-"`
	Methods   []Choice      `json:"-"`
	Colors    []Choice      `json:"-"`
	Channel   ChannelForm   `json:"-"`
	Beside    []BesideGroup `json:"-"`
	Form      []Field       `json:"-"` // for the choice of a second map
	Search    string        `json:"-"` // the same query on the search page
	QueryURL  string        `json:"-"`
	Swatch    string        `json:"-"`
	Address   string        `json:"-"`
	All       string        `json:"-"` // address without hidden categories
	CSV       string        `json:"-"`
	File      string        `json:"-"` // of the database, for commands to copy
	Alone     string        `json:"-"` // address without the second map
	Figures   []*MapFigure  `json:"-"`
	Hidden    bool          `json:"-"` // some category is
	HasPlace  bool          `json:"-"` // of an uploaded query, on the map
	Place     *MapPlace     `json:"-"` // of the form that searches at a place; nil while there is no map
	state     mapState      // resolved
}

// Agreement says how much two maps' layers have in common.
type Agreement struct {
	Shared  int      `json:"shared"` // of this query's neighbors
	Of      int      `json:"of"`
	Overlap *float64 `json:"overlap"` // share of all images' neighbors; null where it was not computed
}

// BesideGroup is a model with layers that can stand beside the map.
type BesideGroup struct {
	Model  string
	Layers []BesideLayer
}

// BesideLayer is an entry of the list of second maps.
type BesideLayer struct {
	Value, Layer string
	Current      bool
}

// ChannelForm asks for a channel to colour by.
type ChannelForm struct {
	Number, Last int
	Current      bool
	Fields       []Field
}

func (w *web) serveMap(c echo.Context) error {
	s, err := readMapState(c.QueryParams())
	if err != nil {
		return err
	}
	return w.withPicture(c, s.selection, func(r Request) error { return w.respondMap(c, s, r) })
}

func (w *web) respondMap(c echo.Context, s mapState, r Request) error {
	ctx := c.Request().Context()
	a, err := w.service.mapOf(ctx, r, s.method)
	if err != nil {
		return err
	}
	s.selection = s.selection.resolved(a.page, a.target)
	s.method = a.projection.Method
	page := &MapPage{Base: templates.NewBase(c, "map", "Map of "+a.page.Dataset), Page: a.page, state: s, Legend: []LegendEntry{}}
	if page.Datasets, err = w.datasetChoices(ctx, s.selection); err != nil {
		return err
	}
	if a.layout != nil {
		if err := w.fillMap(ctx, page, a, r); err != nil {
			return err
		}
	}
	page.links(s, a)
	page.File = w.service.fileName()
	if page.Computing {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	}
	return templates.Respond(c, "search/map", page)
}

// fillMap adds what there is only where there is a map.
func (w *web) fillMap(ctx context.Context, page *MapPage, a *mapAnswer, r Request) error {
	s := page.state
	var err error
	if page.Computing, err = w.service.colorSoon(ctx, s.color, a); err != nil {
		return err
	}
	selected, err := w.service.selected(ctx, s.lasso, a)
	if err != nil {
		return err
	}
	page.Map = figure("one", s, s, a, selected)
	page.Figures = []*MapFigure{page.Map}
	page.Legend, page.Ramp = legend(s, a.target.dataset), rampOf(a.values)
	if s.lasso != nil {
		page.Selection = selectionOf(s, a, selected)
	}
	page.Table = tableOf(s, a, selected)
	if s.second.layer == "" {
		return nil
	}
	return w.fillSecond(ctx, page, a, r, selected)
}

// fillSecond adds the map that stands beside the first.
func (w *web) fillSecond(ctx context.Context, page *MapPage, first *mapAnswer, r Request, selected []int64) error {
	s := page.state
	r.Model, r.Layer, r.Pooling = s.second.model, s.second.layer, s.second.pooling
	b, err := w.service.mapOf(ctx, r, "")
	if err != nil {
		return err
	}
	if b.layout == nil {
		return say(store.ErrNotFound, "There is no map of layer %q of %s yet. Run convnet project on the dataset.", r.Layer, b.target.model.name)
	}
	computing, err := w.service.colorSoon(ctx, s.color, b)
	if err != nil {
		return err
	}
	page.Computing = page.Computing || computing
	own := s
	own.selection = own.selection.resolved(b.page, b.target)
	own.method = b.projection.Method
	page.Second = figure("two", s, own, b, selected)
	page.Figures = append(page.Figures, page.Second)
	page.Agreement, err = w.service.agreement(ctx, first, b)
	return err
}

func (s *Service) agreement(ctx context.Context, a, b *mapAnswer) (*Agreement, error) {
	agree := &Agreement{Of: len(a.page.Results)}
	in := map[int64]bool{}
	for _, id := range a.neighborIDs() {
		in[id] = true
	}
	for _, id := range b.neighborIDs() {
		agree.Shared += choose(in[id], 1, 0)
	}
	all, err := s.db.ProjectionOverlaps(ctx, a.projection.EmbeddingID, a.projection.Method)
	for _, o := range all {
		if o.Model == b.projection.Model && o.Layer == b.projection.Layer && o.Pooling == b.projection.Pooling {
			agree.Overlap = &o.Overlap
		}
	}
	return agree, err
}

// links fills in what leads to other states of the page.
func (p *MapPage) links(s mapState, a *mapAnswer) {
	d := a.target.dataset
	p.Address, p.Color, p.Search = s.url("/map"), s.color.String(), s.selection.url()
	p.CSV = s.url("/map.csv")
	p.All = s.with(func(s *mapState) { s.hide, s.show = nil, nil })
	p.Alone = s.with(func(s *mapState) { s.second = secondMap{} })
	p.HasPlace = a.place != nil
	if a.layout != nil {
		p.Place = s.placeForm(a)
	}
	p.Hidden = len(s.hide)+len(s.show) > 0
	p.Swatch = swatch(d, p.Query.Category)
	p.QueryURL = thumbnailURL(p.Query)
	for i, c := range p.Datasets {
		p.Datasets[i].URL = datasetMap(c.URL)
	}
	p.Models, p.LayerList = s.modelChoices(a.target), s.layerChoices(p.Layers, a.target)
	p.Methods, p.Colors = s.methodChoices(a.methods), s.colorChoices()
	p.Channel = s.channelForm(a.target.embedding.Channels)
	p.Beside = s.besideChoices(a.target)
	p.Form = s.fieldsWithout("model2", "layer2", "pooling2")
}
