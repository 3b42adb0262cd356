package imaging

import (
	"bytes"
	"image"
	"image/gif"
)

func gifHeader(data []byte) (layout, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return layout{}, err
	}
	return layout{width: config.Width, height: config.Height, orientation: 1, bytesPerPixel: 1}, nil
}

// gifPixels decodes the first frame, which may cover only a part of the canvas.
func gifPixels(data []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(data)) }
