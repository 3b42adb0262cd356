package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
)

func pngHeader(data []byte) (layout, error) {
	if w, h := pngSize(data); w > maxSide || h > maxSide {
		// The decoder has its own opinion on such numbers; the limits say it better.
		return layout{width: w, height: h}, nil
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return layout{}, err
	}
	return layout{width: config.Width, height: config.Height, orientation: pngOrientation(data), bytesPerPixel: 8}, nil
}

func pngPixels(data []byte) (image.Image, error) { return png.Decode(bytes.NewReader(data)) }

// pngSize reads the dimensions from where they always are; 0×0 when the file is too short for that.
func pngSize(data []byte) (width, height int) {
	if len(data) < 24 || string(data[12:16]) != "IHDR" {
		return 0, 0
	}
	return int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
}

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
