package search

import (
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/store"
)

// MapPlace is a form that searches at a place of the map.
type MapPlace struct {
	X, Y    float64 // the middle of the map, to begin with
	Nearest int     // how many images stand for a place
	Fields  []Field
}

func (s mapState) placeForm(a *mapAnswer) *MapPlace {
	l := a.layout
	middle := func(origin float32, extent uint16) float64 {
		return float64(origin) + float64(extent)/farStep*float64(l.scale)/2
	}
	return &MapPlace{X: middle(l.originX, l.width), Y: middle(l.originY, l.height), Nearest: pointMembers, Fields: s.onlyMap().fieldsWithout()}
}

// onlyMap is the state without a query and what is marked.
func (s mapState) onlyMap() mapState {
	b := s.bare()
	b.metric, b.p, b.k = s.metric, s.p, s.k
	return b
}

// mappedAt is the map that a place or a polygon is on.
func (s mapState) mappedAt(corners ...corner) mapped {
	return mapped{lasso{corners: corners, model: s.model, layer: s.layer, pooling: s.pooling, method: s.method}}
}

// searchLike is the address of the search with all that the lasso holds.
func (s mapState) searchLike() string {
	if s.lasso == nil {
		return ""
	}
	l := *s.lasso
	if l.layer == "" { // drawn on this very map
		l.model, l.layer, l.pooling, l.method = s.model, s.layer, s.pooling, s.method
	}
	return s.selection.asking(Ask{l.part()})
}

// serveMapAt leads to the search with a place of the map: at=x-y in the steps of its layout, or x and y as the table has them.
func (w *web) serveMapAt(c echo.Context) error {
	s, a, err := w.addressed(c)
	if err != nil {
		return err
	}
	at, err := readPlace(c.QueryParams(), a.layout)
	if err != nil {
		return err
	}
	s.dataset, s.model, s.layer, s.method = a.target.dataset.Name, a.target.model.name, a.target.embedding.Layer, a.projection.Method
	if s.pooling = ""; a.target.model.ambiguous(s.layer) {
		s.pooling = a.target.embedding.Pooling
	}
	s.selection.page = 0
	return c.Redirect(http.StatusSeeOther, s.selection.asking(Ask{{Kind: KindPoint, Value: s.mappedAt(at).String(), Weight: 1}}))
}

func readPlace(q url.Values, l *layout) (corner, error) {
	if text := q.Get("at"); text != "" {
		corners, err := parseCorners(text)
		if err != nil || len(corners) != 1 {
			return corner{}, badRequestf("at must be one place, x-y, each between 0 and 65535, not %q.", text)
		}
		return corners[0], nil
	}
	x, errX := strconv.ParseFloat(q.Get("x"), 32)
	y, errY := strconv.ParseFloat(q.Get("y"), 32)
	if errX != nil || errY != nil || math.IsNaN(x) || math.IsNaN(y) {
		return corner{}, badRequestf("Say where: x and y must be numbers, as the map's table has them.")
	}
	if len(l.ids) == 0 {
		return corner{}, say(store.ErrNotFound, "There is no image on this map.")
	}
	unit := l.unit(float32(x), float32(y))
	return corner{uint16(math.Round(unit[0] * farStep)), uint16(math.Round(unit[1] * farStep))}, nil
}
