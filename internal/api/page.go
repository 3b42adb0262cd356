package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Page lists the routes for people, each with a command line that shows it on this very file.
type Page struct {
	templates.Base `json:"-"`
	Description    string  `json:"description"` // address of the OpenAPI description
	Groups         []Group `json:"groups"`
	Kinds          []kind  `json:"problems"`
}

// Group is the routes about one thing.
type Group struct {
	Name   string     `json:"name"`
	Routes []Endpoint `json:"routes"`
}

// Endpoint is a route as the page shows it.
type Endpoint struct {
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	ID         string   `json:"id"`
	Summary    string   `json:"summary"`
	About      string   `json:"about"`
	Formats    []string `json:"formats"`
	Parameters []Named  `json:"parameters"`
	Curl       string   `json:"curl"` // "" where the file has nothing to show
}

// Named is a parameter and what it does.
type Named struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

func (a *API) servePage(c echo.Context) error {
	sample, err := a.sample(c.Request().Context())
	if err != nil {
		return err
	}
	page := &Page{Base: templates.NewBase(c, "api", "API"), Description: Root + "/openapi.json", Kinds: kinds}
	for i := range a.routes {
		r := &a.routes[i]
		if n := len(page.Groups); n == 0 || page.Groups[n-1].Name != r.tag {
			page.Groups = append(page.Groups, Group{Name: r.tag})
		}
		group := &page.Groups[len(page.Groups)-1]
		group.Routes = append(group.Routes, r.endpoint(c, sample))
	}
	return templates.Respond(c, "api/api", page)
}

func (r *route) endpoint(c echo.Context, sample map[string]string) Endpoint {
	e := Endpoint{Method: r.method, Path: Root + r.path, ID: r.name, Summary: r.summary, About: r.about, Parameters: []Named{}, Curl: r.curl(c, sample)}
	for _, f := range r.formats {
		e.Formats = append(e.Formats, f.mediaType)
	}
	e.Formats = append(e.Formats, r.pictures...)
	for _, p := range r.parameters() {
		e.Parameters = append(e.Parameters, Named{p.name, p.about})
	}
	return e
}

// curl is a command line that shows the route.
func (r *route) curl(c echo.Context, sample map[string]string) string {
	address, ok := fill(r.sample, sample)
	if !ok {
		return ""
	}
	line := templates.Curl(c, Root+address)
	switch {
	case r.before != "":
		before, ok := fill(r.before, sample)
		if !ok {
			return ""
		}
		send := "curl -H 'Content-Type: application/octet-stream' --data-binary @- "
		return templates.Curl(c, Root+before) + " | \\\n  " + strings.Replace(line, "curl ", send, 1)
	case r.pictures != nil || r.hasFormat(formatNPY):
		return strings.Replace(line, "curl ", "curl -OJ ", 1)
	}
	return line
}

func (r *route) hasFormat(f format) bool {
	for _, one := range r.formats {
		if one == f {
			return true
		}
	}
	return false
}

// fill puts what the file has in the places of a sample address; ok is false where it has nothing of a kind.
func fill(address string, sample map[string]string) (filled string, ok bool) {
	path, query, asks := strings.Cut(address, "?")
	for _, name := range namesIn(address) {
		value, known := sample[name]
		if !known {
			return "", false
		}
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
		query = strings.ReplaceAll(query, "{"+name+"}", url.QueryEscape(value))
	}
	if asks {
		path += "?" + query
	}
	return path, true
}

// sample is one of everything that the file has: the layer that a dataset was seen at last, and what belongs to it.
func (a *API) sample(ctx context.Context) (map[string]string, error) {
	s := map[string]string{}
	pictures, err := a.DB.SavedQueries(ctx)
	if err != nil {
		return s, err
	}
	if len(pictures) > 0 {
		s["saved"] = strconv.FormatInt(pictures[0].ID, 10)
	}
	datasets, err := a.DB.Datasets(ctx)
	if err != nil || len(datasets) == 0 {
		return s, err
	}
	d := datasets[0]
	s["dataset"] = d.Name
	if len(d.Categories) > 0 {
		s["category"] = d.Categories[0].Name
	}
	images, err := a.DB.Images(ctx, store.ImageFilter{DatasetID: d.ID, Limit: 1})
	if err != nil || len(images) == 0 {
		return s, err
	}
	s["image"] = strconv.FormatInt(images[0].ID, 10)
	embeddings, err := a.DB.Embeddings(ctx, store.EmbeddingFilter{DatasetID: d.ID})
	if err != nil || len(embeddings) == 0 {
		return s, err
	}
	e := embeddings[len(embeddings)-1]
	s["embedding"], s["model"], s["layer"], s["channel"] = strconv.FormatInt(e.ID, 10), e.Model, e.Layer, "0"
	made, err := a.DB.Visualizations(ctx, e.LayerID, store.VisualizationFilter{})
	for _, v := range made {
		if v.PNGBytes > 0 {
			s["visualization"] = strconv.FormatInt(v.ID, 10)
			break
		}
	}
	if err != nil {
		return s, err
	}
	maps, err := a.DB.Projections(ctx, store.ProjectionFilter{EmbeddingID: e.ID})
	if len(maps) > 0 {
		s["method"] = maps[0].Method
	}
	return s, err
}
