package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// WhyPage shows two images, where they are alike, and by which channels.
type WhyPage struct {
	templates.Base `json:"-"`
	*Why

	Sides   []WhySide    `json:"-"` // the query and the other image
	Alike   []WhyChannel `json:"-"` // the channels that add most
	Apart   []WhyChannel `json:"-"` // those that take most away
	Strip   []WhyLayer   `json:"-"`
	Squares []WhySquare  `json:"-"` // the cells of the grid; none where it has only one
	Search  string       `json:"-"` // back to the answer
	Rank    int          `json:"-"` // of the other image at this layer; 0 where it is not known
}

// WhySide is one of the two images.
type WhySide struct {
	Query
	Title         string
	Picture, Heat string   // addresses; "" where there is none
	Pictures      []string // of a query that is made of several
	Swatch        string
	Search        string // with it as the query; "" for an uploaded one
}

// WhyChannel is a channel's part, with its picture where one has been made.
type WhyChannel struct {
	ChannelShare
	URL, PNG string
	Heats    []string // where in either picture it fires; none where its picture has been made, or no network can look
	Bar      float64  // 0–100, against the largest part of any channel
}

// WhyLayer is a layer of the strip.
type WhyLayer struct {
	PairAtLayer
	URL    string
	Height float64 // 0–100
}

// WhySquare is a cell's part, drawn on a square of 100 × 100.
type WhySquare struct {
	X, Y, Side, Opacity float64
	TextX, TextY        float64
	Share               float64
	Class               string
}

const (
	alikeChannels = 8
	apartChannels = 4
)

func (w *web) serveWhy(c echo.Context) error {
	return w.withQuery(c, func(s selection, r WhyRequest) error {
		ctx := c.Request().Context()
		why, p, err := w.service.why(ctx, r)
		if err != nil {
			return err
		}
		page := &WhyPage{Base: templates.NewBase(c, "search", "Why "+why.With.Name+" looks like "+why.Query.Name), Why: why}
		s = s.resolved(&Page{
			Dataset: why.Dataset, Model: why.Model, Layer: why.Layer, Pooling: why.Pooling, Metric: r.Metric, Query: why.Query,
		}, p.target)
		page.links(s, p)
		if page.Alike, page.Apart, err = w.service.whyChannels(ctx, p.embedding, why.Channels); err != nil {
			return err
		}
		page.showChannels(s)
		return templates.Respond(c, "search/why", page)
	})
}

// withQuery reads a request about two images; the query may be an uploaded picture.
func (w *web) withQuery(c echo.Context, answer func(selection, WhyRequest) error) error {
	s, err := readSelection(c.QueryParams())
	if err != nil {
		return err
	}
	return w.withPicture(c, s, func(r Request) error {
		return answer(s, WhyRequest{Request: r, With: c.QueryParam("with")})
	})
}

func whyURL(s selection, with string) string { return about("/why", s, with) }

// about is the address of something about the selection's query and another image.
func about(path string, s selection, with string) string {
	q := s.values()
	q.Set("with", with)
	return path + "?" + q.Encode()
}

func (p *WhyPage) links(s selection, of pair) {
	p.Search = s.url()
	p.Sides = []WhySide{
		{Query: p.Query, Title: "The query", Picture: pictureURL(p.Query), Swatch: swatch(of.dataset, p.Query.Category)},
		{
			Query: p.With, Title: "The image found", Picture: pictureURL(p.With), Swatch: swatch(of.dataset, p.With.Category),
			Search: s.with(func(s *selection) { s.ask = AskFor(p.With.Name) }),
		},
	}
	if c := p.Query.Crop; c != nil {
		p.Sides[0].Width, p.Sides[0].Height = c.Width, c.Height
	}
	p.Sides[0].Pictures = partURLs(p.Query)
	if p.HeatOff == "" {
		for i, side := range []string{"query", "with"} {
			if p.Sides[i].Picture == "" {
				continue // there is no one picture to draw on
			}
			p.Sides[i].Heat = about("/why/heat.png", s, p.With.Name) + "&of=" + side
		}
	}
	p.Squares = squares(p.Grid, p.Cells)
	for _, l := range p.Layers {
		if l.Current {
			p.Rank = l.Rank
		}
		at := s
		at.layer, at.pooling = l.Layer, ""
		if of.model.ambiguous(l.Layer) {
			at.pooling = l.Pooling
		}
		p.Strip = append(p.Strip, WhyLayer{l, whyURL(at, p.With.Name), 100 * max(0, l.Similarity)})
	}
}

