package search

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// mapDrawing is a map as SVG, drawn as the script draws it: the same shapes, colours and sizes.
type mapDrawing struct {
	Width, Height int
	Radius        float64
	Label         string
	Groups        []*drawnGroup
	Linked        bool // points are links: then it is no picture to those who hear it, but a group of links
	Lines         []drawnLine
	Rings         []drawnPlace // around the query's neighbors
	Query         *drawnPlace

	// Of a file that stands alone; inside a page the style sheet has the say.
	Alone  bool
	Dark   bool
	Legend []drawnEntry
	Foot   string
}

type drawnLine struct{ X1, Y1, X2, Y2 float64 }

type drawnPlace struct{ X, Y, R float64 }

type drawnEntry struct {
	Path, Fill, Text string
	Y                int
}

const (
	drawnWidth  = 1000
	drawnMargin = 28
	drawnLegend = 240 // further to the right, in a file that stands alone
	mapShapes   = 5   // templates/map/palette.js
)

// drawing is what to draw besides the layout itself.
type drawing struct {
	layout    *layout
	dataset   store.Dataset
	values    *mapValues
	query     int64
	neighbors []int64
	place     []float64 // of a query that is no image of the dataset, in the unit square
	selected  []int     // nil: nothing is selected
	hidden    func(category string) bool
	url       func(name string) string // of an image; nil: no links
	dark      bool
}

// draw lays the points out. Sizes follow the number of points as in templates/map/view.js.
func (d drawing) draw() *mapDrawing {
	l := d.layout
	diameter := math.Max(2.2, math.Min(10, 10*math.Pow(200/math.Max(1, float64(len(l.ids))), 0.28)))
	m := &mapDrawing{Width: drawnWidth, Height: drawnHeight(l), Radius: diameter / 2, Dark: d.dark}
	m.Label = fmt.Sprintf("Map of %d images", len(l.ids))
	m.Groups = d.groups(m)
	m.Linked = d.url != nil && len(m.Groups) > 0
	d.mark(m)
	return m
}

func drawnHeight(l *layout) int {
	if l.width == 0 {
		return drawnWidth
	}
	inner := float64(drawnWidth-2*drawnMargin) * float64(l.height) / float64(l.width)
	return int(math.Round(min(1.6*drawnWidth, max(0.35*drawnWidth, inner+2*drawnMargin))))
}

// pixel is where a place of the unit square lies on the drawing; y grows downwards there.
func (m *mapDrawing) pixel(l *layout, x, y float64) (float64, float64) {
	wide, high := max(float64(l.width)/farStep, 1e-6), max(float64(l.height)/farStep, 1e-6)
	side := min(float64(drawnWidth-2*drawnMargin)/wide, float64(m.Height-2*drawnMargin)/high)
	left, bottom := (drawnWidth-side*float64(l.width)/farStep)/2, (float64(m.Height)+side*float64(l.height)/farStep)/2
	return round1(left + side*x), round1(bottom - side*y)
}

func (m *mapDrawing) point(l *layout, i int) (float64, float64) {
	return m.pixel(l, float64(l.x[i])/farStep, float64(l.y[i])/farStep)
}

func round1(x float64) float64 { return math.Round(10*x) / 10 }

func (d drawing) groups(m *mapDrawing) []*drawnGroup {
	byKey := map[int]*drawnGroup{}
	selected := make(map[int]bool, len(d.selected))
	for _, i := range d.selected {
		selected[i] = true
	}
	for i, img := range d.layout.images {
		if d.hidden(img.Category) {
			continue
		}
		key, shape := int(d.layout.category[i]), int(d.layout.category[i])%mapShapes
		if d.values != nil {
			key, shape = d.values.step(i), 0
		}
		if byKey[key] == nil {
			byKey[key] = d.group(key)
		}
		x, y := m.point(d.layout, i)
		p := drawnPoint{path: shapePath(shape, x, y, m.Radius), title: d.title(i), faint: d.selected != nil && !selected[i]}
		if d.url != nil {
			p.url = d.url(img.Name)
		}
		byKey[key].add(p)
	}
	groups := make([]*drawnGroup, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		groups = append(groups, byKey[key])
	}
	return groups
}

func (d drawing) group(key int) *drawnGroup {
	if d.values != nil {
		return &drawnGroup{Class: rampClass(d.values.ramp, key), Fill: rampFill(d.values.ramp, key, d.dark)}
	}
	if key == noCategory {
		return &drawnGroup{Class: "none", Fill: noneFill}
	}
	return &drawnGroup{Class: "color-" + strconv.Itoa(key%swatchColors), Fill: categoryFills[key%swatchColors]}
}

func (d drawing) title(i int) string {
	img := d.layout.images[i]
	parts := []string{img.Name}
	if img.Category != "" {
		parts = append(parts, img.Category)
	}
	if d.values != nil && !math.IsNaN(d.values.values[i]) {
		parts = append(parts, fmt.Sprintf("%s %.3g", d.values.name, d.values.values[i]))
	}
	return strings.Join(parts, " · ")
}

