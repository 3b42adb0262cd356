package search

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// LegendEntry is a category on the map.
type LegendEntry struct {
	Name   string `json:"name"`
	Images int    `json:"images"`
	Hidden bool   `json:"hidden"`

	Class  string `json:"-"`
	Toggle string `json:"-"` // address that hides it, or shows it again
	Only   string `json:"-"` // address that hides all others

	shape int
	fill  string
}

func (e LegendEntry) text() string {
	if e.Name == "" {
		return fmt.Sprintf("no category (%d)", e.Images)
	}
	return fmt.Sprintf("%s (%d)", e.Name, e.Images)
}

func legend(s mapState, d store.Dataset) []LegendEntry {
	list := make([]LegendEntry, len(d.Categories))
	for i, c := range d.Categories {
		list[i] = LegendEntry{
			Name: c.Name, Images: c.Images, Hidden: s.hidden(c.Name),
			Class: "color-" + strconv.Itoa(i%swatchColors), shape: i % mapShapes, fill: categoryFills[i%swatchColors],
			Toggle: s.toggled(c.Name, d.Categories).url("/map"), Only: s.only(c.Name).url("/map"),
		}
	}
	return list
}

// Ramp is the legend of colours that stand for numbers.
type Ramp struct {
	Name  string   `json:"name"`
	Low   float64  `json:"low"`
	High  float64  `json:"high"`
	Steps []string `json:"-"` // classes from the left to the right
	Means string   `json:"-"`
}

func rampOf(v *mapValues) *Ramp {
	if v == nil {
		return nil
	}
	r := &Ramp{Name: v.name, Low: v.low, High: v.high, Means: rampMeans[strings.Fields(v.name)[0]]}
	for step := range rampSteps {
		if v.reverse {
			step = rampSteps - 1 - step
		}
		r.Steps = append(r.Steps, rampClass(v.ramp, step))
	}
	return r
}

var rampMeans = map[string]string{
	"distance": "The stronger the colour, the nearer to the query.",
	"channel":  "The channel’s mean answer to each image: the stronger the colour, the more.",
	"score":    "Each image’s own weighted search score: orange is where this layer fails.",
}
