package explorer

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/upload"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

type web struct {
	db       *store.DB
	channels *Channels
	probes   *Probes
	uploads  *upload.Desk
	queue    Queue
	queueOff string
}

// Options are what the pages work with beside the database.
type Options struct {
	Prober   Prober       // nil: no picture can be looked at
	ProbeOff string       // why, as a sentence for the page
	Queue    Queue        // nil: no picture can be asked for
	QueueOff string       // why, as a sentence for the page
	Uploads  *upload.Desk // on which visitors' pictures lie
	Channels *Channels    // what is remembered of channels; nil: the pages remember by themselves
}

// Register adds the pages about models, and the probe, to the group.
func Register(g *echo.Group, db *store.DB, o Options) {
	w := &web{db: db, probes: NewProbes(db, o.Prober, o.ProbeOff), uploads: o.Uploads, queue: o.Queue, queueOff: o.QueueOff}
	if o.Channels != nil {
		w.probes.channels = o.Channels
	}
	w.channels = w.probes.channels
	read := []string{http.MethodGet, http.MethodHead}
	g.Match(read, "/models", w.serveModels)
	g.Match(read, "/models/:name", w.serveModel)
	g.Match(read, "/models/:name/layers/:layer", w.serveLayer)
	g.Match(read, "/models/:name/layers/:layer/sheet.png", w.serveContact)
	g.Match(read, "/models/:name/layers/:layer/channels/:channel", w.serveChannel)
	g.Match(read, "/probe", w.serveProbe)
	g.POST("/probe", w.serveProbeUpload)
	g.Match(read, "/probe/map.jpg", w.serveDrawing(drawMap))
	g.Match(read, "/probe/peak.jpg", w.serveDrawing(drawPeak))
	g.Match(read, "/probe/places.jpg", w.serveDrawing(drawPlaces))
}

func (w *web) serveModels(c echo.Context) error {
	ctx := c.Request().Context()
	models, err := w.db.Models(ctx)
	if err != nil {
		return err
	}
	page := &ModelsPage{Base: templates.NewBase(c, "models", "Models"), Models: []Summary{}}
	for _, m := range models {
		parsed, err := readManifest(m)
		if err != nil {
			return err
		}
		s := summarise(m, parsed)
		if s.Pictures, err = w.glimpse(ctx, m, parsed); err != nil {
			return err
		}
		page.Models = append(page.Models, s)
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
	a, err := w.probes.anatomies.of(ctx, m, parsed)
	if err != nil {
		return err
	}
	fillFields(page.Layers, a)
	page.Strip = strip(page.Layers, a)
	for _, l := range page.Layers {
		page.Pictures += l.Visualizations
	}
	if page.Making, err = w.making(ctx, m.Name, ""); err != nil {
		return err
	}
	page.Making.Return = page.Return
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
