package imaging

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
)

// maxScans bounds the passes of a progressive JPEG. Encoders write about ten; a hostile file can ask for a million
// passes over all its pixels with a few bytes each.
const maxScans = 128

func jpegHeader(data []byte) (layout, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return layout{}, err
	}
	shape := walkJPEG(data)
	if shape.scans > maxScans {
		return layout{}, refuse(KindTooLarge, "too much work: a JPEG of %d scans (at most %d)", shape.scans, maxScans)
	}
	l := layout{width: config.Width, height: config.Height, orientation: shape.orientation, bytesPerPixel: 3}
	if config.ColorModel == color.CMYKModel {
		l.bytesPerPixel = 8
	}
	if shape.progressive {
		l.bytesPerPixel += 16
	}
	return l, nil
}

func jpegPixels(data []byte) (image.Image, error) {
	m, err := jpeg.Decode(bytes.NewReader(data))
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		// Some writers leave out the final marker. With it added the picture decodes only if every pixel is there.
		if whole, again := jpeg.Decode(io.MultiReader(bytes.NewReader(data), bytes.NewReader([]byte{0xff, 0xd9}))); again == nil {
			return whole, nil
		}
	}
	if err != nil && err.Error() == "invalid JPEG format: short Huffman data" {
		return nil, io.ErrUnexpectedEOF
	}
	return m, err
}

// jpegShape is what the walk over a JPEG's markers finds.
type jpegShape struct {
	scans       int
	progressive bool
	orientation int
}

const (
	markerSOF2 = 0xc2
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// walkJPEG counts scans and finds the EXIF orientation without decoding anything.
func walkJPEG(data []byte) jpegShape {
	shape := jpegShape{orientation: 1}
	for i := 2; i+1 < len(data); {
		if data[i] != 0xff {
			// Inside entropy-coded data: on to the next possible marker.
			next := bytes.IndexByte(data[i:], 0xff)
			if next < 0 {
				break
			}
			i += next
			continue
		}
		marker := data[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0, marker >= 0xd0 && marker <= markerSOI:
			i += 2
			continue
		case marker == markerEOI:
			return shape
		}
		payload, ok := segment(data[i+2:])
		if !ok {
			break
		}
		shape.note(marker, payload)
		if shape.scans > maxScans {
			break
		}
		i += 4 + len(payload)
	}
	return shape
}

// segment returns the payload of the length-prefixed segment that data begins with.
func segment(data []byte) ([]byte, bool) {
	if len(data) < 2 {
		return nil, false
	}
	n := int(data[0])<<8 | int(data[1])
	if n < 2 || n > len(data) {
		return nil, false
	}
	return data[2:n], true
}

func (s *jpegShape) note(marker byte, payload []byte) {
	switch marker {
	case markerSOF2:
		s.progressive = true
	case markerSOS:
		s.scans++
	case markerAPP1:
		if tiff, ok := bytes.CutPrefix(payload, []byte("Exif\x00\x00")); ok && s.scans == 0 && s.orientation == 1 {
			s.orientation = exifOrientation(tiff)
		}
	}
}
