package imaging

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The formats that are read.
const (
	formatJPEG = "jpeg"
	formatPNG  = "png"
	formatGIF  = "gif"
	formatWebP = "webp"
)

// sniffLength is how much of a file is looked at to tell what it is.
const sniffLength = 1024

// signature is a byte pattern at the beginning of files of one kind.
type signature struct {
	offset int
	magic  string
	name   string
}

// convertible are image formats people have that are not read: they need another program's help first.
var convertible = []signature{
	{0, "II*\x00", "TIFF"},
	{0, "MM\x00*", "TIFF"},
	{0, "II+\x00", "BigTIFF"},
	{0, "MM\x00+", "BigTIFF"},
	{0, "BM", "BMP"},
	{0, "8BPS", "Photoshop (PSD)"},
	{0, "\x00\x00\x01\x00", "ICO"},
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"},
	{0, "\xff\x0a", "JPEG XL"},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"},
	{0, "\xff\x4f\xff\x51", "JPEG 2000"},
	{0, "gimp xcf ", "GIMP (XCF)"},
	{0, "qoif", "QOI"},
}

// foreign are other kinds of files that end up in image folders.
var foreign = []signature{
	{0, "%PDF-", "a PDF document"},
	{0, "%!PS", "a PostScript document"},
	{0, "PK\x03\x04", "a zip archive or office document"},
	{0, "\x1f\x8b", "a gzip archive"},
	{0, "7z\xbc\xaf'\x1c", "a 7z archive"},
	{0, "Rar!\x1a\x07", "a RAR archive"},
	{0, "\xfd7zXZ\x00", "an xz archive"},
	{0, "BZh", "a bzip2 archive"},
	{257, "ustar", "a tar archive"},
	{0, "SQLite format 3\x00", "a SQLite database"},
	{0, "\x89HDF\r\n\x1a\n", "an HDF5 file"},
	{0, "\x93NUMPY", "a NumPy array"},
	{0, "\x7fELF", "a program"},
	{0, "MZ", "a program"},
	{0, "\x1aE\xdf\xa3", "a video"},
	{0, "ID3", "a sound file"},
	{0, "OggS", "a sound or video file"},
	{0, "fLaC", "a sound file"},
}

// sniff tells the format of data, or why it is none that can be read.
func sniff(data []byte) (string, error) {
	if len(data) == 0 {
		return "", refuse(KindEmpty, "the file is empty (zero bytes)")
	}
	head := data[:min(len(data), sniffLength)]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return formatJPEG, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return formatPNG, nil
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return formatGIF, nil
	case has(head, 0, "RIFF") && has(head, 8, "WEBP"):
		return formatWebP, nil
	}
	if name := fragment(data); name != "" {
		return "", refuse(KindDamaged, "truncated %s: only the first %d bytes are there", name, len(data))
	}
	return "", refuseForeign(head)
}

func has(head []byte, offset int, magic string) bool {
	return len(head) >= offset+len(magic) && string(head[offset:offset+len(magic)]) == magic
}

// fragment names the format of a file cut off inside its signature; "" for anything else.
func fragment(data []byte) string {
	for _, s := range []signature{{0, "\xff\xd8\xff", "JPEG"}, {0, "\x89PNG\r\n\x1a\n", "PNG"}, {0, "GIF89a", "GIF"}, {0, "GIF87a", "GIF"}} {
		if len(data) >= 2 && len(data) < len(s.magic) && strings.HasPrefix(s.magic, string(data)) {
			return s.name
		}
	}
	return ""
}

// refuseForeign says what a file that is no readable image is instead.
func refuseForeign(head []byte) *Error {
	if name := isoMedia(head); name != "" {
		return unsupportedFormat(name)
	}
	for _, s := range convertible {
		if has(head, s.offset, s.magic) && !isText(head) {
			return unsupportedFormat(s.name)
		}
	}
	for _, s := range foreign {
		if has(head, s.offset, s.magic) {
			return refuse(KindNotImage, "not an image: %s", s.name)
		}
	}
	switch {
	case has(head, 0, "RIFF"):
		return refuse(KindNotImage, "not an image: a sound or video file")
	case has(head, 4, "ftyp"):
		return refuse(KindNotImage, "not an image: a video")
	case isText(head):
		return refuseText(head)
	case has(head, 0, "\xff\xfe"), has(head, 0, "\xfe\xff"):
		return refuse(KindNotImage, "not an image: plain text (UTF-16)")
	case len(bytes.Trim(head, "\x00")) == 0:
		return refuse(KindDamaged, "not an image: the file begins with nothing but zero bytes, its content was lost")
	}
	return refuse(KindNotImage, "not an image: unknown binary data")
}

// isoMedia names the still-image formats that share MP4's container; "" for others.
func isoMedia(head []byte) string {
	if !has(head, 4, "ftyp") || len(head) < 12 {
		return ""
	}
	switch string(head[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
		return "HEIC"
	case "avif", "avis":
		return "AVIF"
	}
	return ""
}

func unsupportedFormat(name string) *Error {
	return refuse(KindUnsupported, "%s is not supported: convert it to JPEG or PNG", name)
}

func refuseText(head []byte) *Error {
	text := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"))
	switch {
	case strings.HasPrefix(text, "<svg"), strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<svg"):
		return unsupportedFormat("SVG")
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return refuse(KindNotImage, "not an image: an HTML page (was a download page saved instead of the picture?)")
	case strings.HasPrefix(text, "<?xml"):
		return refuse(KindNotImage, "not an image: an XML document")
	case strings.HasPrefix(text, "version https://git-lfs"):
		return refuse(KindNotImage, "not an image: a Git LFS pointer (run git lfs pull to get the picture)")
	}
	return refuse(KindNotImage, "not an image: plain text")
}

// isText reports whether head looks like text in UTF-8 or an 8-bit encoding: no control bytes but white space.
func isText(head []byte) bool {
	high := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b || b == 0x7f {
			return false
		}
		if b >= 0x80 {
			high++
		}
	}
	// A character may be cut in two at the end of head, hence the tolerance for 8-bit text covers it too.
	return utf8.Valid(head) || high*3 <= len(head)
}

// LooksLikeImage reports whether a file that begins with head is of a format that Decode reads.
func LooksLikeImage(head []byte) bool {
	_, err := sniff(head)
	return err == nil
}
