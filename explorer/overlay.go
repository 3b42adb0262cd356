package explorer

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// heat is a map that is drawn over the picture it was made of.
type heat struct {
	plane         []float32 // row by row
	height, width int
	field         onnx.Field // of the layer, in pixels of the input
	input         Input
	mark          image.Rectangle // a part of the input that is outlined; empty: none
}

// drawHeat draws a picture of side × side pixels: the picture grows pale where the map is low, and glows where it is high.
// The highest value of the map is the brightest; nothing glows that is not above zero.
func drawHeat(picture image.Image, h heat, side int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, side, side*h.input.Height/h.input.Width))
	draw.CatmullRom.Scale(out, out.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var highest float32
	for _, v := range h.plane {
		highest = max(highest, v)
	}
	rows := h.units(out.Rect.Dy(), h.height, h.input.Height, h.field.Rows)
	columns := h.units(out.Rect.Dx(), h.width, h.input.Width, h.field.Columns)
	for y, row := range rows {
		for x, column := range columns {
			share := 0.0
			if highest > 0 {
				share = max(0, h.at(row, column)/float64(highest))
			}
			i := out.PixOffset(x, y)
			glow(out.Pix[i:i+3:i+3], share)
		}
	}
	if !h.mark.Empty() {
		outline(out, scaled(h.mark, h.input, out.Rect))
	}
	return out
}

// units says for every pixel of the drawing which unit of the map lies there, in fractions of the way to the next: units
// lie where the centres of their receptive fields are.
func (h heat) units(pixels, units, size int, e onnx.Extent) []float64 {
	start, stride := e.Start, e.Stride
	if e.Whole || stride <= 0 || units == 1 {
		stride = float64(size) / float64(units)
		start = stride/2 - 0.5
	}
	all := make([]float64, pixels)
	for i := range all {
		pixel := (float64(i)+0.5)*float64(size)/float64(pixels) - 0.5
		all[i] = min(float64(units-1), max(0, (pixel-start)/stride))
	}
	return all
}

// at is the map between four of its units, by bilinear interpolation.
func (h heat) at(row, column float64) float64 {
	y, x := int(row), int(column)
	below, right := min(y+1, h.height-1), min(x+1, h.width-1)
	fy, fx := row-float64(y), column-float64(x)
	v := func(y, x int) float64 { return float64(h.plane[y*h.width+x]) }
	return (v(y, x)*(1-fx)+v(y, right)*fx)*(1-fy) + (v(below, x)*(1-fx)+v(below, right)*fx)*fy
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

// outline draws a frame, white within black so that it is seen on anything.
func outline(out *image.RGBA, r image.Rectangle) {
	for i, c := range []color.RGBA{{0, 0, 0, 255}, {255, 255, 255, 255}} {
		r := r.Inset(i).Intersect(out.Rect.Inset(i))
		for x := r.Min.X; x < r.Max.X; x++ {
			out.SetRGBA(x, r.Min.Y, c)
			out.SetRGBA(x, r.Max.Y-1, c)
		}
		for y := r.Min.Y; y < r.Max.Y; y++ {
			out.SetRGBA(r.Min.X, y, c)
			out.SetRGBA(r.Max.X-1, y, c)
		}
	}
}

// leastCrop is the smallest part of the input that is shown by itself, in pixels: less is not recognised.
const leastCrop = 24

// drawPlace cuts out what a place of the map sees, as a square of side pixels. What is smaller than can be recognised is
// shown with its surroundings, and outlined.
func drawPlace(picture image.Image, h heat, side int) *image.RGBA {
	whole := image.Rect(0, 0, h.input.Width, h.input.Height)
	cut := squareAround(h.mark, whole)
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(out, out.Bounds(), picture, scaled(cut, h.input, picture.Bounds()), draw.Src, nil)
	if h.mark.Dx() < cut.Dx() || h.mark.Dy() < cut.Dy() {
		local := Input{Width: cut.Dx(), Height: cut.Dy()}
		outline(out, scaled(h.mark.Sub(cut.Min), local, out.Bounds()))
	}
	return out
}

// squareAround is a square within bounds that holds a rectangle.
func squareAround(r, bounds image.Rectangle) image.Rectangle {
	side := min(max(r.Dx(), r.Dy(), leastCrop), bounds.Dx(), bounds.Dy())
	fit := func(from, to, low, high int) int { return max(low, min((from+to-side)/2, high-side)) }
	x := fit(r.Min.X, r.Max.X, bounds.Min.X, bounds.Max.X)
	y := fit(r.Min.Y, r.Max.Y, bounds.Min.Y, bounds.Max.Y)
	return image.Rect(x, y, x+side, y+side)
}
