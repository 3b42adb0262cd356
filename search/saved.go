package search

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// SavedPage lists the pictures that were saved to be searched with again.
type SavedPage struct {
	templates.Base `json:"-"`
	Saved          []SavedPicture `json:"saved"`
	Off            string         `json:"off,omitempty"` // why nothing can be saved or removed

	Search string `json:"-"`
}

// SavedPicture is one of them.
type SavedPicture struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	SHA256    string `json:"sha256"`
	Format    string `json:"format"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Size      int64  `json:"size"` // bytes
	CreatedAt string `json:"created_at"`

	URL       string `json:"-"` // the search with it
	Thumbnail string `json:"-"`
	Remove    string `json:"-"` // where the form that removes it is sent; "" where that is not possible
}

// saveOff says why nothing can be saved; "" when it can.
func (s *Service) saveOff() string {
	if !s.db.ReadOnly() {
		return ""
	}
	return cmp.Or(s.EditsOff, "The file is open for reading only.")
}

func (w *web) registerSaved(g *echo.Group) {
	g.Match(read, "/saved", w.serveSaved)
	g.POST("/saved", w.save)
	g.POST("/saved/:id/remove", w.removeSaved)
	g.Match(read, "/saved/:id/picture", w.serveSavedPicture)
}

func (w *web) serveSaved(c echo.Context) error {
	all, err := w.service.db.SavedQueries(c.Request().Context())
	if err != nil {
		return err
	}
	page := &SavedPage{Base: templates.NewBase(c, "search", "Saved pictures"), Saved: []SavedPicture{}, Off: w.service.saveOff(), Search: selection{}.url()}
	for _, q := range all {
		id := itoa64(q.ID)
		p := SavedPicture{
			ID: q.ID, Name: q.Name, SHA256: hexOf(q.SHA256), Format: q.Format, Width: q.Width, Height: q.Height, Size: q.Size, CreatedAt: q.CreatedAt,
			URL: selection{ask: Ask{{Kind: KindSaved, Value: id, Weight: 1}}}.url(), Thumbnail: "/saved/" + id + "/picture?small=1",
		}
		if page.Off == "" {
			p.Remove = "/saved/" + id + "/remove"
		}
		page.Saved = append(page.Saved, p)
	}
	return templates.Respond(c, "search/saved", page)
}

// save keeps a picture of the visitor's that was only in memory, and leads to the same search, whose address can be shared.
func (w *web) save(c echo.Context) error {
	if off := w.service.saveOff(); off != "" {
		return say(ErrSaveOff, "Your picture cannot be saved. %s", off)
	}
	form, err := c.FormParams()
	if err != nil {
		return badRequestf("This form cannot be read.")
	}
	s, err := readSelection(form)
	if err != nil {
		return err
	}
	token, ok := s.ask.upload()
	if !ok {
		return badRequestf("Say which picture is to be saved: upload=TOKEN.")
	}
	picture, err := w.uploads.Find(c, token)
	if err != nil {
		return err
	}
	id, err := w.service.savePicture(c.Request().Context(), picture)
	if err != nil {
		return err
	}
	s.ask = s.ask.saved(token, id)
	return c.Redirect(http.StatusSeeOther, s.url())
}

// thumbnailSide is that of the thumbnails of images.
const thumbnailSide = 384

func (s *Service) savePicture(ctx context.Context, p upload.Picture) (int64, error) {
	decoded, err := imaging.Decode(p.Data, imaging.Limits{})
	if err != nil {
		return 0, badPicture(err)
	}
	n := store.NewSavedQuery{Name: p.Name, Format: decoded.Format, Width: decoded.Width, Height: decoded.Height, Picture: p.Data}
	if max(n.Width, n.Height) > thumbnailSide {
		if n.Thumbnail, n.ThumbnailFormat, err = decoded.Thumbnail(thumbnailSide); err != nil {
			return 0, err
		}
	}
	return s.db.SaveQuery(ctx, n)
}

func (w *web) removeSaved(c echo.Context) error {
	if off := w.service.saveOff(); off != "" {
		return say(ErrSaveOff, "Nothing can be removed. %s", off)
	}
	id, err := savedID(c)
	if err == nil {
		err = w.service.db.RemoveSavedQuery(c.Request().Context(), id)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/saved")
}

func savedID(c echo.Context) (int64, error) {
	id, err := strconv.ParseUint(c.Param("id"), 10, 62)
	if err != nil {
		return 0, say(store.ErrNotFound, "There is no saved picture %q: it has a number.", c.Param("id"))
	}
	return int64(id), nil
}

func (w *web) serveSavedPicture(c echo.Context) error {
	id, err := savedID(c)
	if err != nil {
		return err
	}
	load := w.service.db.SavedPicture
	if c.QueryParam("small") != "" {
		load = w.service.db.SavedThumbnail
	}
	data, format, err := load(c.Request().Context(), id)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "private, max-age=600")
	return SendPicture(c, "image/"+format, data)
}

// picturePolicy is for bytes that came from outside, should a browser ever take them for a page.
const picturePolicy = "default-src 'none'; sandbox"

// shownSide bounds a crop that is shown: more than a page has room for is not sent.
const shownSide = 640

// SendPicture answers with a picture, or with the part of it that the address's crop names.
func SendPicture(c echo.Context, contentType string, data []byte) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, picturePolicy)
	for _, ofPages := range []string{"Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy"} {
		h.Del(ofPages) // on a page of a hundred pictures that is 10 KB
	}
	text := c.QueryParam("crop")
	if text == "" {
		return c.Blob(http.StatusOK, contentType, data)
	}
	data, contentType, err := showCrop(data, text)
	if err != nil {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return err
	}
	return c.Blob(http.StatusOK, contentType, data)
}

// showCrop is a crop to look at: its own pixels where it is small, a JPEG where it is not.
func showCrop(data []byte, text string) (shown []byte, contentType string, err error) {
	crop, err := ParseCrop(text)
	if err != nil {
		return nil, "", err
	}
	part, err := cutPicture(data, crop)
	if err != nil {
		return nil, "", err
	}
	if crop.Width*crop.Height <= 128*128 {
		shown, err = part.PNG()
		return shown, "image/png", err
	}
	shown, format, err := part.Thumbnail(shownSide)
	return shown, "image/" + format, err
}

// Saving is what the search page says of a picture that is only in memory, and of one that is saved.
type Saving struct {
	Fields []Field // of the form that saves it; empty where there is nothing to save
	Off    string  // why it cannot be saved
	Saved  int64   // the number of the one saved picture that is searched with
	List   string  // address of all saved pictures; "" while there are none
}

func (s *Service) saving(ctx context.Context, st selection) (Saving, error) {
	all, err := s.db.SavedQueries(ctx)
	v := Saving{Off: s.saveOff()}
	if len(all) > 0 {
		v.List = "/saved"
	}
	if _, ok := st.ask.upload(); ok && v.Off == "" {
		v.Fields = st.fields()
	}
	if p, ok := st.ask.alone(); ok && p.Kind == KindSaved {
		v.Saved, _ = strconv.ParseInt(p.Value, 10, 64) // it has been found by it
	}
	return v, err
}
