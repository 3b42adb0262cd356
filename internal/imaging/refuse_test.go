package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"
)

func encodedPNG(t testing.TB, w, h int) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// pngBomb is a few bytes that claim to be w×h pixels.
func pngBomb(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	header = binary.BigEndian.AppendUint32(header, h)
	header = append(header, 8, 2, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(header))
}

// gifBomb is golang.org/issue/79063: a frame as large as its canvas, of which nothing follows.
func gifBomb() []byte {
	return []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08\x00;")
}

// webpBomb has a small canvas and a lossless picture of 16384×16384.
func webpBomb() []byte {
	return []byte("RIFF\x26\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L\x05\x00\x00\x00\x2f\xff\xff\xff\x0f\x00")
}

// scansJPEG repeats one scan of a progressive picture far more often than any encoder would.
func scansJPEG(t testing.TB) []byte {
	data := readFile(t, "progressive.jpg")
	at := bytes.LastIndex(data, []byte{0xff, markerSOS})
	scan := data[at : len(data)-2]
	return append(append(bytes.Clone(data[:at]), bytes.Repeat(scan, 500)...), 0xff, markerEOI)
}

func TestRefusals(t *testing.T) {
	whole := readFile(t, "full.jpg")
	tests := []struct {
		name string
		data []byte
		kind Kind
		says string
	}{
		{"zero bytes", nil, KindEmpty, "empty (zero bytes)"},
		{"text", []byte("hello, these are notes\n"), KindNotImage, "not an image: plain text"},
		{"latin-1 text", []byte("caf\xe9 au lait\n"), KindNotImage, "plain text"},
		{"utf-16 text", []byte("\xff\xfeh\x00i\x00"), KindNotImage, "plain text"},
		{"csv", []byte("file,category\n1.jpg,cat\n"), KindNotImage, "plain text"},
		{"text beginning like a BMP", []byte("BMW and other cars\n"), KindNotImage, "plain text"},
		{"HTML", []byte("\n<!DOCTYPE html><html><body>404</body></html>"), KindNotImage, "an HTML page"},
		{"PDF", []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), KindNotImage, "a PDF document"},
		{"git lfs", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), KindNotImage, "git lfs pull"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), KindUnsupported, "HEIC is not supported: convert it to JPEG or PNG"},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), KindUnsupported, "AVIF is not supported"},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00\x00\x00"), KindUnsupported, "TIFF is not supported: convert it to JPEG or PNG"},
		{"BMP", []byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00"), KindUnsupported, "BMP is not supported"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), KindUnsupported, "SVG is not supported"},
		{"video", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), KindNotImage, "a video"},
		{"sound", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), KindNotImage, "sound"},
		{"zeros", make([]byte, 5000), KindDamaged, "nothing but zero bytes"},
		{"noise", []byte{1, 2, 3, 4, 250, 251, 252, 9}, KindNotImage, "unknown binary data"},
		{"JPEG cut in its header", whole[:100], KindDamaged, "truncated JPEG"},
		{"JPEG cut in its pixels", whole[:len(whole)*2/3], KindDamaged, "truncated JPEG"},
		{"JPEG of two bytes", whole[:2], KindDamaged, "truncated JPEG"},
		{"progressive JPEG cut", readFile(t, "progressive.jpg")[:900], KindDamaged, "truncated JPEG"},
		{"PNG cut", readFile(t, "rgb.png")[:300], KindDamaged, "truncated PNG"},
		{"GIF cut", readFile(t, "animated.gif")[:500], KindDamaged, "truncated GIF"},
		{"lossy WebP cut", readFile(t, "lossy.webp")[:300], KindDamaged, "truncated WebP"},
		{"lossless WebP cut", readFile(t, "lossless.webp")[:100], KindDamaged, "truncated WebP"},
		{"PNG with a flipped bit", flipped(readFile(t, "rgb.png"), 200), KindDamaged, "damaged PNG"},
		{"PNG bomb", pngBomb(60000, 60000), KindTooLarge, "too many pixels: 60000×60000"},
		{"PNG bomb whose product overflows", pngBomb(1<<31-1, 1<<31-1), KindTooLarge, "too many pixels"},
		{"GIF bomb", gifBomb(), KindTooLarge, "too many pixels: 65535×65535"},
		{"WebP bomb", webpBomb(), KindDamaged, "does not fit its canvas"},
		{"JPEG of 500 passes", scansJPEG(t), KindTooLarge, "too much work"},
		{"long file", append(bytes.Clone(whole), make([]byte, 65<<20)...), KindTooLarge, "file too large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode(test.data, Limits{})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if e.Kind != test.kind || !strings.Contains(e.Reason, test.says) {
				t.Errorf("got %s %q, want %s and %q", e.Kind, e.Reason, test.kind, test.says)
			}
		})
	}
}

func flipped(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 4
	return data
}

