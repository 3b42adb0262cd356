package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

// Root is where the interface begins.
const Root = "/api/v1"

// Options says what the interface answers from. What bounds uploaded pictures is shared with the pages.
type Options struct {
	DB      *store.DB
	Service *search.Service
	Uploads *upload.Desk // of pictures that are sent
	Version string       // of the program
}

// API answers the requests.
type API struct {
	Options
	channels *explorer.Channels
	fields   *fields
	routes   []route
	openAPI  []byte
}

// Register adds the interface and the page about it to the group.
func Register(g *echo.Group, options Options) {
	a := &API{Options: options, channels: explorer.NewChannels(options.DB), fields: newFields(options.DB)}
	a.routes = a.table()
	a.openAPI = a.describe()
	read := []string{http.MethodGet, http.MethodHead}
	for i := range a.routes {
		r := &a.routes[i]
		methods := read
		if r.method == http.MethodPost {
			methods = []string{http.MethodPost}
		}
		g.Match(methods, Root+echoPath(r.path), func(c echo.Context) error { return a.serve(c, r) })
	}
	g.Match(read, "/api", a.servePage)
}

// echoPath writes {name} as the router does: :name.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// Owns reports whether a request is for the interface, so that its errors are problem details.
func Owns(r *http.Request) bool {
	return r.URL.Path == Root || strings.HasPrefix(r.URL.Path, Root+"/")
}

// IsExport reports whether a request is for vectors, of which there can be many: it takes as long as somebody reads.
func IsExport(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, Root+"/embeddings/") && strings.HasSuffix(r.URL.Path, "/vectors")
}

// request is one call of a route, with what is true of all calls already checked.
type request struct {
	echo.Context
	route  *route
	format format
	query  query
}

// serve checks what the route's entry in the table says, and lets the route answer.
func (a *API) serve(c echo.Context, r *route) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	q := query{c.QueryParams()}
	if err := q.allow(r.parameters()); err != nil {
		return err
	}
	f, err := r.negotiate(c, q)
	if err != nil {
		return err
	}
	return r.handle(&request{c, r, f, q})
}
