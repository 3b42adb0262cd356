package explorer

import (
	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// LayerPage is a layer with its channels and their pictures.
type LayerPage struct {
	templates.Base `json:"-"`
	Model          string `json:"model"`
	Title          string `json:"title"` // the model's
	Layer
	Objective string    `json:"objective"`         // channel, or negative for what the channels respond to least
	Shown     string    `json:"shown"`             // 30, made or all
	Sort      string    `json:"sort"`              // index, gain, variance or selectivity
	Dataset   string    `json:"dataset,omitempty"` // by whose images they are sorted
	Grid      []Tile    `json:"grid"`
	Others    []Picture `json:"others"` // of objectives that are not about one channel

	Made            int     `json:"-"` // channels with a picture for this objective, or known to be dead
	Missing         int     `json:"-"` // of the grid, those without
	Dead            int     `json:"-"`
	Unseen          bool    `json:"-"` // no images are there to sort by
	StoodInBy       string  `json:"-"` // the dataset whose images stand in for pictures that are missing; "" where none do
	Places          bool    `json:"-"` // of those images the places are shown that excite the channels
	NetworkIncluded bool    `json:"-"`
	ModelURL        string  `json:"-"`
	Input           Input   `json:"-"`
	Previous, Next  *Link   `json:"-"`
	Command         string  `json:"-"` // makes the pictures that are shown as missing
	Choices         choices `json:"-"`
	Making          Making  `json:"-"`
	Contact         string  `json:"-"` // address of the contact sheet, "" when there is no picture
}

// Link is a neighbour's name and address.
type Link struct{ Name, URL string }

// gridOf reads a request for a layer's grid and lays it out.
func (w *web) gridOf(c echo.Context) (*place, gridChoice, *LayerPage, error) {
	p, err := w.find(c)
	if err != nil {
		return nil, gridChoice{}, nil, err
	}
	choice, err := readGrid(c.QueryParams())
	if err != nil {
		return nil, choice, nil, err
	}
	ctx := c.Request().Context()
	statistics, err := w.selectivity(ctx, p, &choice)
	if err != nil {
		return nil, choice, nil, err
	}
	all, err := w.db.Visualizations(ctx, p.layer().ID, store.VisualizationFilter{Newest: true})
	if err != nil {
		return nil, choice, nil, err
	}
	page := p.layerPage(choice, all, statistics)
	page.Unseen = choice.byImages() && statistics == nil
	return p, choice, page, nil
}

func (w *web) serveLayer(c echo.Context) error {
	p, choice, page, err := w.gridOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	seen, err := w.seenAt(ctx, p)
	if err != nil {
		return err
	}
	page.Vectors, page.Choices.Datasets = seen, datasetChoices(p, choice, seen)
	if len(seen) == 0 && !choice.byImages() {
		page.Choices.Sorts = page.Choices.Sorts[:2] // the others are over images
	}
	page.Base = templates.NewBase(c, "models", p.layer().Name+" · "+p.model.Name)
	page.Command = p.command(page)
	if err := w.standInGrid(ctx, p, page); err != nil {
		return err
	}
	a, err := w.probes.anatomies.of(ctx, p.model, p.manifest)
	if err != nil {
		return err
	}
	own := []Layer{page.Layer}
	fillFields(own, a)
	page.Layer = own[0]
	if p.model.HasGraph {
		if page.Making, err = w.making(ctx, page.Model, page.Layer.Name); err != nil {
			return err
		}
		page.Making.Return = page.Return
		page.Making.askForMissing(page.Grid, choice.objective)
	}
	if page.Made > page.Dead {
		page.Contact = layerURL(page.Model, page.Layer.Name) + "/sheet.png" + choice.query()
	}
	return templates.Respond(c, "explorer/layer", page)
}

// layerPage decides what the page shows of a layer's newest visualizations.
func (p *place) layerPage(choice gridChoice, all []store.Visualization, statistics *LayerStatistics) *LayerPage {
	l, pictures := p.layer(), byChannel(all, choice.objective)
	page := &LayerPage{
		Model: p.model.Name, Title: title(p.model, p.manifest), Layer: p.layerFacts(),
		Objective: choice.objective, Shown: choice.channels, Sort: choice.sort, Dataset: choice.dataset, Others: []Picture{},
		Made: len(pictures), NetworkIncluded: p.model.HasGraph, ModelURL: modelURL(p.model.Name), Input: Input(p.manifest.Input),
		Previous: p.neighbor(-1, choice), Next: p.neighbor(1, choice),
	}
	page.Grid = choice.grid(subject{l.Channels, pictures, statistics}, func(channel int) string { return channelURL(p.model.Name, l.Name, channel) })
	for _, t := range page.Grid {
		page.Missing += presence(t.Picture == nil)
	}
	for _, v := range pictures {
		page.Dead += presence(v.PNGBytes == 0)
	}
	for _, v := range all {
		if v.Channel == store.NoChannel && v.PNGBytes > 0 {
			page.Others = append(page.Others, *newPicture(v))
		}
	}
	page.Choices = newChoices(layerURL(p.model.Name, l.Name), choice, l.Channels, madeBeside(pictures, l.Channels))
	return page
}

// command makes the pictures that are missing in the grid, or all when none is.
func (p *place) command(page *LayerPage) string {
	words := []string{"visualize", "--db", page.Site.File, "--model", p.model.Name, "--layers", p.layer().Name}
	if page.Shown == channelsAll || page.Missing == 0 {
		words = append(words, "--channels", "all")
	}
	if page.Objective == objectiveNegative {
		words = append(words, "--objective", "negative")
	}
	return command(words...)
}
