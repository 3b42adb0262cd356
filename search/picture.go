package search

import (
	"encoding/hex"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// pictureURL is the address of the query's picture, or of what the crop leaves of it; "" where it is not one picture.
func pictureURL(q Query) string {
	if f, ok := q.picture(); ok {
		return f.url("/images/")
	}
	return ""
}

// shownURL is pictureURL for a page that has room for some hundred pixels of it.
func shownURL(q Query) string {
	if f, ok := q.picture(); ok {
		return f.shownURL()
	}
	return ""
}

func (f found) shownURL() string {
	if f.Crop.IsZero() && max(f.width, f.height) > shownSide {
		f.Crop = Crop{Width: f.width, Height: f.height}
	}
	return f.url("/images/")
}

// thumbnailURL is the address of a small form of the query's first picture; "" where it has none.
func thumbnailURL(q Query) string {
	for _, f := range q.parts {
		if f.bytes != nil {
			return f.url("/thumbnails/")
		}
	}
	return ""
}

// partURLs are the addresses of small pictures of what the query shall be like.
func partURLs(q Query) []string {
	var list []string
	for _, f := range q.parts {
		if f.bytes != nil && f.Weight > 0 {
			list = append(list, f.url("/thumbnails/"))
		}
	}
	return list
}

// url is the address of a part's picture; that of an image begins with images.
func (f found) url(images string) string {
	address := ""
	switch f.Kind {
	case KindUpload:
		address = "/uploads/" + url.PathEscape(f.Value)
	case KindSaved:
		address = "/saved/" + url.PathEscape(f.Value) + "/picture"
		if images == "/thumbnails/" && f.Crop.IsZero() {
			address += "?small=1"
		}
	default:
		address = images + hexOf(f.sum)
	}
	if !f.Crop.IsZero() {
		if f.image.ID != 0 {
			address = "/images/" + hexOf(f.sum)
		}
		address += "?crop=" + f.Crop.String()
	}
	return address
}

// withPicture hands on the request, with what the tokens of uploaded pictures stand for.
func (w *web) withPicture(c echo.Context, s selection, answer func(r Request) error) error {
	r := s.request()
	if !r.Ask.NeedsNetwork() {
		return answer(r)
	}
	var err error
	if r.Ask, err = w.pictures(c, r.Ask); err != nil {
		return err
	}
	done, err := w.uploads.Take(c.Request().Context())
	if err != nil {
		return err
	}
	defer done()
	return answer(r)
}

// pictures finds the pictures that are held in memory for the visitor.
func (w *web) pictures(c echo.Context, a Ask) (Ask, error) {
	with := make(Ask, len(a))
	for i, p := range a {
		if p.Kind == KindUpload && p.Picture == nil {
			held, err := w.uploads.Find(c, p.Value)
			if err != nil {
				return nil, err
			}
			p.Picture = &Picture{Name: held.Name, Data: held.Data}
		}
		with[i] = p
	}
	return with, nil
}

// NeedsNetwork reports whether a network has to look at a picture of the query.
func (a Ask) NeedsNetwork() bool {
	for _, p := range a {
		if p.Kind == KindUpload || p.Kind == KindSaved || !p.Crop.IsZero() {
			return true
		}
	}
	return false
}

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }
