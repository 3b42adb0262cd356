package search

import (
	"fmt"
	"slices"
	"strings"
)

// CardChart draws a measure over the depth of each network: a line per metric, with the intervals of the means.
type CardChart struct {
	Panels  []ChartPanel
	Metrics []string
	Ticks   []ChartTick
}

// ChartPanel is a network.
type ChartPanel struct {
	Model         string
	Width, Height int
	Label         string
	Lines         []ChartLine
	Ticks         []ChartTick
}

// ChartLine is a metric.
type ChartLine struct {
	Metric string
	Series int // colour and shape
	Path   string
	Points []ChartPoint
}

// ChartPoint is a layer.
type ChartPoint struct {
	X, Y, Low, High float64
	Title           string
	Best            bool
}

// ChartTick is a line of the grid with its value.
type ChartTick struct {
	Y     float64
	Label string
}

const (
	panelHeight = 200
	panelTop    = 12
	layerStep   = 68
)

// chart draws the means of the card.
func (c *card) chart() *CardChart {
	best := c.best(func(evaluated) bool { return true })
	if best < 0 {
		return nil
	}
	low, high := 1.0, 0.0
	for i := range c.all {
		from, to := c.sure.Interval(i)
		low, high = min(low, from), max(high, to)
	}
	chart := &CardChart{Metrics: c.metrics()}
	step := tickStep(high - low)
	low = step * float64(int(low/step))
	high = step * float64(int(high/step)+1)
	y := func(x float64) float64 { return panelTop + (panelHeight-2*panelTop)*(high-x)/(high-low) }
	for x := low; x <= high+step/2; x += step {
		chart.Ticks = append(chart.Ticks, ChartTick{y(x), fmt.Sprintf("%.*f", decimalsOf(step*100), 100*x)})
	}
	for from := 0; from < len(c.all); {
		to := from
		for to < len(c.all) && c.all[to].ModelID == c.all[from].ModelID {
			to++
		}
		chart.Panels = append(chart.Panels, c.panel(chart, from, to, best, y))
		from = to
	}
	return chart
}

func (c *card) metrics() []string {
	var keys []string
	for _, e := range c.all {
		if !slices.Contains(keys, e.key()) {
			keys = append(keys, e.key())
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, _ := parseMetricKey(a)
		y, _ := parseMetricKey(b)
		return compareMeasures(x, y)
	})
	return keys
}

func (c *card) panel(chart *CardChart, from, to, best int, y func(float64) float64) ChartPanel {
	var layers []int64
	for _, e := range c.all[from:to] {
		if !slices.Contains(layers, e.ID) {
			layers = append(layers, e.ID)
		}
	}
	p := ChartPanel{Model: c.all[from].Model, Width: max(2, len(layers)) * layerStep, Height: panelHeight, Ticks: chart.Ticks}
	for series, metric := range chart.Metrics {
		line := ChartLine{Metric: metric, Series: series}
		var path []string
		for i := from; i < to; i++ {
			e := c.all[i]
			if e.key() != metric {
				continue
			}
			shift := float64(series)*6 - float64(len(chart.Metrics)-1)*3
			x := (float64(slices.Index(layers, e.ID))+0.5)*layerStep + shift
			low, high := c.sure.Interval(i)
			line.Points = append(line.Points, ChartPoint{X: x, Y: y(c.means[i]), Low: y(low), High: y(high), Best: i == best,
				Title: fmt.Sprintf("%s by %s: %.1f (%.1f to %.1f)", e.Layer, metric, 100*c.means[i], 100*low, 100*high)})
			path = append(path, fmt.Sprintf("%.1f,%.1f", x, y(c.means[i])))
		}
		line.Path = strings.Join(path, " ")
		p.Lines = append(p.Lines, line)
	}
	p.Label = fmt.Sprintf("%s at the layers of %s, from the input on the left to the end on the right; the table has the numbers", c.judgment, p.Model)
	return p
}

// tickStep is a round number that divides a span into about five.
func tickStep(span float64) float64 {
	for _, step := range []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1} {
		if span/step <= 6 {
			return step
		}
	}
	return 0.2
}

// decimalsOf is how many decimals tell ticks apart that are so many percent from each other.
func decimalsOf(percent float64) int {
	if percent < 1 {
		return 1
	}
	return 0
}
