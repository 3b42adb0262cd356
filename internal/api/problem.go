package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Problem is an error as RFC 9457 describes one. It is an error too.
type Problem struct {
	Type     string `json:"type" doc:"Kind of problem: an address on the page that explains it."`
	Title    string `json:"title" doc:"The kind in words, the same for all problems of the kind."`
	Status   int    `json:"status" doc:"The HTTP status."`
	Detail   string `json:"detail" doc:"What is wrong with this request and what to do about it."`
	Instance string `json:"instance" doc:"The address that was asked for."`
}

func (p *Problem) Error() string { return p.Detail }

func problemf(status int, format string, args ...any) error {
	return &Problem{Status: status, Detail: fmt.Sprintf(format, args...)}
}

// kind is a kind of problem, as the page explains it.
type kind struct {
	Status int    `json:"status"`
	ID     string `json:"id"`
	Title  string `json:"title"`
	About  string `json:"about"`
}

var kinds = []kind{
	{http.StatusBadRequest, "bad-request", "Bad request", "A parameter is unknown or has a value that it cannot have, or the body is not what its type says."},
	{http.StatusForbidden, "forbidden", "Forbidden", "Another site's page has sent a body, and the server was not started with --cors for that site."},
	{http.StatusNotFound, "not-found", "Not found", "The file has nothing of this name or number."},
	{http.StatusMethodNotAllowed, "method-not-allowed", "Method not allowed", "The interface reads: GET and HEAD, and POST where a query has a body. The header Allow says which."},
	{http.StatusNotAcceptable, "not-acceptable", "Not acceptable", "Nothing that Accept or format asks for can be written here."},
	{http.StatusConflict, "conflict", "Conflict", "A new picture cannot be a query: the network is not in the file, or no runtime is at hand that computed the stored vectors."},
	{http.StatusRequestEntityTooLarge, "content-too-large", "Content too large", "The body is larger than the server takes."},
	{http.StatusUnsupportedMediaType, "unsupported-media-type", "Unsupported media type", "The body is of a type that cannot be a query."},
	{http.StatusMisdirectedRequest, "misdirected-request", "Misdirected request", "The server does not answer to this host name; it is started with --host NAME where it should."},
	{http.StatusUnprocessableEntity, "unprocessable-content", "Unprocessable content", "The body is well-formed and cannot be a query: a picture that cannot be decoded, a vector of another length."},
	{http.StatusTooManyRequests, "too-many-requests", "Too many requests", "Ask again after the seconds that Retry-After says."},
	{http.StatusInternalServerError, "internal-error", "Internal error", "Something went wrong on the server; its log says what."},
	{http.StatusServiceUnavailable, "unavailable", "Unavailable", "The server is busy or the answer took too long. Ask again after the seconds that Retry-After says."},
}

func kindOf(status int) kind {
	for _, k := range kinds {
		if k.Status == status {
			return k
		}
	}
	return kind{Status: status, Title: http.StatusText(status)}
}

const problemType = "application/problem+json"

// WriteProblem answers with problem details.
func WriteProblem(c echo.Context, status int, detail string) error {
	k := kindOf(status)
	p := Problem{Type: "about:blank", Title: k.Title, Status: status, Detail: detail, Instance: c.Request().URL.EscapedPath()}
	if k.ID != "" {
		p.Type = "/api#" + k.ID
	}
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(status, problemType, append(data, '\n'))
}
