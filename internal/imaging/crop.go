package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// Cut is the part of the picture inside r, in pixels counted from its upper left corner. It refuses what reaches beyond.
func (p *Picture) Cut(r image.Rectangle) (*Picture, error) {
	if r.Empty() || !r.In(image.Rect(0, 0, p.Width, p.Height)) {
		return nil, refuse(KindUnsupported, "the part %v reaches beyond the picture of %d × %d pixels", r, p.Width, p.Height)
	}
	cut := &Picture{Format: p.Format, Width: r.Dx(), Height: r.Dy(), Orientation: p.Orientation, RGB: make([]uint8, 0, r.Dx()*r.Dy()*3)}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		cut.RGB = append(cut.RGB, p.RGB[(y*p.Width+r.Min.X)*3:(y*p.Width+r.Max.X)*3]...)
	}
	return cut, nil
}

// Square is the middle of the picture, as wide as it is high.
func (p *Picture) Square() (*Picture, error) {
	side := min(p.Width, p.Height)
	x, y := (p.Width-side)/2, (p.Height-side)/2
	return p.Cut(image.Rect(x, y, x+side, y+side))
}

// PNG is the picture as a file that decodes to the very same pixels.
func (p *Picture) PNG() ([]byte, error) {
	m := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i := range p.Width * p.Height {
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = p.RGB[3*i], p.RGB[3*i+1], p.RGB[3*i+2], 0xff
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, m); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return file.Bytes(), nil
}
