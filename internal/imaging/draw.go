package imaging

import (
	"image"
	"image/color"
)

// rowFunc writes one row of a decoded image as opaque RGB; y counts from the image's first row.
type rowFunc func(dst []uint8, y int)

// draw puts a decoded image onto the picture, moved by offset, over white where it does not reach.
func (p *Picture) draw(m image.Image, offset image.Point, video bool) {
	b := m.Bounds().Add(offset)
	visible := b.Intersect(image.Rect(0, 0, p.Width, p.Height))
	if visible.Dx() < p.Width || visible.Dy() < p.Height {
		for i := range p.RGB {
			p.RGB[i] = 0xff
		}
	}
	if visible != b {
		return // a frame outside its canvas; the headers have been checked, so this is no picture of ours
	}
	row := rowsOf(m, video)
	for y := range b.Dy() {
		start := ((b.Min.Y+y)*p.Width + b.Min.X) * 3
		row(p.RGB[start:start+b.Dx()*3], y)
	}
}

// rowsOf chooses the conversion once per image, so that no interface is called per pixel.
func rowsOf(m image.Image, video bool) rowFunc {
	switch m := m.(type) {
	case *image.YCbCr:
		return ycbcrRows(m, video)
	case *image.NYCbCrA:
		return nycbcraRows(m, video)
	case *image.Gray:
		return func(dst []uint8, y int) { grayRow(dst, m.Pix[y*m.Stride:]) }
	case *image.Gray16:
		return func(dst []uint8, y int) { gray16Row(dst, m.Pix[y*m.Stride:]) }
	case *image.RGBA:
		return func(dst []uint8, y int) { rgbaRow(dst, m.Pix[y*m.Stride:]) }
	case *image.NRGBA:
		return func(dst []uint8, y int) { nrgbaRow(dst, m.Pix[y*m.Stride:]) }
	case *image.RGBA64:
		return func(dst []uint8, y int) { rgba64Row(dst, m.Pix[y*m.Stride:]) }
	case *image.NRGBA64:
		return func(dst []uint8, y int) { nrgba64Row(dst, m.Pix[y*m.Stride:]) }
	case *image.CMYK:
		return func(dst []uint8, y int) { cmykRow(dst, m.Pix[y*m.Stride:]) }
	case *image.Paletted:
		colors := opaquePalette(m.Palette)
		return func(dst []uint8, y int) { palettedRow(dst, m.Pix[y*m.Stride:], &colors) }
	}
	return anyRows(m)
}

// anyRows is the slow way for image types that none of the decoders returns today.
func anyRows(m image.Image) rowFunc {
	b := m.Bounds()
	return func(dst []uint8, y int) {
		for x := range len(dst) / 3 {
			r, g, bl := onWhite(m.At(b.Min.X+x, b.Min.Y+y))
			dst[3*x], dst[3*x+1], dst[3*x+2] = r, g, bl
		}
	}
}

// onWhite composites one color on white.
func onWhite(c color.Color) (r, g, b uint8) {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	a := uint32(n.A)
	return blend(n.R, a), blend(n.G, a), blend(n.B, a)
}

// blend is v over white with alpha a, rounded.
func blend(v uint8, a uint32) uint8 {
	t := uint32(v)*a + 255*(255-a) + 128
	return uint8((t + t>>8) >> 8)
}

// opaquePalette has all 256 entries: an index beyond a short palette is black, as decoders that do not check show it.
func opaquePalette(p color.Palette) (colors [256][3]uint8) {
	for i, c := range p[:min(len(p), 256)] {
		colors[i][0], colors[i][1], colors[i][2] = onWhite(c)
	}
	return colors
}
