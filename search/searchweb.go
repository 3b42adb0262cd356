package search

import (
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/convnet-playground/convnet/templates"
)

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
	both.Go(func() error { return w.beside(c, page, s, t) })
	if err := both.Wait(); err != nil {
		return err
	}
	page.show(s, t)
	if page.Hint, err = w.service.hint(ctx, page, s, t); err != nil {
		return err
	}
	if page.Map, err = w.service.panel(ctx, s, answer, t); err != nil {
		return err
	}
	return templates.Respond(c, "search/search", page)
}

// beside fills in, and writes, what does not hang on the answer.
func (w *web) beside(c echo.Context, page *SearchPage, s selection, t target) (err error) {
	ctx := c.Request().Context()
	page.links(s, t)
	if err = w.service.icons(ctx, page, t); err != nil {
		return err
	}
	if page.Datasets, err = w.datasetChoices(ctx, s); err != nil {
		return err
	}
	if err = w.fillQuery(c, page, s, t); err != nil {
		return err
	}
	if page.Firing, err = w.service.firing(ctx, t.embedding, page.Query); err != nil {
		return err
	}
	if page.Upload.Available {
		s.shown(page.Firing)
	}
	page.Catalogue, err = w.service.catalogue(ctx, t.dataset, workbenchCatalogue(s, page.Query.ImageID))
	if err != nil || templates.WantsJSON(c) {
		return err
	}
	if page.Side, err = templates.Piece(c, "search/search", "side", page); err != nil {
		return err
	}
	page.Shelf, err = templates.Piece(c, "search/search", "catalogue", page.Catalogue)
	return err
}

// fillQuery adds what is shown of the query, and what can be done to it.
func (w *web) fillQuery(c echo.Context, page *SearchPage, s selection, t target) error {
	ctx := c.Request().Context()
	reason, err := w.service.uploadOff(ctx, t.embedding)
	if err != nil {
		return err
	}
	page.Upload = Upload{Available: reason == "", Reason: reason}
	if page.Basket, err = w.service.basket(ctx, s, page.Query); err != nil {
		return err
	}
	if page.Channel, err = w.service.channelView(ctx, s, page.Query, t.embedding); err != nil {
		return err
	}
	page.Crop = s.cropView(page.Query, page.Upload.Available)
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
