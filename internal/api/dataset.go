package api

import (
	"math"
	"net/url"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// Links are addresses of what belongs to a resource, by what they lead to.
type Links map[string]string

// address joins the parts of an address below Root, each escaped.
func address(parts ...string) string {
	path := Root
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// Index is where a caller begins.
type Index struct {
	Name     string `json:"name"`
	Version  string `json:"version" doc:"Of the program."`
	Datasets int    `json:"datasets"`
	Models   int    `json:"models"`
	Links    Links  `json:"links"`
}

func (a *API) getIndex(r *request) error {
	ctx := r.Request().Context()
	datasets, err := a.DB.Datasets(ctx)
	if err != nil {
		return err
	}
	models, err := a.DB.Models(ctx)
	if err != nil {
		return err
	}
	return r.json(Index{Name: "ConvNet Playground", Version: a.Version, Datasets: len(datasets), Models: len(models), Links: Links{
		"self": Root, "description": address("openapi.json"), "documentation": "/api", "datasets": address("datasets"), "models": address("models"), "saved": address("saved"),
	}})
}

func (a *API) getOpenAPI(r *request) error { return r.tagged("application/json", a.openAPI) }

// Dataset is a named collection of images.
type Dataset struct {
	ID         int64                 `json:"id"`
	Name       string                `json:"name"`
	Images     int                   `json:"images" doc:"How many there are."`
	Categories []store.CategoryCount `json:"categories" doc:"By name; the one without a name is that of images without a category."`
	License    string                `json:"license" doc:"Of the images, as whoever shipped them says; may be empty."`
	Source     string                `json:"source" doc:"Where the images come from; may be empty."`
	CreatedAt  string                `json:"created_at" doc:"RFC 3339, UTC."`
	Links      Links                 `json:"links"`
}

func newDataset(d store.Dataset) Dataset {
	links := Links{"self": address("datasets", d.Name)}
	for _, part := range []string{"images", "embeddings", "neighbors", "scores", "projections", "care", "edits", "runs", "quarantine"} {
		links[part] = address("datasets", d.Name, part)
	}
	return Dataset{ID: d.ID, Name: d.Name, Images: d.Images, Categories: d.Categories, License: d.License, Source: d.Source,
		CreatedAt: d.CreatedAt, Links: links}
}

func (a *API) listDatasets(r *request) error {
	stored, err := a.DB.Datasets(r.Request().Context())
	if err != nil {
		return err
	}
	all := make([]Dataset, len(stored))
	for i, d := range stored {
		all[i] = newDataset(d)
	}
	return respondAll(r, all, func(d Dataset) string { return numberKey(d.ID) })
}

func (a *API) getDataset(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	return r.json(newDataset(d))
}

// dataset is the one that the address names.
func (a *API) dataset(r *request) (store.Dataset, error) {
	name, err := templates.PathParam(r, "dataset")
	if err != nil {
		return store.Dataset{}, err
	}
	return a.datasetNamed(r, name)
}

func (a *API) datasetNamed(r *request, name string) (store.Dataset, error) {
	d, err := a.DB.Dataset(r.Request().Context(), name)
	return d, orNotFound(err, "There is no dataset %q in this file.", name)
}

func (a *API) listRuns(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	all, err := a.DB.Runs(r.Request().Context(), d.ID)
	if err != nil {
		return err
	}
	return respondAll(r, all, func(run store.Run) string { return numberKey(math.MaxInt64 - run.ID) })
}

// Quarantined is an input that did not become an image.
type Quarantined struct {
	Name   string `json:"name" doc:"Path of the file below the source."`
	Reason string `json:"reason"`
}

func (a *API) listQuarantine(r *request) error {
	d, err := a.dataset(r)
	if err != nil {
		return err
	}
	refused, err := a.DB.Quarantine(r.Request().Context())
	if err != nil {
		return err
	}
	all := []Quarantined{}
	for _, q := range refused {
		if q.Dataset == d.Name {
			all = append(all, Quarantined{q.Name, q.Reason})
		}
	}
	return respondAll(r, all, func(q Quarantined) string { return q.Name })
}
