package imaging

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

const thumbnailQuality = 70

// Thumbnail returns a JPEG of the picture, scaled down where its longer side is more than maxSide. Whether the original
// would do instead is the caller's to know.
func (p *Picture) Thumbnail(maxSide int) (data []byte, format string, err error) {
	longer := max(p.Width, p.Height)
	side := min(longer, maxSide)
	width := max((p.Width*side+longer/2)/longer, 1)
	height := max((p.Height*side+longer/2)/longer, 1)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, p.scaled(width, height), &jpeg.Options{Quality: thumbnailQuality}); err != nil {
		return nil, "", fmt.Errorf("encode thumbnail: %w", err)
	}
	return buf.Bytes(), formatJPEG, nil
}

// scaled resizes to the image type that the JPEG encoder reads fastest.
func (p *Picture) scaled(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	across, down := p.axes(width, height, Stretch)
	p.resample(kernelFor(across), kernelFor(down), func(y int, row []uint64) {
		out := m.Pix[y*m.Stride:][:4*width]
		for x, v := range row {
			v = (v + laneHalf) >> weightBits & laneBytes
			d := out[4*x : 4*x+4 : 4*x+4]
			d[0], d[1], d[2], d[3] = uint8(v), uint8(v>>laneBits), uint8(v>>(2*laneBits)), 0xff
		}
	})
	return m
}
