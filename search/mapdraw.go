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

func choose[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
