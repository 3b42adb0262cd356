package imaging

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
)

// Glow draws a map of how strongly something fires over its picture, in the given size: the picture grows pale where the map
// is low, and glows where it is high. The highest value of the map is the brightest; nothing glows that is not above zero.
func Glow(picture image.Image, m Map, width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	highest := 0.0
	for _, v := range m.Values {
		highest = max(highest, v)
	}
	m.visit(width, height, func(x, y int, value float64) {
		share := 0.0
		if highest > 0 && value > 0 { // NaN is not
			share = value / highest
		}
		i := out.PixOffset(x, y)
		glow(out.Pix[i:i+3:i+3], share)
	})
	return out
}

// glow colours a pixel by its share of the highest value: without any it is grey and pale, with all of it bright.
func glow(pixel []uint8, share float64) {
	r, g, b := float64(pixel[0]), float64(pixel[1]), float64(pixel[2])
	grey := 0.299*r + 0.587*g + 0.114*b
	const pale, dim = 0.75, 0.62 // of what nothing glows in
	keep := math.Sqrt(share)
	fade := func(v float64) float64 { return ((1-pale)*v+pale*grey)*dim*(1-keep) + v*keep }
	tint := ramp(share)
	const strength = 0.62
	mix := func(v float64, t uint8) uint8 {
		return uint8(min(255, fade(v)*(1-strength*share)+float64(t)*strength*share+0.5))
	}
	pixel[0], pixel[1], pixel[2] = mix(r, tint.R), mix(g, tint.G), mix(b, tint.B)
}

// stops are the colours of the glow from low to high; their lightness rises all the way, so that they can be told apart
// without seeing colours.
var stops = []color.RGBA{{60, 20, 110, 255}, {165, 40, 110, 255}, {235, 90, 50, 255}, {252, 175, 40, 255}, {252, 250, 150, 255}}

func ramp(share float64) color.RGBA {
	at := min(1, max(0, share)) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	f := at - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-f) + float64(b)*f + 0.5) }
	a, b := stops[i], stops[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}
