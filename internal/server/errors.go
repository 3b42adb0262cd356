package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/api"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

var errBusy = errors.New("The server is answering as many requests as it can. Try again in a moment.") //lint:ignore ST1005 shown to people

// statusOf maps kinds of error to HTTP: the one table. Errors of these kinds read as sentences for the visitor.
var statusOf = []struct {
	kind   error
	status int
}{
	{store.ErrNotFound, http.StatusNotFound},
	{search.ErrEmpty, http.StatusNotFound},
	{search.ErrUploadOff, http.StatusConflict},
	{search.ErrSaveOff, http.StatusConflict},
	{explorer.ErrProbeOff, http.StatusConflict},
	{explorer.ErrQuestion, http.StatusBadRequest},
	{upload.ErrForm, http.StatusBadRequest},
	{upload.ErrBad, http.StatusBadRequest},
	{upload.ErrGone, http.StatusGone},
	{upload.ErrBusy, http.StatusServiceUnavailable},
	{errBusy, http.StatusServiceUnavailable},
}

// sentences say what happened when an error has no words of its own for the visitor.
var sentences = map[int]string{
	http.StatusBadRequest:            "This address asks for something that does not exist in this form.",
	http.StatusForbidden:             "This is not allowed.",
	http.StatusNotFound:              "There is nothing at this address.",
	http.StatusMethodNotAllowed:      "This address cannot be used in this way.",
	http.StatusRequestEntityTooLarge: "What you sent is too large.",
	http.StatusTooManyRequests:       "Too many requests in a short time. Try again in a moment.",
	http.StatusInternalServerError:   "Something went wrong on the server. The log says what; nothing was changed.",
	http.StatusServiceUnavailable:    "This took longer than a request may. Try again, or ask for less: fewer results, a smaller dataset.",
}

// statusGone is what the log says of a visitor who did not wait for the answer; nobody receives it.
const statusGone = 499

// ErrorPage is what a visitor sees instead of a page.
type ErrorPage struct {
	templates.Base `json:"-"`
	Status         int    `json:"status"`
	Message        string `json:"error"`
}

// explain is the status and the sentence for an error.
func explain(err error) (int, string) {
	var bad search.BadRequest
	if errors.As(err, &bad) {
		return http.StatusBadRequest, bad.Problem
	}
	for _, row := range statusOf {
		if errors.Is(err, row.kind) {
			return row.status, err.Error()
		}
	}
	var tooLarge *http.MaxBytesError
	var known *echo.HTTPError
	var problem *api.Problem
	switch {
	case errors.As(err, &problem):
		return problem.Status, problem.Detail
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("What you sent is too large: the limit is %s.", templates.Bytes(tooLarge.Limit))
	case errors.As(err, &known):
		return known.Code, wordsOf(known)
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, sentences[http.StatusServiceUnavailable]
	case errors.Is(err, context.Canceled):
		return statusGone, ""
	}
	return http.StatusInternalServerError, sentences[http.StatusInternalServerError]
}

func wordsOf(err *echo.HTTPError) string {
	words, ok := err.Message.(string)
	if ok && words != http.StatusText(err.Code) {
		return words
	}
	if sentence := sentences[err.Code]; sentence != "" {
		return sentence
	}
	return http.StatusText(err.Code) + "."
}

// fail is the one way out for errors: it answers with the error page, or its JSON twin. The log has been told by log.
func (s *Server) fail(err error, c echo.Context) {
	status, sentence := explain(err)
	if c.Response().Committed || status == statusGone {
		return
	}
	h := c.Response().Header()
	for _, name := range []string{"ETag", "Last-Modified", echo.HeaderContentType, echo.HeaderContentDisposition, "Link"} {
		h.Del(name) // they were for what could not be sent
	}
	h.Set(headerPolicy, policy)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		h.Set(echo.HeaderRetryAfter, "5")
	}
	if api.Owns(c.Request()) {
		if err := api.WriteProblem(c, status, sentence); err != nil {
			s.config.Logger.Error("write the problem", keyError, err)
		}
		return
	}
	page := &ErrorPage{Base: templates.NewBase(c, "", http.StatusText(status)), Status: status, Message: sentence}
	page.Twin = ""
	if err := templates.RespondStatus(c, status, "server/error", page); err != nil {
		s.config.Logger.Error("render the error page", keyError, err)
		_ = c.String(http.StatusInternalServerError, sentence) // the connection may be gone; nothing more can be done
	}
}