// showChannels adds where in either picture the channels fire to those of which no picture has been made.
func (p *WhyPage) showChannels(s selection) {
	if p.HeatOff != "" {
		return
	}
	for _, list := range [][]WhyChannel{p.Alike, p.Apart} {
		for i, c := range list {
			for _, picture := range []Ask{s.ask, AskFor(p.With.Name)} {
				if heat := s.probeMap(picture, c.Channel); heat != "" && c.PNG == "" {
					list[i].Heats = append(list[i].Heats, heat)
				}
			}
		}
	}
}

// squares draws what each cell of the grid adds.
func squares(grid int, cells []float64) []WhySquare {
	most := 0.0
	for _, v := range cells {
		most = max(most, math.Abs(v))
	}
	if grid < 2 || most == 0 {
		return nil
	}
	var list []WhySquare
	side := 100 / float64(grid)
	for i, v := range cells {
		x, y := float64(i%grid)*side, float64(i/grid)*side
		square := WhySquare{
			X: x, Y: y, Side: side, TextX: x + side/2, TextY: y + side/2, Share: v, Opacity: math.Abs(v) / most, Class: "warm",
		}
		if v < 0 {
			square.Class = "cold"
		}
		list = append(list, square)
	}
	return list
}

// whyChannels are the channels that make two images alike and those that tell them apart.
func (s *Service) whyChannels(ctx context.Context, e store.Embedding, channels []ChannelShare) (alike, apart []WhyChannel, err error) {
	most := 0.0
	for _, c := range channels {
		most = max(most, math.Abs(c.Share))
	}
	n := len(channels)
	for i := range channels {
		first, last := channels[i], channels[n-1-i]
		if i < alikeChannels && first.Share > 0 {
			alike = append(alike, WhyChannel{ChannelShare: first, Bar: 100 * first.Share / most})
		}
		if i < apartChannels && last.Share < 0 {
			apart = append(apart, WhyChannel{ChannelShare: last, Bar: -100 * last.Share / most})
		}
	}
	for _, list := range [][]WhyChannel{alike, apart} {
		for i := range list {
			list[i].URL = templates.ChannelURL(e.Model, e.Layer, list[i].Channel)
			if list[i].PNG, err = s.channelPicture(ctx, e.LayerID, list[i].Channel); err != nil {
				return nil, nil, err
			}
		}
	}
	return alike, apart, nil
}

// channelPicture is the address of the picture that excites a channel most; "" where there is none.
func (s *Service) channelPicture(ctx context.Context, layerID int64, channel int) (string, error) {
	v, err := s.db.VisualizationFor(ctx, layerID, fmt.Sprintf("channel:%d", channel), 0)
	if errors.Is(err, store.ErrNotFound) || err == nil && v.PNGBytes == 0 {
		return "", nil
	}
	return templates.VisualizationURL(v.ID, v.PNGSHA256), err
}

// serveHeat answers with an overlay for one of two images: where it is like the other.
func (w *web) serveHeat(c echo.Context) error {
	return w.withQuery(c, func(_ selection, r WhyRequest) error {
		png, err := w.service.Heat(c.Request().Context(), r, c.QueryParam("of"))
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "private, max-age=600")
		return c.Blob(http.StatusOK, "image/png", png)
	})
}
