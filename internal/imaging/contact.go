package imaging

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Tile is a picture of a contact sheet.
type Tile struct {
	Picture image.Image // nil: there is none, and the tile is crossed out
	Label   string      // ASCII; what does not fit is cut off
}

// Measures of a contact sheet, in pixels.
const (
	tileGap    = 6
	labelSpace = 14
)

var (
	sheetColour = color.NRGBA{24, 24, 27, 255}
	labelColour = color.NRGBA{212, 212, 216, 255}
	crossColour = color.NRGBA{82, 82, 91, 255}
)

// ContactSheet puts pictures side by side, in so many columns, each with its label below and scaled to size pixels on a
// side.
func ContactSheet(tiles []Tile, columns, size int) *image.NRGBA {
	columns = max(1, min(columns, len(tiles)))
	rows := (len(tiles) + columns - 1) / columns
	across, down := size+tileGap, size+tileGap+labelSpace
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*across+tileGap, rows*down+tileGap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(sheetColour), image.Point{}, draw.Src)
	for i, t := range tiles {
		corner := image.Pt(tileGap+i%columns*across, tileGap+i/columns*down)
		t.draw(sheet, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(size, size))})
	}
	return sheet
}

func (t Tile) draw(sheet *image.NRGBA, place image.Rectangle) {
	switch {
	case t.Picture == nil:
		cross(sheet, place)
	case t.Picture.Bounds().Size() == place.Size():
		draw.Draw(sheet, place, t.Picture, t.Picture.Bounds().Min, draw.Src)
	default:
		draw.CatmullRom.Scale(sheet, place, t.Picture, t.Picture.Bounds(), draw.Src, nil)
	}
	line := image.Rect(place.Min.X, place.Max.Y, place.Max.X, place.Max.Y+labelSpace)
	clipped := sheet.SubImage(line).(*image.NRGBA)
	d := font.Drawer{Dst: clipped, Src: image.NewUniform(labelColour), Face: basicfont.Face7x13, Dot: fixed.P(line.Min.X, line.Max.Y-2)}
	d.DrawString(t.Label)
}

// cross draws the two diagonals.
func cross(sheet *image.NRGBA, place image.Rectangle) {
	for i := range place.Dx() {
		sheet.SetNRGBA(place.Min.X+i, place.Min.Y+i, crossColour)
		sheet.SetNRGBA(place.Max.X-1-i, place.Min.Y+i, crossColour)
	}
}
