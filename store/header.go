package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/convnet-playground/convnet/migrations"
)

const (
	headerSize  = 100
	headerMagic = "SQLite format 3\x00"
)

// header is what this package needs of a SQLite file's first 100 bytes (https://sqlite.org/fileformat2.html).
type header struct {
	pageSize      int64
	pages         int64 // size of the database in pages, 0 when the header does not know
	wal           bool  // the file is in WAL mode
	userVersion   int
	applicationID uint32
}

// readHeader judges a file before SQLite touches it, since SQLite itself writes to what it opens. It returns an error
// that satisfies errors.Is(err, fs.ErrNotExist) for a missing file, and a nil header for an empty one.
func readHeader(path string) (*header, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, sentence(fs.ErrNotExist, "there is no database %s", path)
	}
	if err != nil {
		return nil, sentence(err, "open database %s: %w", path, err)
	}
	if info.IsDir() {
		return nil, sentence(ErrNotSQLite, "%s is a directory, not a database: name a file in it", path)
	}
	if !info.Mode().IsRegular() {
		return nil, sentence(ErrNotSQLite, "%s is not a regular file", path)
	}
	if info.Size() == 0 {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, sentence(err, "open database %s: %w", path, err)
	}
	defer file.Close()
	buf := make([]byte, headerSize)
	n, err := io.ReadFull(file, buf)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, sentence(err, "read the header of %s: %w", path, err)
	}
	h, err := parseHeader(path, buf[:n])
	if err != nil {
		return nil, err
	}
	return h, h.checkSize(path, info.Size())
}

// parseHeader reads the header's fields and tells other files apart.
func parseHeader(path string, buf []byte) (*header, error) {
	if len(buf) < headerSize && bytes.HasPrefix([]byte(headerMagic), buf[:min(len(buf), len(headerMagic))]) {
		return nil, sentence(ErrTruncated, "%s is cut off after %d bytes: copy it again from where it came from", path, len(buf))
	}
	if len(buf) < headerSize || string(buf[:len(headerMagic)]) != headerMagic {
		return nil, sentence(ErrNotSQLite, "%s is not a convnet database: it is %s", path, describe(buf))
	}
	h := &header{
		pageSize:      int64(binary.BigEndian.Uint16(buf[16:])),
		wal:           buf[18] == 2 || buf[19] == 2,
		userVersion:   int(int32(binary.BigEndian.Uint32(buf[60:]))),
		applicationID: binary.BigEndian.Uint32(buf[68:]),
	}
	if h.pageSize == 1 {
		h.pageSize = 65536 // 65536 does not fit in the field's 16 bits
	}
	if changed := binary.BigEndian.Uint32(buf[24:]); changed == binary.BigEndian.Uint32(buf[92:]) {
		h.pages = int64(binary.BigEndian.Uint32(buf[28:])) // valid only while the two counters agree
	}
	if h.pageSize < 512 || h.pageSize&(h.pageSize-1) != 0 {
		return nil, sentence(ErrNotSQLite, "%s is damaged: its header gives a page size of %d bytes", path, h.pageSize)
	}
	if h.applicationID != migrations.ApplicationID {
		return nil, sentence(ErrForeign, "%s is a SQLite database of another program, not one of convnet", path)
	}
	return h, nil
}

// checkSize compares the file's size with the header's, unless a journal beside it may still have the rest.
func (h *header) checkSize(path string, size int64) error {
	want := h.pages * h.pageSize
	if size >= want || sideFileSize(path, "-wal") > 0 || sideFileSize(path, "-journal") > 0 {
		return nil
	}
	return sentence(ErrTruncated, "%s is cut off: it has %d of %d bytes; copy it again from where it came from", path, size, want)
}

// sideFileSize returns the size of a file that SQLite keeps beside the database, 0 when there is none.
func sideFileSize(path, suffix string) int64 {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path + suffix)
	if err != nil {
		return 0
	}
	return info.Size()
}

// describe says in a word or two what bytes that are no database look like.
func describe(buf []byte) string {
	for _, kind := range []struct{ magic, name string }{
		{"\x89PNG", "a PNG image"}, {"\xff\xd8\xff", "a JPEG image"}, {"GIF8", "a GIF image"},
		{"PK\x03\x04", "a zip archive"}, {"\x1f\x8b", "a gzip file"}, {"\x89HDF", "an HDF5 file"},
	} {
		if bytes.HasPrefix(buf, []byte(kind.magic)) {
			return kind.name
		}
	}
	for _, b := range buf {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return "not even a SQLite file"
		}
	}
	return "a text file"
}
