package imaging

import "encoding/binary"

const (
	tagOrientation = 0x0112
	typeShort      = 3
)

// exifOrientation reads the one tag of a TIFF block that matters here: how to turn the picture upright. Whatever is
// wrong with the block means 1, upright as stored.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	offset := uint64(order.Uint32(tiff[4:]))
	if offset+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[offset+2:]
	for range order.Uint16(tiff[offset:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tagOrientation {
			return orientationValue(order, entries[:12])
		}
		entries = entries[12:]
	}
	return 1
}

func orientationValue(order binary.ByteOrder, entry []byte) int {
	value := int(order.Uint16(entry[8:]))
	if order.Uint16(entry[2:]) != typeShort || order.Uint32(entry[4:]) != 1 || value < 1 || value > 8 {
		return 1
	}
	return value
}

// upright applies an EXIF orientation.
func (p *Picture) upright(orientation int) *Picture {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	q := &Picture{Format: p.Format, Width: p.Width, Height: p.Height, Orientation: orientation, RGB: make([]uint8, len(p.RGB))}
	if orientation >= 5 {
		q.Width, q.Height = p.Height, p.Width
	}
	start, stepX, stepY := walk(orientation, p.Width, p.Height)
	out := 0
	for y := range q.Height {
		from := start + y*stepY
		for range q.Width {
			copy(q.RGB[out:out+3], p.RGB[from*3:from*3+3])
			out += 3
			from += stepX
		}
	}
	return q
}

// walk says how to read a stored w×h picture so that it comes out upright: the index of the first pixel, and how far to
// step for the next pixel in a row and for the next row.
func walk(orientation, w, h int) (start, stepX, stepY int) {
	switch orientation {
	case 2: // mirrored left to right
		return w - 1, -1, w
	case 3: // upside down
		return w*h - 1, -1, -w
	case 4: // mirrored top to bottom
		return w * (h - 1), 1, -w
	case 5: // transposed
		return 0, w, 1
	case 6: // to be turned clockwise
		return w * (h - 1), -w, 1
	case 7: // transposed over the other diagonal
		return w*h - 1, -w, -1
	case 8: // to be turned counterclockwise
		return w - 1, w, -1
	}
	return 0, 1, w
}