func TestBombsAllocateLittle(t *testing.T) {
	for name, data := range map[string][]byte{"png": pngBomb(60000, 60000), "gif": gifBomb(), "webp": webpBomb()} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Decode(data, Limits{})
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

func TestSmallestAndLimits(t *testing.T) {
	p := mustDecode(t, encodedPNG(t, 1, 1))
	if p.Width != 1 || p.Height != 1 || len(p.RGB) != 3 {
		t.Errorf("1×1: got %s with %d bytes", p, len(p.RGB))
	}
	if _, err := Decode(encodedPNG(t, 100, 100), Limits{MaxPixels: 10000}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := Decode(encodedPNG(t, 100, 101), Limits{MaxPixels: 10000}); err == nil {
		t.Error("beyond the limit: no error")
	}
}

// fuzzLimits keeps single inputs cheap.
var fuzzLimits = Limits{MaxPixels: 1 << 16, MaxBytes: 1 << 20}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"cmyk.jpg", "progressive.jpg", "h2v2.jpg", "transparent.png", "rgb16.png", "interlaced.png", "partial.gif", "lossy.webp", "alpha.webp", "animated.webp", "orientation6.webp", "orientation5.png"} {
		f.Add(readFile(f, name))
	}
	for _, data := range [][]byte{nil, gifBomb(), webpBomb(), pngBomb(9, 9), []byte("text")} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data, fuzzLimits)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if int64(p.Width)*int64(p.Height) > fuzzLimits.MaxPixels || len(p.RGB) != p.Width*p.Height*3 {
			t.Fatalf("%s with %d bytes", p, len(p.RGB))
		}
		p.Tensor(8, 8, "rgb", nil, nil, Stretch)
		if _, _, err := p.Thumbnail(16); err != nil {
			t.Fatal(err)
		}
	})
}

// Types that the decoders return today only for rare files, or not at all, against the standard library's conversion.
func TestEveryPixelTypeAgreesWithTheStandardLibrary(t *testing.T) {
	r := image.Rect(0, 0, 5, 4)
	images := []image.Image{
		image.NewRGBA(r), image.NewNRGBA(r), image.NewRGBA64(r), image.NewNRGBA64(r), image.NewGray(r), image.NewGray16(r),
		image.NewCMYK(r), image.NewAlpha(r), image.NewPaletted(r, color.Palette{color.NRGBA{9, 200, 30, 128}, color.White}),
	}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		m := image.NewYCbCr(r, ratio)
		for i := range m.Y {
			m.Y[i] = uint8(i * 37)
		}
		for i := range m.Cb { // flat where it is subsampled: the standard library does not interpolate
			m.Cb[i], m.Cr[i] = 91, 202
			if ratio == image.YCbCrSubsampleRatio444 {
				m.Cb[i], m.Cr[i] = uint8(i*91), uint8(255-i*53)
			}
		}
		images = append(images, m)
	}
	for _, m := range images {
		fill(m)
		got := &Picture{Width: 5, Height: 4, RGB: make([]uint8, 60)}
		got.draw(m, image.Point{}, false)
		want := &Picture{Width: 5, Height: 4, RGB: make([]uint8, 60)}
		for y := range 4 {
			anyRows(m)(want.RGB[y*15:y*15+15], y)
		}
		if largest, _ := difference(t, got, want); largest > 2 {
			t.Errorf("%T: differs by %d levels", m, largest)
		}
	}
}

func fill(m image.Image) {
	d, ok := m.(interface{ Set(x, y int, c color.Color) })
	if !ok {
		return
	}
	for y := range 4 {
		for x := range 5 {
			d.Set(x, y, color.NRGBA64{uint16(x * 13000), uint16(y * 16000), uint16(x * y * 5000), uint16(65535 - x*y*5000)})
		}
	}
}

func TestGIFFrameBeyondItsCanvasIsRefused(t *testing.T) {
	var buf bytes.Buffer
	m := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	if err := gif.Encode(&buf, m, nil); err != nil {
		t.Fatal(err)
	}
	data := buf.Bytes()
	data[6], data[8] = 4, 4
	if _, err := Decode(data, Limits{}); err == nil || !strings.Contains(err.Error(), "damaged GIF") {
		t.Errorf("got %v", err)
	}
}

func TestFourComponentJPEGWithoutAdobeMarker(t *testing.T) {
	data := readFile(t, "cmyk.jpg")
	at := bytes.Index(data, []byte("Adobe"))
	data = append(bytes.Clone(data[:at-4]), data[at+12:]...)
	if _, err := Decode(data, Limits{}); err == nil || !strings.Contains(err.Error(), "this variant of JPEG is not supported") {
		t.Errorf("got %v", err)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 3, 3)), nil); err != nil {
		t.Fatal(err)
	}
	mustDecode(t, buf.Bytes())
}
