package explorer

import (
	"fmt"
	"math"
	"strings"
)

// Curve draws how an objective rose during an optimisation: from its first step on the left to its last on the right,
// from its lowest value at the bottom to its highest at the top.
type Curve struct {
	Width, Height int
	Line          string  // points of an SVG polyline; "" when there is nothing to draw
	Zero          float64 // height of the value 0, if it is in the drawing
	HasZero       bool
	Steps         int
}

const (
	curveWidth  = 320
	curveHeight = 96
	curveMargin = 3.0 // the line is as thick, half of it on either side
	curvePoints = 160
)

func newCurve(values []float32) Curve {
	c := Curve{Width: curveWidth, Height: curveHeight, Steps: len(values)}
	if len(values) < 2 {
		return c
	}
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		lowest, highest = min(lowest, float64(v)), max(highest, float64(v))
	}
	if math.IsNaN(highest-lowest) || math.IsInf(highest-lowest, 0) {
		return c
	}
	y := func(v float64) float64 {
		if highest == lowest {
			return curveHeight / 2
		}
		return round(curveMargin + (curveHeight-2*curveMargin)*(highest-v)/(highest-lowest))
	}
	points := min(curvePoints, len(values))
	var line strings.Builder
	for i := range points {
		at := i * (len(values) - 1) / (points - 1)
		x := round(curveMargin + (curveWidth-2*curveMargin)*float64(at)/float64(len(values)-1))
		fmt.Fprintf(&line, "%g,%g ", x, y(float64(values[at])))
	}
	c.Line = strings.TrimSpace(line.String())
	c.HasZero, c.Zero = lowest < 0 && highest > 0, 0
	if c.HasZero {
		c.Zero = y(0)
	}
	return c
}
