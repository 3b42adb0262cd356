package explorer

import (
	"context"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// ChannelPage is a channel: the pictures made for it, and what it made of the datasets that were seen at its layer.
type ChannelPage struct {
	templates.Base `json:"-"`
	Model          string    `json:"model"`
	Title          string    `json:"title"` // the model's
	Layer          string    `json:"layer"`
	Channel        int       `json:"channel"`
	Channels       int       `json:"channels"`
	Picture        *Picture  `json:"picture"`  // what excites it most; null: it is not made yet
	Negative       *Picture  `json:"negative"` // what it responds to least; null: it is not made yet
	Diverse        []Picture `json:"diverse"`  // the others of the newest set that was made to be diverse
	Earlier        []Picture `json:"earlier"`  // made with other parameters
	Datasets       []Excited `json:"datasets"`

	Facts           Layer  `json:"-"` // of the layer
	NetworkIncluded bool   `json:"-"`
	ModelURL        string `json:"-"`
	LayerURL        string `json:"-"`
	Previous, Next  *Link  `json:"-"`
	Curve           Curve  `json:"-"`
	Settings        []Fact `json:"-"` // how the picture was made
	FileName        string `json:"-"` // under which the picture is saved
	Command         string `json:"-"` // makes the picture
	NegativeCommand string `json:"-"`
	DiverseCommand  string `json:"-"`
	IngestCommand   string `json:"-"`
	Making          Making `json:"-"`

	StandIn *StandIn `json:"-"` // shown while there is no picture; nil: there is nothing to show

	View    string   `json:"view"` // of the images: heat, peak or picture
	Views   []Choice `json:"-"`
	ViewOff string   `json:"-"` // why only the pictures themselves are shown
}

func (w *web) serveChannel(c echo.Context) error {
	p, err := w.find(c)
	if err != nil {
		return err
	}
	channel, err := p.channel(c.Param("channel"))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	all, err := w.db.Visualizations(ctx, p.layer().ID, store.VisualizationFilter{Channel: &channel})
	if err != nil {
		return err
	}
	page := p.channelPage(channel, all)
	page.Base = templates.NewBase(c, "models", fmt.Sprintf("Channel %d · %s · %s", channel, page.Layer, page.Model))
	p.addCommands(page)
	if err := w.chooseView(c, p, page); err != nil {
		return err
	}
	if err := w.makeable(ctx, p, page); err != nil {
		return err
	}
	if page.Datasets, err = w.excited(ctx, p, page.View, channel); err != nil {
		return err
	}
	page.StandIn = w.standInLarge(p, page)
	return templates.Respond(c, "explorer/channel", page)
}

// Ways to look at the images that excite a channel.
const (
	viewHeat    = "heat"
	viewPeak    = "peak"
	viewPicture = "picture"
)

// chooseView reads how the images are looked at. Where no network can look at them only they themselves are shown.
func (w *web) chooseView(c echo.Context, p *place, page *ChannelPage) (err error) {
	if page.View, err = oneOf(c.QueryParams(), "view", viewHeat, viewPeak, viewPicture); err != nil {
		return err
	}
	if why := w.probes.can(p.model); why != nil {
		page.View, page.ViewOff = viewPicture, why.Error()
		return nil
	}
	address := channelURL(page.Model, page.Layer, page.Channel)
	for _, view := range []Choice{{Label: "Heat", URL: address}, {Label: "Place", URL: address + "?view=" + viewPeak}, {Label: "Picture", URL: address + "?view=" + viewPicture}} {
		view.Current = view.Label == map[string]string{viewHeat: "Heat", viewPeak: "Place", viewPicture: "Picture"}[page.View]
		page.Views = append(page.Views, view)
	}
	for _, link := range []*Link{page.Previous, page.Next} {
		if link != nil && page.View != viewHeat {
			link.URL += "?view=" + page.View
		}
	}
	return nil
}

// makeable adds the buttons that ask for the channel's pictures, and what is known of its place in the network.
func (w *web) makeable(ctx context.Context, p *place, page *ChannelPage) error {
	a, err := w.probes.anatomies.of(ctx, p.model, p.manifest)
	if err != nil || !p.model.HasGraph {
		return err
	}
	own := []Layer{page.Facts}
	fillFields(own, a)
	page.Facts = own[0]
	if page.Making, err = w.making(ctx, page.Model, page.Layer); err != nil {
		return err
	}
	page.Making.Return = page.Return
	if page.Picture == nil {
		page.Making.ask("Make it now", objectiveOf(page.Channel, objectiveChannel))
	}
	if page.Negative == nil && page.Picture != nil {
		page.Making.ask("Make the opposite now", objectiveOf(page.Channel, objectiveNegative))
	}
	return nil
}

// channel reads a channel's number from an address.
func (p *place) channel(text string) (int, error) {
	count := p.layer().Channels
	channel, err := strconv.Atoi(text)
	if err != nil || channel < 0 || channel >= count || strconv.Itoa(channel) != text {
		return 0, notFoundf("There is no channel %q in %s: it has %d, counted from 0.", text, p.layer().Name, count)
	}
	return channel, nil
}

// channelPage decides what the page shows of a channel's visualizations, which come as the store orders them.
func (p *place) channelPage(channel int, all []store.Visualization) *ChannelPage {
	l := p.layer()
	page := &ChannelPage{
		Model: p.model.Name, Title: title(p.model, p.manifest), Layer: l.Name, Channel: channel, Channels: l.Channels,
		Diverse: []Picture{}, Earlier: []Picture{}, Datasets: []Excited{}, Facts: p.layerFacts(), NetworkIncluded: p.model.HasGraph,
		ModelURL: modelURL(p.model.Name), LayerURL: layerURL(p.model.Name, l.Name),
		Previous: p.channelLink(channel - 1), Next: p.channelLink(channel + 1),
		FileName: fmt.Sprintf("%s_%s_channel-%d.png", p.model.Name, l.Name, channel),
	}
	if v, made := byChannel(all, objectiveNegative)[channel]; made {
		page.Negative = detailedPicture(v)
	}
	v, made := byChannel(all, objectiveChannel)[channel]
	if !made {
		return page
	}
	page.Picture = detailedPicture(v)
	page.Curve = newCurve(v.Curve)
	page.Settings = settings(page.Picture)
	page.addVariants(v, all)
	return page
}

// addVariants adds the other pictures of the objective: those of the newest set, and the first ones of other parameters.
func (page *ChannelPage) addVariants(main store.Visualization, all []store.Visualization) {
	var set [32]byte
	for _, v := range all {
		if v.Objective == main.Objective && v.Number == 1 { // the newest comes first
			set = v.ParametersSHA256
			break
		}
	}
	for _, v := range all {
		switch {
		case v.Objective != main.Objective || v.ID == main.ID || v.PNGBytes == 0:
		case v.ParametersSHA256 == set:
			page.Diverse = append(page.Diverse, *detailedPicture(v))
		case v.Number == 0:
			page.Earlier = append(page.Earlier, *detailedPicture(v))
		}
	}
}

// channelLink is a neighbour, nil beyond the ends.
func (p *place) channelLink(channel int) *Link {
	l := p.layer()
	if channel < 0 || channel >= l.Channels {
		return nil
	}
	return &Link{strconv.Itoa(channel), channelURL(p.model.Name, l.Name, channel)}
}

// addCommands says how to make what is not there. A single channel is written with a comma: a number alone would be so
// many channels.
func (p *place) addCommands(page *ChannelPage) {
	words := []string{"visualize", "--db", page.Site.File, "--model", page.Model, "--layers", page.Layer, "--channels", fmt.Sprintf("%d,", page.Channel)}
	page.Command = command(words...)
	page.NegativeCommand = command(append(words[:len(words):len(words)], "--objective", "negative")...)
	page.DiverseCommand = command(append(words[:len(words):len(words)], "--count", "4")...)
	page.IngestCommand = command("ingest", "--db", page.Site.File, "--dataset", "holiday", "--model", page.Model, "--layers", page.Layer, "./photos")
}
