package search

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxCorners bounds the polygon that an address may hold.
const maxCorners = 512

// corner is a point of a polygon, in the steps of a layout.
type corner struct{ x, y uint16 }

// lasso is what a visitor has drawn around images: a polygon on one map. It names its map, so that it stays around the
// same images while another is looked at.
type lasso struct {
	corners                       []corner
	model, layer, pooling, method string
}

func readLasso(q url.Values) (*lasso, error) {
	text := q.Get("select")
	if text == "" {
		return nil, nil
	}
	l := &lasso{model: q.Get("select_model"), layer: q.Get("select_layer"), pooling: q.Get("select_pooling"), method: q.Get("select_method")}
	var err error
	if l.corners, err = parseCorners(text); err != nil {
		return nil, err
	}
	if len(l.corners) < 3 || len(l.corners) > maxCorners {
		return nil, badRequestf("select must have between 3 and %d corners, not %d.", maxCorners, len(l.corners))
	}
	return l, nil
}

func parseCorners(text string) (corners []corner, err error) {
	for one := range strings.SplitSeq(text, "~") {
		x, y, _ := strings.Cut(one, "-")
		left, errX := strconv.ParseUint(x, 10, 16)
		up, errY := strconv.ParseUint(y, 10, 16)
		if errX != nil || errY != nil {
			return nil, badRequestf("select must be the corners of a polygon, x-y~x-y~x-y, each between 0 and 65535; %q is none.", one)
		}
		corners = append(corners, corner{uint16(left), uint16(up)})
	}
	return corners, nil
}

func (l lasso) polygonText() string {
	corners := make([]string, len(l.corners))
	for i, c := range l.corners {
		corners[i] = fmt.Sprintf("%d-%d", c.x, c.y)
	}
	return strings.Join(corners, "~")
}

// values are the lasso's part of an address.
func (l *lasso) values(q url.Values) {
	if l == nil {
		return
	}
	setAll(q, "select", l.polygonText(), "select_model", l.model, "select_layer", l.layer, "select_pooling", l.pooling, "select_method", l.method)
}

// setAll sets name after name, leaving out what is empty.
func setAll(q url.Values, pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
}

// polygon is the lasso in the unit square of the map it was drawn on, and nil for any other.
func (l *lasso) polygon(on mapState) [][2]float64 {
	if l == nil || l.layer != on.layer || l.model != on.model || l.pooling != on.pooling || l.method != on.method {
		return nil
	}
	list := make([][2]float64, len(l.corners))
	for i, c := range l.corners {
		list[i] = [2]float64{float64(c.x) / farStep, float64(c.y) / farStep}
	}
	return list
}

// within lists the points inside the polygon by the even-odd rule: a ray to the right crosses the border an odd number
// of times. Of an edge the lower end belongs to it and the upper one does not, so that no corner counts twice. Points are
// moved inwards by half a step: those on the map's own edge are inside a polygon that reaches there.
func (l *lasso) within(m *layout) []int {
	var inside []int
	for i := range m.ids {
		if encloses(l.corners, inward(m.x[i]), inward(m.y[i])) {
			inside = append(inside, i)
		}
	}
	return inside
}

func inward(step uint16) float64 { return 0.5 + float64(step)*(farStep-1)/farStep }

func encloses(corners []corner, x, y float64) bool {
	inside := false
	from := corners[len(corners)-1]
	for _, to := range corners {
		ax, ay, bx, by := float64(from.x), float64(from.y), float64(to.x), float64(to.y)
		if (ay > y) != (by > y) && x < ax+(y-ay)/(by-ay)*(bx-ax) {
			inside = !inside
		}
		from = to
	}
	return inside
}

// ranges writes ascending ids as "3-7 12".
func ranges(ids []int64) string {
	var b strings.Builder
	for i := 0; i < len(ids); {
		end := i
		for end+1 < len(ids) && ids[end+1] == ids[end]+1 {
			end++
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(ids[i], 10))
		if end > i {
			fmt.Fprintf(&b, "-%d", ids[end])
		}
		i = end + 1
	}
	return b.String()
}
