package explorer

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"

	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/internal/onnx"
)

// heat is a map that is drawn over the picture it was made of.
type heat struct {
	imaging.Map
	input Input
	mark  image.Rectangle // a part of the input that is outlined; empty: none
}

// newHeat takes a plane of a layer, row by row. Its units lie where the middles of their receptive fields are.
func newHeat(plane []float32, height, width int, input Input, f onnx.Field) heat {
	m := imaging.Map{Height: height, Width: width, Values: make([]float64, len(plane)), Sight: imaging.Sight{Right: 1, Bottom: 1}}
	for i, v := range plane {
		m.Values[i] = float64(v)
	}
	m.Rows, m.Columns = units(f.Rows, height, input.Height), units(f.Columns, width, input.Width)
	return heat{Map: m, input: input}
}

// units is where the units of a map lie along an axis, evenly where the field does not say.
func units(e onnx.Extent, units, size int) imaging.Units {
	if e.Whole || e.Stride <= 0 || units == 1 {
		return imaging.Units{}
	}
	return imaging.Units{First: (e.Start + 0.5) / float64(size), Step: e.Stride / float64(size)}
}

// drawHeat draws a picture side pixels wide that glows where the map is high.
func drawHeat(picture image.Image, h heat, side int) *image.RGBA {
	out := imaging.Glow(picture, h.Map, side, side*h.input.Height/h.input.Width)
	if !h.mark.Empty() {
		outline(out, scaled(h.mark, h.input, out.Rect))
	}
	return out
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