// mark adds the query, its neighbors and the lines between.
func (d drawing) mark(m *mapDrawing) {
	var x, y float64
	if i, ok := d.layout.find(d.query); ok && d.query != 0 {
		x, y = m.point(d.layout, i)
	} else if d.place != nil {
		x, y = m.pixel(d.layout, d.place[0], d.place[1])
	} else {
		return
	}
	m.Query = &drawnPlace{x, y, m.Radius + 5}
	for _, id := range d.neighbors {
		i, ok := d.layout.find(id)
		if !ok || d.hidden(d.layout.images[i].Category) {
			continue
		}
		u, v := m.point(d.layout, i)
		m.Lines = append(m.Lines, drawnLine{x, y, u, v})
		m.Rings = append(m.Rings, drawnPlace{u, v, m.Radius + 1})
	}
}

// shapePath is a disc, square, diamond, triangle or cross of about the same area.
func shapePath(shape int, x, y, r float64) string {
	n := func(v float64) string { return strconv.FormatFloat(round1(v), 'f', -1, 64) }
	switch shape {
	case 1:
		s := 0.86 * r
		return "M" + n(x-s) + " " + n(y-s) + "h" + n(2*s) + "v" + n(2*s) + "h" + n(-2*s) + "z"
	case 2:
		s := 1.18 * r
		return "M" + n(x) + " " + n(y-s) + "l" + n(s) + " " + n(s) + " " + n(-s) + " " + n(s) + " " + n(-s) + " " + n(-s) + "z"
	case 3:
		return "M" + n(x) + " " + n(y-1.24*r) + "l" + n(1.13*r) + " " + n(1.96*r) + "h" + n(-2.26*r) + "z"
	case 4:
		a, b := 0.36*r, 0.68*r
		return "M" + n(x-a) + " " + n(y-a-b) + "h" + n(2*a) + "v" + n(b) + "h" + n(b) + "v" + n(2*a) + "h" + n(-b) + "v" + n(b) +
			"h" + n(-2*a) + "v" + n(-b) + "h" + n(-b) + "v" + n(-2*a) + "h" + n(b) + "z"
	}
	return "M" + n(x-r) + " " + n(y) + "a" + n(r) + " " + n(r) + " 0 1 0 " + n(2*r) + " 0a" + n(r) + " " + n(r) + " 0 1 0 " + n(-2*r) + " 0z"
}

// alone completes a drawing that leaves the page: ground, legend, and a line that says what it shows.
func (m *mapDrawing) alone(entries []LegendEntry, foot string) {
	m.Alone, m.Foot = true, foot
	for i, e := range entries {
		if i == 40 {
			m.Legend = append(m.Legend, drawnEntry{Text: fmt.Sprintf("and %d more", len(entries)-i), Y: 40 + 22*i})
			break
		}
		y := 40 + 22*i
		m.Legend = append(m.Legend, drawnEntry{Path: shapePath(e.shape, drawnWidth+14, float64(y)-4, 6), Fill: e.fill, Text: e.text(), Y: y})
	}
	m.Height = max(m.Height, 40+22*len(m.Legend)+40)
}

// Bottom is where the drawing's last line of text stands.
func (m *mapDrawing) Bottom() int { return m.Height - 12 }

// Whole is the width with the legend.
func (m *mapDrawing) Whole() int {
	if len(m.Legend) > 0 {
		return m.Width + drawnLegend
	}
	return m.Width
}

func (m *mapDrawing) Ground() string { return choose(m.Dark, "#191c25", "#ffffff") }
func (m *mapDrawing) Ink() string    { return choose(m.Dark, "#e8ebf2", "#191e2b") }
func (m *mapDrawing) Accent() string { return choose(m.Dark, "#93a5ff", "#3f55c9") }

func choose[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}

// Shape is a legend's mark for a page.
func (e LegendEntry) Shape() string { return shapePath(e.shape, 7, 7, 5) }

// The colours of templates/static/app.css, for files that stand alone.
var (
	categoryFills = []string{"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#9c755f", "#a8a39d"}
	rampFills     = map[string][2][]string{ // light, dark
		"strength": {
			{"#d6d9e0", "#bcc6de", "#9dafdb", "#7c93d3", "#5c76c6", "#4159ae", "#27397f"},
			{"#333a4d", "#3f4c78", "#4c63a4", "#5f7fca", "#7f9fe6", "#a9c2f7", "#dbe7ff"},
		},
		"score": {
			{"#b4440d", "#d9773b", "#ecab7d", "#c9c6c4", "#93b3d6", "#5a88bd", "#2b5d99"},
			{"#ff8f50", "#d98a5f", "#a88571", "#7f838c", "#6a8fb5", "#6aa2dc", "#8cc4ff"},
		},
	}
)

const noneFill = "#8a93a6"

func rampClass(ramp string, step int) string {
	if step < 0 {
		return "none"
	}
	return fmt.Sprintf("%s-%d", ramp, step)
}

func rampFill(ramp string, step int, dark bool) string {
	if step < 0 {
		return noneFill
	}
	return rampFills[ramp][choose(dark, 1, 0)][step]
}
