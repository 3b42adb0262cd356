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
}

// heatAlpha is how much of the picture the strongest colour covers.
const heatAlpha = 0.8

// unseen veils what the network did not see.
var unseen = color.NRGBA{90, 96, 110, 150}

// Heat draws a map as an overlay of the given size for its picture: warm where values are above zero, cold where they are
// below, the more opaque the larger they are against the largest, and a veil over what the network did not see.
func Heat(m Map, width, height int) *image.NRGBA {
	overlay := image.NewNRGBA(image.Rect(0, 0, width, height))
	most := 0.0
	for _, v := range m.Values {
		most = max(most, math.Abs(v))
	}
	for y := range height {
		for x := range width {
			across := (float64(x)+0.5)/float64(width) - m.Sight.Left
			down := (float64(y)+0.5)/float64(height) - m.Sight.Top
			across, down = across/(m.Sight.Right-m.Sight.Left), down/(m.Sight.Bottom-m.Sight.Top)
			if across < 0 || across > 1 || down < 0 || down > 1 {
				overlay.SetNRGBA(x, y, unseen)
			} else if most > 0 {
				overlay.SetNRGBA(x, y, heatColour(m.at(across, down)/most))
			}
		}
	}
	return overlay
}

// at is the value at a place, in shares of what was seen; between the centres of units it is interpolated.
func (m Map) at(across, down float64) float64 {
	x0, x1, fx := between(across*float64(m.Width)-0.5, m.Width)
	y0, y1, fy := between(down*float64(m.Height)-0.5, m.Height)
	upper := m.Values[y0*m.Width+x0]*(1-fx) + m.Values[y0*m.Width+x1]*fx
	lower := m.Values[y1*m.Width+x0]*(1-fx) + m.Values[y1*m.Width+x1]*fx
	return upper*(1-fy) + lower*fy
}

// between is which two units a place lies between, and how far along.
func between(at float64, size int) (low, high int, share float64) {
	at = min(max(at, 0), float64(size-1))
	low = int(at)
	return low, min(low+1, size-1), at - float64(low)
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
