package explorer

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// NotFound is an address that names a model the file does not have; it is a store.ErrNotFound.
type NotFound struct{ Model string }

func (e NotFound) Error() string { return fmt.Sprintf("There is no model %q in this file.", e.Model) }
func (e NotFound) Unwrap() error { return store.ErrNotFound }

type web struct{ db *store.DB }

// Register adds the pages about models to the group.
func Register(g *echo.Group, db *store.DB) {
	w := &web{db: db}
	read := []string{http.MethodGet, http.MethodHead}
	g.Match(read, "/models", w.serveModels)
	g.Match(read, "/models/:name", w.serveModel)
}

func (w *web) serveModels(c echo.Context) error {
	models, err := w.db.Models(c.Request().Context())
	if err != nil {
		return err
	}
	page := &ModelsPage{Base: templates.NewBase(c, "models", "Models"), Models: []Summary{}}
	for _, m := range models {
		parsed, err := readManifest(m)
		if err != nil {
			return err
		}
		page.Models = append(page.Models, summarise(m, parsed))
	}
	return templates.Respond(c, "explorer/models", page)
}

func (w *web) serveModel(c echo.Context) error {
	name, err := templates.PathParam(c, "name")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := w.model(ctx, name)
	if err != nil {
		return err
	}
	parsed, err := readManifest(m)
	if err != nil {
		return err
	}
	page := &ModelPage{
		Base: templates.NewBase(c, "models", m.Name), Summary: summarise(m, parsed),
		Source: parsed.Provenance.Source, License: parsed.Provenance.License,
		WeightsFile: parsed.Provenance.WeightsFile, WeightsSHA256: parsed.Provenance.WeightsSHA256,
		Layers: layers(parsed), Defaults: len(parsed.DefaultLayers),
	}
	if err := w.fillSeen(ctx, m, page); err != nil {
		return err
	}
	return templates.Respond(c, "explorer/model", page)
}

// model is the newest model of that name.
func (w *web) model(ctx context.Context, name string) (store.Model, error) {
	models, err := w.db.Models(ctx)
	if err != nil {
		return store.Model{}, err
	}
	for _, m := range slices.Backward(models) {
		if m.Name == name {
			return m, nil
		}
	}
	return store.Model{}, NotFound{name}
}

func summarise(m store.Model, parsed manifest) Summary {
	s := Summary{
		Name: m.Name, Title: parsed.Title, SHA256: hex.EncodeToString(m.SHA256[:]), Parameters: parsed.Parameters,
		Input: Input(parsed.Input), LayerCount: len(parsed.Layers), Classes: len(parsed.Classes),
		NetworkIncluded: m.HasGraph, URL: "/models/" + url.PathEscape(m.Name),
	}
	if s.Title == "" {
		s.Title = m.Name
	}
	s.Profile = profile(layers(parsed))
	return s
}

func layers(parsed manifest) []Layer {
	list := make([]Layer, len(parsed.Layers))
	var most int64 = 1
	for _, l := range parsed.Layers {
		most = max(most, l.Parameters)
	}
	for i, l := range parsed.Layers {
		list[i] = Layer{
			Name: l.Name, Type: l.Type, Index: l.Index, Channels: l.Channels, Height: l.Height, Width: l.Width,
			Parameters: l.Parameters, Default: slices.Contains(parsed.DefaultLayers, l.Name), Vectors: []Seen{},
			Bar: 100 * float64(l.Parameters) / float64(most),
		}
	}
	return list
}

// fillSeen says at which layers which datasets can be searched.
func (w *web) fillSeen(ctx context.Context, m store.Model, page *ModelPage) error {
	datasets, err := w.db.Datasets(ctx)
	if err != nil {
		return err
	}
	position := make(map[string]int, len(page.Layers))
	for i, l := range page.Layers {
		position[l.Name] = i
	}
	for _, d := range datasets {
		embeddings, err := w.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: d.ID, Model: m.Name})
		if err != nil {
			return err
		}
		for _, e := range embeddings {
			i, known := position[e.Layer]
			if e.ModelID != m.ID || !known {
				continue
			}
			page.Layers[i].Vectors = append(page.Layers[i].Vectors, Seen{
				Dataset: d.Name, Pooling: e.Pooling, Dimension: e.Dimension, Images: e.Vectors, Runtime: e.Runtime,
				Search: searchURL(d.Name, m.Name, e.Layer),
			})
			if !slices.Contains(page.Seen, d.Name) {
				page.Seen = append(page.Seen, d.Name)
			}
		}
	}
	return nil
}

func searchURL(dataset, model, layer string) string {
	return "/search?" + url.Values{"dataset": {dataset}, "model": {model}, "layer": {layer}}.Encode()
}
