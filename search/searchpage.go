package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// namedLayers is how many layers a strip can name; more are thin columns and a list.
const namedLayers = 14

// SearchPage is the search page: an answer, what else could be asked, and the catalogue to ask with.
type SearchPage struct {
	templates.Base `json:"-"`
	*Page
	Catalogue Catalogue `json:"catalogue"`
	Upload    Upload    `json:"upload"`

	Datasets   []Choice    `json:"-"`
	Models     []Choice    `json:"-"`
	Metrics    []Choice    `json:"-"`
	Ks         []Choice    `json:"-"`
	Strip      []StripItem `json:"-"`
	Cards      []Card      `json:"-"`
	Hint       *Hint       `json:"hint"` // a next step worth trying
	Ranks      *RankBars   `json:"-"`
	Good       float64     `json:"-"` // where on a bar good matches begin
	Form       []Field     `json:"-"` // the selection, for forms; without what the form itself asks for
	PForm      []Field     `json:"-"` // the selection but for minkowski's exponent
	Dense      []Field     `json:"-"` // the same for choosing a layer from a list, when the strip has too many to name
	QueryURL   string      `json:"-"` // the query's picture; "" where it is not one
	Thumb      string      `json:"-"` // a small one; "" where it has none
	Swatch     string      `json:"-"`
	Address    string      `json:"-"` // of this page with everything said
	CompareURL string      `json:"-"` // the same query at every layer of every model; for a channel, the images that it finds
	HasMeans   bool        `json:"-"` // the strip shows the dataset's mean scores

	Basket  *Basket      `json:"-"` // the query's parts; nil where it is one picture or a channel
	Crop    *CropView    `json:"-"` // nil where nothing can be cropped
	Channel *ChannelView `json:"-"` // nil where the query is no channel
	Saving  Saving       `json:"-"`

	Map *MapPanel `json:"-"` // nil: the layer has none

	Firing   []FiringChannel `json:"firing"` // channels of the layer that fire for the query
	ProbeURL string          `json:"-"`      // the query, layer by layer
	LayerURL string          `json:"-"`
}

// Upload says whether a new picture can be the query.
type Upload struct {
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty"` // why not
}

// Choice is one of several things to choose from.
type Choice struct {
	Name, Note string
	URL        string
	Current    bool
	Score      *float64
	Icon       Icon
}

// StripItem is a layer in the strip.
type StripItem struct {
	LayerScore
	URL  string
	Icon Icon
}

// Card is a result with its links.
type Card struct {
	Hit
	URL    string
	Why    string // address of what makes it similar; "" where a channel is the query
	Plus   string // address of the search that is to be like it, too
	Minus  string // address of the search that is to be unlike it; "" where that cannot be
	Heat   string // address of a drawing of where the channel fires; "" where none is the query
	Swatch string
	Other  bool    // of another category than the query
	Top    string  // its percentile, as words: top 0.2 %
	Near   float64 // length of the bar: how many of all pairs are farther apart, in percent
}

// Field is a hidden form field.
type Field struct{ Name, Value string }

func (w *web) serveSearch(c echo.Context) error {
	s, err := readSelection(c.QueryParams())
	if err != nil {
		return err
	}
	return w.withPicture(c, s, func(r Request) error {
		s.ask = r.Ask
		return w.respondSearch(c, s)
	})
}

// serveUpload answers POST /search: the picture becomes the query, or with plus or minus a part of it.
func (w *web) serveUpload(c echo.Context) error {
	done, err := w.uploads.Take(c.Request().Context())
	if err != nil {
		return err
	}
	defer done()
	fields, picture, err := w.uploads.Read(c.Request())
	if err != nil {
		return err
	}
	token, err := w.uploads.Hold(c, picture)
	if err != nil {
		return err
	}
	fields.Set(string(KindUpload), token)
	s, err := readSelection(fields)
	if err != nil {
		return err
	}
	if s.ask, err = w.pictures(c, s.ask.sent(token, &Picture{Name: picture.Name, Data: picture.Data})); err != nil {
		return err
	}
	return w.respondSearch(c, s)
}

