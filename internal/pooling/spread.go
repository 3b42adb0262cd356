package pooling

import (
	"fmt"
	"math"
)

// Spread tells from which places of a map a weighted sum of its embedding comes: height × width numbers, row by row, which
// add up to the sum of weights times the embedding, but for rounding.
//
// Each number of the embedding is handed out to the places of its cell by what they add to it: an average and a
// generalised mean in the proportion of the values' powers, so that its positive and its negative part each go back to
// where they come from; a maximum to the place that holds it, to equal parts where several do.
//
// With the other picture's embedding as weights, divided by both lengths, the numbers add up to the cosine similarity of
// the two. It panics where lengths contradict each other, as [Pooling.Of] does.
func (p Pooling) Spread(m Map, weights []float32) []float64 {
	area := m.Height * m.Width
	if len(m.Data) != m.Channels*area || len(weights) != p.Dimension(m.Channels) || p.Grid > min(m.Height, m.Width) || p.Validate() != nil {
		panic(fmt.Sprintf("pooling: spread %d weights over %v of %d values as %d×%d×%d",
			len(weights), p, len(m.Data), m.Channels, m.Height, m.Width))
	}
	places := make([]float64, area)
	rows, columns := cells(m.Height, p.Grid), cells(m.Width, p.Grid)
	for i, w := range weights {
		if w == 0 {
			continue
		}
		channel, row, column := i/(p.Grid*p.Grid), i/p.Grid%p.Grid, i%p.Grid
		c := cell{
			plane: m.Data[channel*area:][:area], width: m.Width, scale: 1,
			top: int(rows[2*row]), bottom: int(rows[2*row+1]), left: int(columns[2*column]), right: int(columns[2*column+1]),
		}
		if m.Scale != nil {
			c.scale, c.shift = m.Scale[channel], m.Shift[channel]
		}
		if p.Kind == Max {
			c.spreadMax(places, float64(w))
		} else {
			c.spreadMean(places, float64(w), p.exponent())
		}
	}
	return places
}

// cell is a part of one channel's plane.
type cell struct {
	plane                    []float32
	width                    int
	top, bottom, left, right int
	scale, shift             float32
}

// each visits the cell's places with their values.
func (c cell) each(visit func(at int, v float64)) {
	for y := c.top; y < c.bottom; y++ {
		for at := y*c.width + c.left; at < y*c.width+c.right; at++ {
			visit(at, float64(c.plane[at]*c.scale+c.shift))
		}
	}
}

// spreadMax hands w times the maximum out to the places that hold it.
func (c cell) spreadMax(places []float64, w float64) {
	most, holders := math.Inf(-1), 0.0
	c.each(func(_ int, v float64) {
		switch {
		case v > most:
			most, holders = v, 1
		case v == most:
			holders++
		}
	})
	c.each(func(at int, v float64) {
		if v == most {
			places[at] += w * most / holders
		}
	})
}

// spreadMean hands w times the difference of the generalised means of both signs out to the places, in the proportion of
// their powers.
func (c cell) spreadMean(places []float64, w, exponent float64) {
	n := float64((c.bottom - c.top) * (c.right - c.left))
	most, sums := c.largest(), [2]float64{}
	if most == 0 {
		return
	}
	c.each(func(_ int, v float64) { sums[sign(v)] += power(math.Abs(v)/most, exponent) })
	var each [2]float64 // what a power of one is worth, for either sign
	for s, sum := range sums {
		if sum > 0 {
			each[s] = w * most * math.Pow(sum/n, 1/exponent) / sum
		}
	}
	each[1] = -each[1]
	c.each(func(at int, v float64) { places[at] += each[sign(v)] * power(math.Abs(v)/most, exponent) })
}

// largest keeps powers within what a number can hold.
func (c cell) largest() float64 {
	most := 0.0
	c.each(func(_ int, v float64) { most = max(most, math.Abs(v)) })
	return most
}

func sign(v float64) int {
	if v < 0 {
		return 1
	}
	return 0
}

func power(v, exponent float64) float64 {
	switch exponent {
	case 1:
		return v
	case 3:
		return v * v * v
	default:
		return math.Pow(v, exponent)
	}
}
