package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// webpFile is the part of a WebP container that matters: one still picture and where it goes.
type webpFile struct {
	canvasWidth, canvasHeight int // 0 when the container does not say
	x, y                      int // of the first frame on the canvas, for animations
	alpha, picture            []byte
	lossless                  bool
	orientation               int
}

func webpHeader(data []byte) (layout, error) {
	f, err := parseWebP(data)
	if err != nil {
		return layout{}, err
	}
	width, height, err := f.size()
	if err != nil {
		return layout{}, err
	}
	l := layout{width: width, height: height, orientation: f.orientation, bytesPerPixel: 12, at: image.Pt(f.x, f.y), video: true}
	if f.canvasWidth > 0 {
		l.width, l.height = f.canvasWidth, f.canvasHeight
	}
	if f.x+width > l.width || f.y+height > l.height {
		return layout{}, refuse(KindDamaged, "damaged WebP: a frame of %d×%d does not fit its canvas of %d×%d", width, height, l.width, l.height)
	}
	return l, nil
}

func webpPixels(data []byte) (image.Image, error) {
	f, err := parseWebP(data)
	if err != nil {
		return nil, err
	}
	still, err := f.still()
	if err != nil {
		return nil, err
	}
	return webp.Decode(bytes.NewReader(still))
}

// parseWebP finds the first picture of a still or animated file.
func parseWebP(data []byte) (*webpFile, error) {
	f := &webpFile{orientation: 1}
	err := eachChunk(data[12:], func(id string, payload []byte) error {
		switch id {
		case "VP8X":
			if len(payload) < 10 {
				return io.ErrUnexpectedEOF
			}
			f.canvasWidth, f.canvasHeight = uint24(payload[4:])+1, uint24(payload[7:])+1
		case "ANMF":
			if f.picture == nil {
				return f.frame(payload)
			}
		case "EXIF":
			f.orientation = exifOrientation(bytes.TrimPrefix(payload, []byte("Exif\x00\x00")))
		default:
			f.note(id, payload)
		}
		return nil
	})
	if err == nil && f.picture == nil {
		err = io.ErrUnexpectedEOF
	}
	return f, err
}

// frame reads the first frame of an animation.
func (f *webpFile) frame(payload []byte) error {
	const header = 16
	if len(payload) < header {
		return io.ErrUnexpectedEOF
	}
	f.x, f.y = 2*uint24(payload), 2*uint24(payload[3:])
	return eachChunk(payload[header:], func(id string, inner []byte) error {
		f.note(id, inner)
		return nil
	})
}

func (f *webpFile) note(id string, payload []byte) {
	switch {
	case f.picture != nil:
	case id == "ALPH":
		f.alpha = payload
	case id == "VP8 ", id == "VP8L":
		f.picture, f.lossless = payload, id == "VP8L"
	}
}

// eachChunk walks RIFF chunks. A chunk that is cut off is handed over as far as it goes, unless it is a mere header.
func eachChunk(data []byte, visit func(id string, payload []byte) error) error {
	for len(data) >= 8 {
		id, length := string(data[:4]), uint64(binary.LittleEndian.Uint32(data[4:]))
		data = data[8:]
		payload := data[:min(length, uint64(len(data)))]
		if err := visit(id, payload); err != nil {
			return err
		}
		data = data[min(length+length&1, uint64(len(data))):]
	}
	return nil
}

// size reads the dimensions from the bitstream itself: the container's may lie.
func (f *webpFile) size() (width, height int, err error) {
	p := f.picture
	if f.lossless {
		if len(p) < 5 {
			return 0, 0, io.ErrUnexpectedEOF
		}
		bits := binary.LittleEndian.Uint32(p[1:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, nil
	}
	if len(p) < 10 {
		return 0, 0, io.ErrUnexpectedEOF
	}
	return int(binary.LittleEndian.Uint16(p[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(p[8:]) & 0x3fff), nil
}

// still rebuilds the smallest container around the picture, without animation and with flags that match the content.
func (f *webpFile) still() ([]byte, error) {
	var body bytes.Buffer
	body.WriteString("WEBP")
	switch {
	case f.lossless:
		writeChunk(&body, "VP8L", f.picture)
	case f.alpha != nil:
		width, height, err := f.size()
		if err != nil || width == 0 || height == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		extended := make([]byte, 10)
		extended[0] = 1 << 4 // the picture has alpha
		putUint24(extended[4:], width-1)
		putUint24(extended[7:], height-1)
		writeChunk(&body, "VP8X", extended)
		writeChunk(&body, "ALPH", f.alpha)
		fallthrough
	default:
		writeChunk(&body, "VP8 ", f.picture)
	}
	file := make([]byte, 0, 8+body.Len())
	file = append(file, "RIFF"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(body.Len()))
	return append(file, body.Bytes()...), nil
}

func writeChunk(w *bytes.Buffer, id string, payload []byte) {
	w.WriteString(id)
	w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(payload))))
	w.Write(payload)
	if len(payload)%2 == 1 {
		w.WriteByte(0)
	}
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func putUint24(b []byte, v int) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }
