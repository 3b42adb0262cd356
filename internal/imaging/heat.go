package imaging

import (
	"image"
	"image/color"
	"math"
)

// Sight is the part of a picture that a network sees, in shares of the picture's width and height. Where a picture is
// padded it reaches beyond: below 0 and above 1.
type Sight struct{ Left, Top, Right, Bottom float64 }

// Sight is what Tensor shows of the picture to a network.
func (p *Picture) Sight(width, height int, fit Fit) Sight {
	across, down := p.axes(width, height, fit)
	left, right := across.sight(width)
	top, bottom := down.sight(height)
	return Sight{left, top, right, bottom}
}

// sight is where along the axis a tensor of so many pixels begins and ends.
func (a axis) sight(pixels int) (from, to float64) {
	scale := (a.to - a.from) / float64(a.out) / float64(a.size)
	from = a.from/float64(a.size) - float64((pixels-a.out)/2)*scale
	return from, from + float64(pixels)*scale
}

// Map is numbers for places of what a network saw: Height × Width, row by row.
type Map struct {
	Height, Width int
	Values        []float64
	Sight         Sight
	Rows, Columns Units
}

// Units says where the units of a map lie along an axis, in shares of what was seen: the middle of the first, and how far
// it is to the next. The zero value spreads them evenly.
type Units struct{ First, Step float64 }

// heatAlpha is how much of the picture the strongest colour covers.
const heatAlpha = 0.8

// unseen veils what the network did not see.
var unseen = color.NRGBA{90, 96, 110, 150}

// Heat draws a map of a sum's parts as an overlay of the given size for its picture: warm where values are above zero, cold
// where they are below, the more opaque the larger they are against the largest, and a veil over what the network did not
// see.
func Heat(m Map, width, height int) *image.NRGBA {
	overlay := image.NewNRGBA(image.Rect(0, 0, width, height))
	most := 0.0
	for _, v := range m.Values {
		most = max(most, math.Abs(v))
	}
	m.visit(width, height, func(x, y int, value float64) {
		if math.IsNaN(value) {
			overlay.SetNRGBA(x, y, unseen)
		} else if most > 0 {
			overlay.SetNRGBA(x, y, heatColour(value/most))
		}
	})
	return overlay
}

// visit calls do for every pixel of a drawing of the picture with the map's value there; NaN where the network saw nothing.
func (m Map) visit(width, height int, do func(x, y int, value float64)) {
	rows := spots(height, m.Height, m.Sight.Top, m.Sight.Bottom, m.Rows)
	columns := spots(width, m.Width, m.Sight.Left, m.Sight.Right, m.Columns)
	for y, row := range rows {
		for x, column := range columns {
			value := math.NaN()
			if !math.IsNaN(row) && !math.IsNaN(column) {
				value = m.at(row, column)
			}
			do(x, y, value)
		}
	}
}

// spots says for every pixel along an axis of a drawing which unit of the map lies there, in fractions of the way to the
// next one; NaN for what lies before from or behind to, in shares of the picture: the network saw from one to the other.
func spots(pixels, units int, from, to float64, u Units) []float64 {
	if u.Step <= 0 {
		u = Units{0.5 / float64(units), 1 / float64(units)}
	}
	all := make([]float64, pixels)
	for i := range all {
		seen := ((float64(i)+0.5)/float64(pixels) - from) / (to - from)
		all[i] = math.NaN()
		if seen >= 0 && seen <= 1 {
			all[i] = min(float64(units-1), max(0, (seen-u.First)/u.Step))
		}
	}
	return all
}

// at is the map between four of its units, by bilinear interpolation.
func (m Map) at(row, column float64) float64 {
	y, x := int(row), int(column)
	below, right := min(y+1, m.Height-1), min(x+1, m.Width-1)
	fy, fx := row-float64(y), column-float64(x)
	v := func(y, x int) float64 { return m.Values[y*m.Width+x] }
	return (v(y, x)*(1-fx)+v(y, right)*fx)*(1-fy) + (v(below, x)*(1-fx)+v(below, right)*fx)*fy
}

// Ends of the two scales, from faint to strong; they differ in lightness too, for those who see no hue.
var (
	warm = [2][3]float64{{255, 214, 92}, {214, 40, 40}}
	cold = [2][3]float64{{120, 190, 255}, {24, 48, 160}}
)

// heatColour is the colour of a value between −1 and 1.
func heatColour(v float64) color.NRGBA {
	scale := warm
	if v < 0 {
		scale, v = cold, -v
	}
	v = min(v, 1)
	mix := func(i int) uint8 { return uint8(math.Round(scale[0][i]*(1-v) + scale[1][i]*v)) }
	return color.NRGBA{mix(0), mix(1), mix(2), uint8(math.Round(255 * heatAlpha * math.Sqrt(v)))}
}
