package search

import (
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	// ownerCookie ties uploaded pictures to the browser that sent them.
	ownerCookie = "uploads"
	// formValueBytes bounds each text field of the upload form.
	formValueBytes = 4096
	maxFormFields  = 32
)

// uploadFormats are the pictures that are shown back to their sender; others are refused before they are looked at.
var uploadFormats = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// serveUpload answers POST /search: the picture becomes the query. It stays in memory, and so does the form: the
// standard library's own form parser would write large files to disk.
func (w *web) serveUpload(c echo.Context) error {
	release, err := w.options.Turns.Take(c.Request().Context())
	if err != nil {
		return err
	}
	defer release()
	fields, up, err := w.readUpload(c.Request())
	if err != nil {
		return err
	}
	s, err := readSelection(fields)
	if err != nil {
		return err
	}
	if up.owner, err = owner(c); err != nil {
		return err
	}
	s.image, s.upload = "", w.uploads.hold(up)
	return w.respondSearch(c, s, &up)
}

func (w *web) readUpload(r *http.Request) (url.Values, upload, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, upload{}, badRequestf("Send the picture as a form (multipart/form-data) with a file field named image.")
	}
	fields, up := r.URL.Query(), upload{}
	for range maxFormFields {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, up, up.check()
		}
		if err != nil {
			return nil, up, readError(err)
		}
		if err := w.readPart(part, fields, &up); err != nil {
			return nil, up, err
		}
	}
	return nil, up, badRequestf("The form has more than %d fields.", maxFormFields)
}

func (w *web) readPart(part *multipart.Part, fields url.Values, up *upload) error {
	if part.FormName() != "image" {
		value, err := io.ReadAll(io.LimitReader(part, formValueBytes))
		fields.Set(part.FormName(), string(value))
		return readError(err)
	}
	data, err := io.ReadAll(io.LimitReader(part, w.options.UploadBytes+1))
	if err != nil {
		return readError(err)
	}
	if int64(len(data)) > w.options.UploadBytes {
		return &http.MaxBytesError{Limit: w.options.UploadBytes}
	}
	up.name, up.data = fileName(part.FileName()), data
	up.format = http.DetectContentType(data)
	return nil
}

// readError keeps the error of a body that is too large and calls anything else what it is: a connection or a form
// that broke off.
func readError(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return badRequestf("The form broke off: %v.", err)
}

func (u upload) check() error {
	switch {
	case len(u.data) == 0:
		return badRequestf("Choose a picture first: a JPEG, PNG, GIF or WebP file.")
	case !uploadFormats[u.format]:
		kind, _, _ := strings.Cut(u.format, ";")
		return badRequestf("%q is not a picture I can read: it looks like %s. Send a JPEG, PNG, GIF or WebP file.", u.name, kind)
	}
	return nil
}

// fileName is the last part of whatever the browser sent; some send whole paths.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return "your picture"
	}
	return name
}

// owner is the visitor's secret for uploaded pictures, made with the first one.
func owner(c echo.Context) (string, error) {
	if cookie, err := c.Cookie(ownerCookie); err == nil && len(cookie.Value) >= len(rand.Text()) {
		return cookie.Value, nil
	}
	secret := rand.Text()
	c.SetCookie(&http.Cookie{
		Name: ownerCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: 24 * 60 * 60,
	})
	return secret, nil
}

// findUpload returns the picture that a token stands for, for the visitor who sent it.
func (w *web) findUpload(c echo.Context, token string) (upload, error) {
	cookie, err := c.Cookie(ownerCookie)
	if err == nil {
		if up, ok := w.uploads.find(token, cookie.Value); ok {
			return up, nil
		}
	}
	return upload{}, say(ErrGone, "Your picture is no longer here: uploaded pictures are kept in memory for a quarter of an hour and only for the browser that sent them. Choose it again.")
}

// serveUploaded shows an uploaded picture back to its sender.
func (w *web) serveUploaded(c echo.Context) error {
	up, err := w.findUpload(c, c.Param("token"))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "private, no-store")
	return c.Blob(http.StatusOK, up.format, up.data)
}
