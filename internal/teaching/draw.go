package teaching

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/templates"
)

// drawn is what a drawing is made of and onto.
type drawn struct {
	*canvas
	web     *web
	subject *subject
	query   url.Values
}

// drawings by the name that a term's file calls them. Each may find that the data do not show it; then it says so.
var drawings = map[string]func(ctx context.Context, d *drawn) error{
	"extraction": drawExtraction, "layers": drawLayers, "embedding": drawEmbedding, "metric": drawMetric, "cosine": drawCosine,
	"similarity": drawSimilarity, "score": drawScore, "measures": drawMeasures, "map": drawMap,
	"visualization": drawVisualization, "channel": drawChannel, "activation": drawActivation,
	"percentile": drawPercentile, "match": drawMatch,
}

// notShown is why a drawing cannot be made from the data at hand: what is drawn instead.
type notShown string

func (n notShown) Error() string { return string(n) }

// drawingSeconds is how long a browser may keep a drawing without asking.
const drawingSeconds = 600

// drawingPolicy lets a drawing that is opened by itself show the pictures within it, and nothing else.
const drawingPolicy = "default-src 'none'; img-src data:; sandbox"

// serveDrawing answers /glossary/TERM.svg: the term's drawing, of the selection that the address has.
func (w *web) serveDrawing(c echo.Context) error {
	id, isDrawing := strings.CutSuffix(c.Param("drawing"), ".svg")
	term, known := templates.FindTerm(id)
	draw := drawings[term.Picture]
	if !isDrawing || !known || draw == nil {
		return echo.NewHTTPError(http.StatusNotFound, "There is no such drawing. The page /glossary has them all.")
	}
	theme, known := themes[c.QueryParam("theme")]
	if !known && c.QueryParam("theme") != "" {
		return echo.NewHTTPError(http.StatusBadRequest, "theme must be light or dark.")
	}
	if !known {
		theme = themes["light"]
	}
	data, err := w.draw(c.Request().Context(), theme, draw, c.QueryParams())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "private, max-age="+strconv.Itoa(drawingSeconds))
	h.Set("Content-Security-Policy", drawingPolicy)
	if templates.Unchanged(c, tag) {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "image/svg+xml", data)
}

// draw makes a drawing; where the data do not show what is to be drawn, it says why.
func (w *web) draw(ctx context.Context, theme colours, draw func(context.Context, *drawn) error, q url.Values) ([]byte, error) {
	r, err := readRequest(q)
	if err != nil {
		return nil, err
	}
	s, err := w.subject(ctx, r)
	if err == nil {
		d := &drawn{newCanvas(theme), w, s, q}
		if err = draw(ctx, d); err == nil {
			return d.finish(), nil
		}
	}
	var why notShown
	switch {
	case errors.As(err, &why):
	case errors.Is(err, search.ErrEmpty):
		why = notShown(err.Error())
	case errors.Is(err, store.ErrNotFound):
		why = "What this would be drawn from is not in the file yet."
	default:
		return nil, err
	}
	v := newCanvas(theme)
	for i, line := range wrapped(string(why), 70) {
		v.text(drawingWidth/2, drawingHeight/2-12+18*float64(i), middle, v.Muted, line)
	}
	return v.finish(), nil
}

// wrapped breaks a sentence into lines of about so many letters.
func wrapped(text string, letters int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		if *last != "" && len(*last)+len(word) >= letters {
			lines = append(lines, word)
			continue
		}
		*last = strings.TrimSpace(*last + " " + word)
	}
	return lines
}

// thumbnail draws an image of the file, small.
func (d *drawn) thumbnail(ctx context.Context, imageID int64, x, y, side float64) error {
	data, _, err := d.web.db.Thumbnail(ctx, imageID)
	if err != nil {
		return err
	}
	const pixels = 2 // of the picture for one of the drawing, at most
	picture, err := imaging.Decode(data, imaging.Limits{})
	if err != nil {
		return fmt.Errorf("draw image %d: %w", imageID, err)
	}
	kind := picture.Format
	if max(picture.Width, picture.Height) > int(pixels*side) {
		if data, kind, err = picture.Thumbnail(int(pixels * side)); err != nil {
			return err
		}
	}
	d.picture(x, y, side, data, kind)
	return nil
}

// row draws images side by side, those of another category marked.
func (d *drawn) row(ctx context.Context, hits []search.Hit, x, y, side float64) error {
	const gap = 4
	for i, h := range hits {
		at := x + float64(i)*(side+gap)
		if err := d.thumbnail(ctx, h.ImageID, at, y, side); err != nil {
			return err
		}
		if h.SameCategory != nil && !*h.SameCategory {
			d.line(at, y+side, at+side, y+side, d.Other)
			d.line(at, y+side+1, at+side, y+side+1, d.Other)
		}
	}
	return nil
}

// bars draws a vector as a strip: as many bars as there is room for, each the mean of so many numbers, all to one scale.
func (d *drawn) bars(v []float32, scale float64, in box, fill string) {
	const width = 2
	n := min(len(v), int(in.width/width))
	base := in.y + in.height
	if scale == 0 || n == 0 {
		d.line(in.x, base, in.x+in.width, base, d.Line)
		return
	}
	low, high := -scale, scale
	if lowest(v) >= 0 {
		low = 0
	}
	unit := in.height / (high - low)
	zero := base + low*unit
	step := in.width / float64(n)
	d.b.WriteString(`<path fill="` + fill + `" d="`)
	for i := range n {
		value := mean(v[i*len(v)/n:(i+1)*len(v)/n]) * unit
		bar := num(max(step-0.5, 0.5))
		d.b.WriteString("M" + num(in.x+float64(i)*step) + " " + num(zero) + "h" + bar + "v" + num(-value) + "h-" + bar + "z")
	}
	d.b.WriteString(`"/>`)
	d.line(in.x, zero, in.x+in.width, zero, d.Line)
}

// box is a part of a drawing.
type box struct{ x, y, width, height float64 }

func mean(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x)
	}
	return sum / float64(max(len(v), 1))
}

func lowest(v []float32) float32 {
	low := float32(0)
	for _, x := range v {
		low = min(low, x)
	}
	return low
}

// highestBar is the largest bar, up or down, that vectors have when they are drawn in so much width.
func highestBar(width float64, vectors ...[]float32) float64 {
	most := 0.0
	for _, v := range vectors {
		n := min(len(v), int(width/2))
		for i := range n {
			value := mean(v[i*len(v)/n : (i+1)*len(v)/n])
			most = max(most, value, -value)
		}
	}
	return most
}
