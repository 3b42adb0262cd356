package imaging

import (
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
)

// Picture is a decoded image: upright, opaque, 8 bits per channel.
type Picture struct {
	Format        string // of the file it came from: jpeg, png, gif or webp
	Width, Height int
	Orientation   int     // EXIF's, which has been applied: 1 when the file's pixels are upright as they are
	RGB           []uint8 // row by row, three bytes per pixel: Width*Height*3
}

// Info is what a file's header says about it.
type Info struct {
	Format        string
	Width, Height int   // after EXIF orientation
	Orientation   int   // EXIF's 1 to 8; 1 when nothing is said
	Memory        int64 // estimate of the bytes needed while decoding
}

// layout is where decoded pixels go: a frame on a canvas, both in stored orientation.
type layout struct {
	width, height int
	orientation   int
	bytesPerPixel int         // the decoder's appetite, without the RGB result
	at            image.Point // where the frame goes, beyond what its own bounds say
	video         bool        // YCbCr in the studio range of BT.601, as WebP has it
}

// codec reads one format.
type codec struct {
	title  string
	header func(data []byte) (layout, error)
	pixels func(data []byte) (image.Image, error)
}

var codecs = map[string]codec{
	formatJPEG: {"JPEG", jpegHeader, jpegPixels},
	formatPNG:  {"PNG", pngHeader, pngPixels},
	formatGIF:  {"GIF", gifHeader, gifPixels},
	formatWebP: {"WebP", webpHeader, webpPixels},
}

// Inspect reads a file's header without decoding pixels and applies the limits.
func Inspect(data []byte, lim Limits) (Info, error) {
	_, _, info, err := inspect(data, lim)
	return info, err
}

func inspect(data []byte, lim Limits) (c codec, l layout, info Info, err error) {
	if err = lim.CheckBytes(int64(len(data))); err != nil {
		return c, l, info, err
	}
	format, err := sniff(data)
	if err != nil {
		return c, l, info, err
	}
	c = codecs[format]
	if l, err = readHeader(c, data); err != nil {
		return c, l, info, err
	}
	if err = lim.WithDefaults().checkPixels(l.width, l.height); err != nil {
		return c, l, info, err
	}
	info = Info{Format: format, Width: l.width, Height: l.height, Orientation: l.orientation}
	if l.orientation >= 5 {
		info.Width, info.Height = l.height, l.width
	}
	info.Memory = int64(len(data)) + int64(l.width)*int64(l.height)*int64(l.bytesPerPixel+3)
	return c, l, info, nil
}

// Decode turns the bytes of a JPEG, PNG, GIF or WebP file into a Picture, or says as an *Error why it cannot.
func Decode(data []byte, lim Limits) (*Picture, error) {
	c, l, info, err := inspect(data, lim)
	if err != nil {
		return nil, err
	}
	m, err := readPixels(c, data)
	if err != nil {
		return nil, err
	}
	p := &Picture{Format: info.Format, Width: l.width, Height: l.height, Orientation: 1, RGB: make([]uint8, l.width*l.height*3)}
	p.draw(m, l.at, l.video)
	return p.upright(l.orientation), nil
}

// readHeader and readPixels are the fence around the decoders: whatever happens inside them, a sentence comes out.
func readHeader(c codec, data []byte) (l layout, err error) {
	defer func() { err = fence(c.title, err, recover()) }()
	return c.header(data)
}

func readPixels(c codec, data []byte) (m image.Image, err error) {
	defer func() { err = fence(c.title, err, recover()) }()
	return c.pixels(data)
}

func fence(title string, err error, panicked any) error {
	if panicked != nil {
		return refuse(KindDamaged, "damaged %s: its content contradicts itself", title)
	}
	var already *Error
	if err == nil || errors.As(err, &already) {
		return err
	}
	if endedEarly(err) {
		return refuse(KindDamaged, "truncated %s: the file ends before the picture does", title)
	}
	detail := plainDetail(err)
	if rest, ok := strings.CutPrefix(detail, "unsupported feature: "); ok {
		return refuse(KindUnsupported, "this variant of %s is not supported (%s): save it again as an ordinary JPEG or PNG", title, rest)
	}
	return refuse(KindDamaged, "damaged %s: %s", title, detail)
}

// endedEarly recognises truncation, which some decoders only tell in words.
func endedEarly(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	text := err.Error()
	return strings.HasSuffix(text, "EOF") || strings.Contains(text, "not enough image data") || strings.Contains(text, "not enough pixel data")
}

// plainDetail strips the decoders' package prefixes from their messages.
func plainDetail(err error) string {
	text := err.Error()
	for _, prefix := range []string{"gif: ", "png: ", "webp: ", "vp8: ", "vp8l: ", "riff: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	text = strings.Replace(text, "unsupported JPEG feature: ", "unsupported feature: ", 1)
	for _, prefix := range []string{"invalid JPEG format: ", "invalid format: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// String describes the picture for logs and tests.
func (p *Picture) String() string { return fmt.Sprintf("%s %d×%d", p.Format, p.Width, p.Height) }
