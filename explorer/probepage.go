package explorer

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// ProbePage shows what a network makes of a picture, layer by layer.
type ProbePage struct {
	templates.Base `json:"-"`
	*Probed
	Name     string `json:"name"` // of the picture
	Category string `json:"category,omitempty"`
	Uploaded bool   `json:"uploaded"`
	Saved    string `json:"saved,omitempty"` // number of a saved picture
	Shown    Shown  `json:"shown"`

	Crop *imaging.Region `json:"crop,omitempty"` // of the picture: only that is looked at

	Picture  string      `json:"-"` // the picture's address
	Whole    string      `json:"-"` // the probe with all of the picture; "" where that is looked at
	Search   string      `json:"-"` // with the same picture
	Models   []Choice    `json:"-"`
	Datasets []Choice    `json:"-"`
	Sorts    []Choice    `json:"-"`
	Places   []Choice    `json:"-"`             // layers at which the shown class or channel can be explained
	Images   []ProbeTile `json:"-"`             // to look at next
	More     []string    `json:"-"`             // layers that are not shown
	Form     []Field     `json:"-"`             // the state without the picture, for the form that sends one
	State    []Field     `json:"-"`             // the whole state, for the form that adds a layer
	Off      string      `json:"off,omitempty"` // why nothing can be looked at
}

// Shown is what is drawn large: the picture, the map of a channel, or the places that speak for a class or a channel.
type Shown struct {
	Kind    string `json:"kind"`            // picture, map or places
	Layer   string `json:"layer,omitempty"` // of the map, or whose places they are
	Of      string `json:"of,omitempty"`    // the layer of the channel that is explained; "" for a class
	Channel int    `json:"channel"`         // or the class; -1 of a picture alone
	Name    string `json:"name,omitempty"`  // of the class

	Channelled *ProbedChannel `json:"values,omitempty"` // of a map
	Target     float64        `json:"target,omitempty"` // of places
	Height     int            `json:"height,omitempty"`
	Width      int            `json:"width,omitempty"`
	Weights    []float32      `json:"weights,omitempty"` // of the places, row by row

	Drawing string `json:"-"` // its address
	Page    string `json:"-"` // the channel's
	Plain   string `json:"-"` // the probe with the picture alone
	URL     string `json:"-"` // the probe with the map of the channel that is explained
}

// ProbeTile is an image to look at next.
type ProbeTile struct {
	SHA256, Name, Category, URL string
	Width, Height               int
	Current                     bool
}

// Field is a hidden form field.
type Field struct{ Name, Value string }

// probeImages is how many images are offered, at even distances in the dataset.
const probeImages = 12

func (w *web) serveProbe(c echo.Context) error {
	s, err := readProbe(c.QueryParams())
	if err != nil {
		return err
	}
	picture, err := w.picture(c, &s)
	if errors.Is(err, ErrProbeOff) {
		return w.respondUnprobed(c, s, err)
	}
	if err != nil {
		return err
	}
	if s.own() || !s.crop.IsZero() {
		done, err := w.uploads.Take(c.Request().Context())
		if err != nil {
			return err
		}
		defer done()
	}
	probed, err := w.probes.Probe(c.Request().Context(), s.request(picture))
	if errors.Is(err, ErrProbeOff) {
		return w.respondUnprobed(c, s, err)
	}
	if err != nil {
		return err
	}
	return w.respondProbe(c, s, picture, probed)
}

// serveProbeUpload answers POST /probe: the picture is kept for a while, and looked at where the answer leads to.
func (w *web) serveProbeUpload(c echo.Context) error {
	fields, picture, err := w.uploads.Read(c.Request())
	if err != nil {
		return err
	}
	s, err := readProbe(fields)
	if err != nil {
		return err
	}
	token, err := w.uploads.Hold(c, picture)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, s.pictured("", token).url())
}

// respondUnprobed is the page where nothing can be looked at: it says why.
func (w *web) respondUnprobed(c echo.Context, s probeSelection, why error) error {
	page := &ProbePage{Base: templates.NewBase(c, "probe", "Probe"), Probed: &Probed{Classes: []Prediction{}, Layers: []ProbedLayer{}}, Off: why.Error()}
	page.Form = s.fields(pictureNames...)
	return templates.Respond(c, "explorer/probe", page)
}

func (w *web) respondProbe(c echo.Context, s probeSelection, picture probePicture, probed *Probed) error {
	ctx := c.Request().Context()
	s.model = probed.Model
	page := &ProbePage{Base: templates.NewBase(c, "probe", "What "+probed.Model+" sees in "+picture.name), Probed: probed, Name: picture.name}
	page.Uploaded, page.Saved, page.Picture = s.upload != "", s.saved, picture.address
	page.Form, page.State = s.fields(pictureNames...), s.fields()
	page.Search = "/search?" + s.searched().Encode()
	if !s.crop.IsZero() {
		whole := s
		whole.crop = imaging.Region{}
		page.Crop, page.Whole = &s.crop, whole.url()
	}
	if picture.image != nil {
		page.Category = picture.image.Category
	}
	for i := range probed.Layers {
		if err := w.linkLayer(ctx, s, &probed.Layers[i], probed.model); err != nil {
			return err
		}
	}
	for i, class := range probed.Classes {
		then := s.explaining("", class.Class)
		probed.Classes[i].URL, probed.Classes[i].Current = then.url(), s.class == class.Class
	}
	if err := w.show(ctx, s, picture, page); err != nil {
		return err
	}
	if err := w.probeChoices(ctx, s, page); err != nil {
		return err
	}
	return templates.Respond(c, "explorer/probe", page)
}

