package server

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/api"
)

// Keys of the log.
const (
	keyMethod   = "method"
	keyURI      = "uri"
	keyStatus   = "status"
	keyBytes    = "bytes"
	keyDuration = "duration"
	keyError    = "error"
	keyStack    = "stack"
)

// log writes one line per request. It lets errors be answered first, so that it knows the status.
func (s *Server) log(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		cut := c.Response().Committed && errors.Is(err, api.ErrBroken)
		status, level := 0, slog.LevelInfo
		if err != nil {
			c.Error(err)
			status, _ = explain(err)
		}
		if status != statusGone {
			status = c.Response().Status
		}
		if status >= 500 {
			level = slog.LevelError
		}
		attrs := []slog.Attr{
			slog.String(keyMethod, c.Request().Method), slog.String(keyURI, c.Request().RequestURI), slog.Int(keyStatus, status),
			slog.Int64(keyBytes, c.Response().Size), slog.Duration(keyDuration, time.Since(start).Round(time.Microsecond)),
		}
		if err != nil {
			attrs = append(attrs, slog.String(keyError, err.Error()))
		}
		s.config.Logger.LogAttrs(c.Request().Context(), level, "request", attrs...)
		if cut {
			panic(http.ErrAbortHandler) // the caller must not take the part for the whole
		}
		return nil
	}
}

// logPanic keeps the stack of a panic for the log; the visitor gets the page for errors that are our own.
func (s *Server) logPanic(c echo.Context, err error, stack []byte) error {
	s.config.Logger.Error("panic", keyError, err, keyURI, c.Request().RequestURI, keyStack, string(stack))
	return err
}
