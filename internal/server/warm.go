package server

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

const (
	keepPages = 48 << 20 // bytes, compressed as they are sent
	keepPage  = 1 << 20  // bytes of the largest page that is kept
)

// warmPages keeps pages as they were sent for as long as nothing in the file changes. A page is a function of its address,
// of what its sender says about how to send it, and of the file; only those that say so with "no-cache" are kept. What
// somebody uploaded, or what is still being computed, says "no-store".
type warmPages struct {
	db *store.DB

	mu      sync.Mutex
	version int64 // of the file, which all pages are of
	pages   map[string]warmPage
	bytes   int
}

type warmPage struct {
	header http.Header
	body   []byte
}

func newWarmPages(db *store.DB) *warmPages {
	return &warmPages{db: db, pages: map[string]warmPage{}}
}

// keptHeaders are those that belong to a page; the others are set for every answer alike.
var keptHeaders = []string{echo.HeaderContentType, echo.HeaderContentEncoding, echo.HeaderCacheControl, echo.HeaderVary}

// serve is the middleware; it stands around compression, so that a page is compressed once.
func (w *warmPages) serve(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodGet || strings.HasPrefix(c.Request().URL.Path, "/static/") {
			return next(c)
		}
		version, err := w.db.Version(c.Request().Context())
		if err != nil {
			return next(c) // some pages can do without the file; the others say better what is wrong
		}
		key := pageKey(c)
		if page, ok := w.find(version, key); ok {
			return page.send(c)
		}
		copied := &copying{ResponseWriter: c.Response().Writer}
		c.Response().Writer = copied
		if err := next(c); err != nil {
			return err
		}
		if page, ok := copied.page(c.Response()); ok {
			w.keep(version, key, page)
		}
		return nil
	}
}

// pageKey is everything of a request that a page can depend on.
func pageKey(c echo.Context) string {
	r, theme := c.Request(), ""
	if cookie, err := c.Cookie(templates.ThemeCookie); err == nil {
		theme = cookie.Value
	}
	return strings.Join([]string{c.Scheme(), r.Host, r.RequestURI, r.Header.Get(echo.HeaderAcceptEncoding), theme}, "\n")
}

func (p warmPage) send(c echo.Context) error {
	for name, values := range p.header {
		c.Response().Header()[name] = values
	}
	c.Response().WriteHeader(http.StatusOK)
	_, err := c.Response().Write(p.body)
	return err
}

func (w *warmPages) find(version int64, key string) (warmPage, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.version != version {
		return warmPage{}, false
	}
	page, ok := w.pages[key]
	return page, ok
}

// keep takes a page that was made while the file had a version, or later.
func (w *warmPages) keep(version int64, key string, page warmPage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	size := len(key) + len(page.body)
	if w.version != version || w.bytes+size > keepPages { // what is asked for again will soon be here again
		w.version, w.bytes = version, 0
		clear(w.pages)
	}
	if _, ok := w.pages[key]; !ok {
		w.bytes += size
	}
	w.pages[key] = page
}

// copying is an answer of which a copy is kept.
type copying struct {
	http.ResponseWriter
	body     bytes.Buffer
	streamed bool // or too long: no page
}

// Write is http.ResponseWriter's.
func (w *copying) Write(data []byte) (int, error) {
	if w.streamed = w.streamed || w.body.Len()+len(data) > keepPage; w.streamed {
		w.body = bytes.Buffer{}
	} else {
		w.body.Write(data)
	}
	return w.ResponseWriter.Write(data)
}

// Flush is http.Flusher's, for answers that come bit by bit.
func (w *copying) Flush() {
	w.streamed = true
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (w *copying) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// page is what was sent, if it may be sent again.
func (w *copying) page(sent *echo.Response) (page warmPage, ok bool) {
	h := sent.Header()
	if h.Get("ETag") != "" { // its handler answers who has it already, and that is cheap
		return warmPage{}, false
	}
	if w.streamed || sent.Status != http.StatusOK || h.Get(echo.HeaderCacheControl) != "no-cache" || h.Get(echo.HeaderSetCookie) != "" {
		return warmPage{}, false
	}
	page = warmPage{header: http.Header{}, body: w.body.Bytes()}
	for _, name := range keptHeaders {
		if values := h.Values(name); len(values) > 0 {
			page.header[name] = values
		}
	}
	return page, true
}
