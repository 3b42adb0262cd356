package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
)

func pngHeader(data []byte) (layout, error) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return layout{}, err
	}
	return layout{width: config.Width, height: config.Height, orientation: pngOrientation(data), bytesPerPixel: 8}, nil
}

func pngPixels(data []byte) (image.Image, error) { return png.Decode(bytes.NewReader(data)) }

// pngOrientation looks for the eXIf chunk, which may stand before or after the pixels.
func pngOrientation(data []byte) int {
	const signature, overhead = 8, 12
	for rest := data[signature:]; len(rest) >= overhead; {
		length := uint64(binary.BigEndian.Uint32(rest))
		if length+overhead > uint64(len(rest)) {
			return 1
		}
		if string(rest[4:8]) == "eXIf" {
			return exifOrientation(rest[8 : 8+length])
		}
		rest = rest[length+overhead:]
	}
	return 1
}