func (w *web) respondSearch(c echo.Context, s selection) error {
	s, err := w.service.opening(c.Request().Context(), s)
	if err != nil {
		return err
	}
	r := s.request()
	ctx := c.Request().Context()
	answer, t, err := w.service.understand(ctx, r)
	if err != nil {
		return err
	}
	s = s.resolved(answer, t)
	page := &SearchPage{Base: templates.NewBase(c, "search", ""), Page: answer}
	both, inBoth := errgroup.WithContext(ctx) // a network may have to look at a picture
	both.Go(func() error { return w.service.fill(inBoth, answer, t, r) })
	both.Go(func() error { return w.beside(inBoth, page, s, t) })
	if err := both.Wait(); err != nil {
		return err
	}
	page.Heading = title(answer)
	page.links(s, t)
	page.ProbeURL, page.LayerURL = s.probeURL(), s.layerURL()
	if err = w.service.icons(ctx, page, t); err != nil {
		return err
	}
	if page.Hint, err = w.service.hint(ctx, page, s, t); err != nil {
		return err
	}
	if err := w.fillQuery(c, page, s, t); err != nil {
		return err
	}
	if page.Map, err = w.service.panel(ctx, s, answer, t); err != nil {
		return err
	}
	return templates.Respond(c, "search/search", page)
}

// beside fills in what does not hang on the answer.
func (w *web) beside(ctx context.Context, page *SearchPage, s selection, t target) (err error) {
	if page.Firing, err = w.service.firing(ctx, t.embedding, page.Query); err != nil {
		return err
	}
	if page.Datasets, err = w.datasetChoices(ctx, s); err != nil {
		return err
	}
	reason, err := w.service.uploadOff(ctx, t.embedding)
	if err != nil {
		return err
	}
	page.Upload = Upload{Available: reason == "", Reason: reason}
	if page.Upload.Available {
		s.shown(page.Firing)
	}
	page.Catalogue, err = w.service.catalogue(ctx, t.dataset, workbenchCatalogue(s, page.Query.ImageID))
	return err
}

func title(p *Page) string {
	name := p.Query.Name
	if p.Query.Crop != nil {
		name = "a part of " + name
	}
	switch {
	case p.Query.Channel != nil:
		return fmt.Sprintf("What excites channel %d of %s", *p.Query.Channel, p.Layer)
	case p.NoGoodMatch:
		return "Nothing looks much like " + name
	}
	return "Looks like " + name
}

// fillQuery adds what is shown of the query, and what can be done to it.
func (w *web) fillQuery(c echo.Context, page *SearchPage, s selection, t target) (err error) {
	ctx := c.Request().Context()
	if page.Basket, err = w.service.basket(ctx, s, page.Query); err != nil {
		return err
	}
	if page.Channel, err = w.service.channelView(ctx, s, page.Query, t.embedding); err != nil {
		return err
	}
	page.Crop = s.cropView(page.Query, page.Upload.Available)
	if page.Channel != nil && page.Upload.Available {
		for i, card := range page.Cards {
			page.Cards[i].Heat = s.probeMap(AskFor(card.Name), page.Channel.Number)
		}
	}
	if p, ok := s.ask.alone(); ok && p.Kind == KindUpload {
		page.Curl = s.sendingCurl(c, page.Query)
	}
	page.Saving, err = w.service.saving(ctx, s)
	return err
}

// sendingCurl is a command line that sends the picture again: its token is known to one browser only, and not for long.
func (s selection) sendingCurl(c echo.Context, q Query) string {
	s.ask = nil
	address := s.url()
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	address += separator + "format=json"
	if q.Crop != nil {
		address += "&crop=" + q.Crop.String()
	}
	return strings.Replace(templates.Curl(c, address), "curl ", "curl -F "+templates.ShellWord("image=@"+q.Name)+" ", 1)
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

// links fills in everything that leads to another state of the page.
func (p *SearchPage) links(s selection, t target) {
	p.Address = s.url()
	if p.Twin == "" { // the answer to a form has the address that shows the same again
		p.Return, p.Twin = p.Address, p.Address+"&format=json"
	}
	p.Swatch = swatch(t.dataset, p.Query.Category)
	p.QueryURL, p.Thumb = pictureURL(p.Query), thumbnailURL(p.Query)
	p.Models = modelChoices(s, t)
	p.Metrics, p.Ks = metricChoices(s), kChoices(s)
	p.Form, p.PForm = s.fields(append(askNames, "p")...), s.fields("p")
	if len(p.Layers) > namedLayers {
		p.Dense = s.fields("layer", "pooling")
	}
	for i, l := range p.Layers {
		p.HasMeans = p.HasMeans || l.MeanScore != nil
		pooling := ""
		if t.model.ambiguous(l.Layer) {
			pooling = t.model.layers[i].Pooling
		}
		p.Strip = append(p.Strip, StripItem{LayerScore: l, URL: s.with(func(s *selection) {
			s.layer, s.pooling, s.ask = l.Layer, pooling, s.ask.clamped(t.model.layers[i].Channels)
		})})
	}
	for _, h := range p.Results {
		p.Cards = append(p.Cards, newCard(s, t, h, p.Scale))
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
