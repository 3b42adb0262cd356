package explorer

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

const drawingQuality = 88

// serveDrawing answers /probe/map.jpg, /probe/places.jpg and /probe/peak.jpg.
func (w *web) serveDrawing(draw func(ctx context.Context, d drawn, side int) (image.Image, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, err := readProbe(c.QueryParams())
		if err != nil {
			return err
		}
		side, err := readSide(c.QueryParam("side"))
		if err != nil {
			return err
		}
		picture, err := w.picture(c, &s)
		if err != nil {
			return err
		}
		ctx := c.Request().Context()
		m, parsed, err := w.probes.model(ctx, s.model)
		if err != nil {
			return err
		}
		if keepDrawing(c, m, picture) {
			return c.NoContent(http.StatusNotModified)
		}
		out, err := draw(ctx, drawn{w.probes, s, picture.data, m, parsed}, side)
		if err != nil {
			c.Response().Header().Del(echo.HeaderCacheControl)
			return err
		}
		var file bytes.Buffer
		if err := jpeg.Encode(&file, out, &jpeg.Options{Quality: drawingQuality}); err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "image/jpeg", file.Bytes())
	}
}

func readSide(text string) (int, error) {
	side, err := strconv.Atoi(cmp.Or(text, strconv.Itoa(largeDrawing)))
	if err != nil || side != smallDrawing && side != largeDrawing {
		return 0, echo.NewHTTPError(http.StatusBadRequest, "side must be "+strconv.Itoa(smallDrawing)+" or "+strconv.Itoa(largeDrawing)+".")
	}
	return side, nil
}

// keepDrawing lets a browser keep the drawing of a picture of the file for an hour, after which it asks whether network and
// image are still the same; and reports whether it has it already. What was uploaded is not kept.
func keepDrawing(c echo.Context, m store.Model, p probePicture) (same bool) {
	h := c.Response().Header()
	if p.sum == [32]byte{} {
		h.Set(echo.HeaderCacheControl, "private, no-store")
		return false
	}
	tag := `"` + hexOf(m.SHA256)[:16] + hexOf(p.sum)[:16] + `"`
	h.Set(echo.HeaderCacheControl, "private, max-age=3600")
	return templates.Unchanged(c, tag)
}

// drawn is what a drawing is made of.
type drawn struct {
	probes   *Probes
	state    probeSelection
	picture  []byte
	model    store.Model
	manifest manifest
}

// sight is what the network makes of the picture at the layer of the drawing.
func (d drawn) sight(ctx context.Context, layer string) (*Sight, FeatureMap, error) {
	row := d.manifest.row(layer)
	if row == nil {
		return nil, FeatureMap{}, notFoundf("There is no layer %q in %s.", layer, d.model.Name)
	}
	layers, err := d.manifest.probed(append(d.state.layers, layer))
	if err != nil {
		return nil, FeatureMap{}, err
	}
	sight, err := d.probes.look(ctx, d.model, layers, d.picture)
	if err != nil {
		return nil, FeatureMap{}, err
	}
	for i, name := range layers {
		if name == layer {
			return sight, sight.Maps[i], nil
		}
	}
	return nil, FeatureMap{}, notFoundf("There is no layer %q in %s.", layer, d.model.Name)
}

// heat is a plane of a layer, to be drawn.
func (d drawn) heat(ctx context.Context, layer string, plane []float32, height, width int) (heat, error) {
	a, err := d.probes.anatomies.of(ctx, d.model, d.manifest)
	if err != nil {
		return heat{}, err
	}
	field, _ := a.field(layer)
	h := newHeat(plane, height, width, Input(d.manifest.Input), field)
	row, column, _ := peak(plane, width)
	h.mark = a.box(layer, row, column)
	return h, nil
}

// drawMap draws a channel's map over the picture.
func drawMap(ctx context.Context, d drawn, side int) (image.Image, error) {
	sight, h, err := d.channel(ctx)
	if err != nil {
		return nil, err
	}
	if h.mark.Dx()*h.mark.Dy()*2 > h.input.Width*h.input.Height || side == smallDrawing {
		h.mark = image.Rectangle{} // it would only be a frame around most of the picture
	}
	return drawHeat(sight.Picture, h, side), nil
}

// drawPeak cuts out what the highest place of a channel's map sees.
func drawPeak(ctx context.Context, d drawn, side int) (image.Image, error) {
	sight, h, err := d.channel(ctx)
	if err != nil {
		return nil, err
	}
	return drawPlace(sight.Picture, h, side), nil
}

// channel is the channel that the address names.
func (d drawn) channel(ctx context.Context) (*Sight, heat, error) {
	sight, m, err := d.sight(ctx, d.state.layer)
	if err != nil {
		return nil, heat{}, err
	}
	if d.state.channel >= m.Channels {
		return nil, heat{}, notFoundf("There is no channel %d in %s.", d.state.channel, d.state.layer)
	}
	h, err := d.heat(ctx, d.state.layer, m.Plane(d.state.channel), m.Height, m.Width)
	return sight, h, err
}

// drawPlaces draws the places that speak for a class or a channel.
func drawPlaces(ctx context.Context, d drawn, side int) (image.Image, error) {
	q := d.state.question()
	q.At = cmp.Or(q.At, d.manifest.lastMap())
	sight, _, err := d.sight(ctx, q.At)
	if err != nil {
		return nil, err
	}
	e, err := d.probes.explain(ctx, d.model, q, d.picture)
	if err != nil {
		return nil, err
	}
	h, err := d.heat(ctx, q.At, e.Places.Values, e.Places.Height, e.Places.Width)
	if err != nil {
		return nil, err
	}
	h.mark = image.Rectangle{}
	return drawHeat(sight.Picture, h, side), nil
}
