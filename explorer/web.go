package explorer

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

type web struct {
	db       *store.DB
	channels *Channels
}

// Register adds the pages about models to the group.
func Register(g *echo.Group, db *store.DB) {
	w := &web{db: db, channels: NewChannels(db)}
	read := []string{http.MethodGet, http.MethodHead}
	g.Match(read, "/models", w.serveModels)
	g.Match(read, "/models/:name", w.serveModel)
	g.Match(read, "/models/:name/layers/:layer", w.serveLayer)
	g.Match(read, "/models/:name/layers/:layer/channels/:channel", w.serveChannel)
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
	stored, err := w.db.Layers(ctx, m.ID)
	if err != nil {
		return err
	}
	page := &ModelPage{
		Base: templates.NewBase(c, "models", m.Name), Summary: summarise(m, parsed),
		Source: parsed.Provenance.Source, License: parsed.Provenance.License,
		WeightsFile: parsed.Provenance.WeightsFile, WeightsSHA256: parsed.Provenance.WeightsSHA256,
		Layers: storedLayers(m.Name, parsed, stored), Defaults: len(parsed.DefaultLayers),
	}
	page.Strip = strip(page.Layers)
	page.Command = command("visualize", "--db", page.Site.File, "--model", m.Name)
	if page.Previews, err = w.previews(ctx, page.Layers, stored); err != nil {
		return err
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
	return store.Model{}, notFoundf("There is no model %q in this file.", name)
}

func summarise(m store.Model, parsed manifest) Summary {
	s := Summary{
		Name: m.Name, Title: title(m, parsed), SHA256: hex.EncodeToString(m.SHA256[:]), Parameters: parsed.Parameters,
		Input: Input(parsed.Input), LayerCount: len(parsed.Layers), Classes: len(parsed.Classes),
		NetworkIncluded: m.HasGraph, URL: modelURL(m.Name),
	}
	s.Profile = profile(layers(parsed))
	return s
}

func title(m store.Model, parsed manifest) string {
	if parsed.Title != "" {
		return parsed.Title
	}
	return m.Name
}
