package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/api"
)

// Limits bounds what one visitor can ask of the server; zero fields have defaults.
type Limits struct {
	Body     int64         // bytes of a request; default 32 MiB
	Time     time.Duration // for one request; default 30 s
	Requests int           // answered at once; default 64
	Uploads  int           // pictures looked at at once; default 2
}

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = 32 << 20
	}
	if l.Time <= 0 {
		l.Time = 30 * time.Second
	}
	if l.Requests <= 0 {
		l.Requests = 64
	}
	if l.Uploads <= 0 {
		l.Uploads = 2
	}
	return l
}

// requestWait is how long a request queues while as many as allowed are being answered.
const requestWait = 2 * time.Second

// atOnce lets n requests be answered at the same time. The health check does not queue: it tells whether others would.
func atOnce(n int) echo.MiddlewareFunc {
	slots := make(chan struct{}, n)
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().URL.Path == "/healthz" {
				return next(c)
			}
			wait := time.NewTimer(requestWait)
			defer wait.Stop()
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
				return next(c)
			case <-wait.C:
				return errBusy
			case <-c.Request().Context().Done():
				return c.Request().Context().Err()
			}
		}
	}
}

// within ends a request's work when its time is up; whatever waits for the database or a network sees the context.
func within(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

// unhurried excepts exports of vectors, which take as long as somebody goes on reading, from the limit on a request's time.
func unhurried(limit echo.MiddlewareFunc) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		limited := limit(next)
		return func(c echo.Context) error {
			if api.IsExport(c.Request()) {
				return next(c)
			}
			return limited(c)
		}
	}
}

func bodyLimit(limit int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > limit {
				return &http.MaxBytesError{Limit: limit}
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
			return next(c)
		}
	}
}

// alreadyCompressed tells pictures, which gzip would only slow down, and numbers, which it would hold up.
func alreadyCompressed(c echo.Context) bool {
	path := c.Request().URL.Path
	for _, pictures := range []string{"/images/", "/thumbnails/", "/uploads/", "/visualizations/", "/probe/"} {
		if strings.HasPrefix(path, pictures) {
			return true
		}
	}
	parts := []string{"original", "thumbnail", "png", "vectors"}
	return api.Owns(c.Request()) && slices.Contains(parts, path[strings.LastIndex(path, "/")+1:])
}
