package search

import (
	"fmt"
	"strconv"
)

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