// linkLayer fills in where a layer's channels lead to, and their pictures.
func (w *web) linkLayer(ctx context.Context, s probeSelection, l *ProbedLayer, m store.Model) error {
	stored, err := w.db.Layer(ctx, m.ID, l.Layer)
	if err != nil {
		return err
	}
	for i := range l.Top {
		t := &l.Top[i]
		then := s.mapping(l.Layer, t.Channel)
		t.URL, t.Map, t.Page = then.url(), then.drawing("map", smallDrawing), channelURL(m.Name, l.Layer, t.Channel)
		t.Current = s.layer == l.Layer && s.channel == t.Channel
		v, err := w.db.VisualizationFor(ctx, stored.ID, "channel:"+strconv.Itoa(t.Channel), 0)
		if err == nil {
			t.Made = newPicture(v).PNG
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// show decides what is drawn large.
func (w *web) show(ctx context.Context, s probeSelection, picture probePicture, page *ProbePage) error {
	plain := s.mapping("", none)
	page.Shown = Shown{Kind: "picture", Channel: none, Drawing: page.Picture, Plain: plain.url()}
	switch {
	case s.class == none && s.layer == "":
		return nil
	case s.class == none && s.at == "":
		return w.showMap(ctx, s, picture, page)
	}
	s.at = cmp.Or(s.at, page.manifest.lastMap())
	places, err := w.probes.explain(ctx, page.model, s.question(), picture.data)
	if err != nil {
		return err
	}
	page.Shown.Kind, page.Shown.Layer, page.Shown.Of, page.Shown.Channel = "places", s.at, s.layer, s.question().Channel
	page.Shown.Target, page.Shown.Weights = places.Target, places.Places.Values
	page.Shown.Height, page.Shown.Width = places.Places.Height, places.Places.Width
	page.Shown.Drawing = s.drawing("places", largeDrawing)
	if s.class != none {
		page.Shown.Name = page.manifest.class(s.class)
	} else {
		then := s.mapping(s.layer, s.channel)
		page.Shown.Page, page.Shown.URL = channelURL(s.model, s.layer, s.channel), then.url()
	}
	page.Places = s.places(page.manifest)
	return nil
}

// showMap shows the map of a channel, which may be one that no list has.
func (w *web) showMap(ctx context.Context, s probeSelection, picture probePicture, page *ProbePage) error {
	row := page.manifest.row(s.layer)
	if row == nil {
		return notFoundf("There is no layer %q in %s.", s.layer, s.model)
	}
	if s.channel >= row.Channels {
		return notFoundf("There is no channel %d in %s: it has %d, counted from 0.", s.channel, s.layer, row.Channels)
	}
	r := s.request(picture)
	r.Top = row.Channels
	all, err := w.probes.one(ctx, page.model, page.manifest, r, row)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all.Top, func(t ProbedChannel) bool { return t.Channel == s.channel })
	page.Shown.Kind, page.Shown.Layer, page.Shown.Channel, page.Shown.Channelled = "map", s.layer, s.channel, &all.Top[i]
	page.Shown.Height, page.Shown.Width = all.Height, all.Width
	page.Shown.Drawing, page.Shown.Page = s.drawing("map", largeDrawing), channelURL(s.model, s.layer, s.channel)
	page.Places = s.places(page.manifest)
	return nil
}

// probeChoices fills in what can be chosen beside the picture.
func (w *web) probeChoices(ctx context.Context, s probeSelection, page *ProbePage) error {
	models, err := w.db.Models(ctx)
	if err != nil {
		return err
	}
	for _, m := range models {
		then := s.mapping("", none)
		then.model, then.layers = m.Name, nil
		again := slices.ContainsFunc(page.Models, func(c Choice) bool { return c.Label == m.Name })
		if m.HasGraph && !again {
			page.Models = append(page.Models, Choice{Label: m.Name, URL: then.url(), Current: m.Name == s.model})
		}
	}
	for _, byValue := range []bool{false, true} {
		then, label := s, "Unusual"
		if then.value = byValue; byValue {
			label = "Highest"
		}
		page.Sorts = append(page.Sorts, Choice{Label: label, URL: then.url(), Current: s.value == byValue})
	}
	for _, l := range page.manifest.Layers {
		if !slices.ContainsFunc(page.Layers, func(p ProbedLayer) bool { return p.Layer == l.Name }) {
			page.More = append(page.More, l.Name)
		}
	}
	datasets, err := w.db.Datasets(ctx)
	if err != nil {
		return err
	}
	for _, d := range datasets {
		then := s
		if then.dataset = d.Name; !s.own() {
			then = then.pictured("", "")
		}
		page.Datasets = append(page.Datasets, Choice{Label: d.Name, Count: d.Images, URL: then.url(), Current: d.Name == s.dataset})
		if d.Name == s.dataset {
			if err := w.offerImages(ctx, s, d, page); err != nil {
				return err
			}
		}
	}
	return nil
}

// offerImages offers images of a dataset from all of it.
func (w *web) offerImages(ctx context.Context, s probeSelection, d store.Dataset, page *ProbePage) error {
	for _, at := range evenly(probeImages, d.Images) {
		found, err := w.db.Images(ctx, store.ImageFilter{DatasetID: d.ID, Offset: at, Limit: 1})
		if err != nil {
			return err
		}
		for _, image := range found {
			then := s.pictured(image.Name, "")
			page.Images = append(page.Images, ProbeTile{
				SHA256: hexOf(image.SHA256), Name: image.Name, Category: image.Category, URL: then.url(),
				Width: image.Width, Height: image.Height, Current: !s.own() && image.Name == s.image,
			})
		}
	}
	return nil
}
