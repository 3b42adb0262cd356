package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// Entry is one file of a source.
type Entry struct {
	Name     string // slash-separated path below the source, valid UTF-8: the file's identity between runs
	Title    string // name shown to people; the Name unless labels say otherwise
	Category string // "" for none
	Size     int64  // bytes
	MtimeNS  int64  // modification time, Unix nanoseconds
	Problem  string // why it cannot even be opened; "" when it can

	ref int // the source's own number for it
}

// Source is where images come from. Read may be called by several goroutines at once.
type Source interface {
	// Entries are sorted by the bytes of their names, which are unique.
	Entries() []Entry
	// Read returns a file's content. A file longer than limit bytes is an *imaging.Error.
	Read(e Entry, limits imaging.Limits) ([]byte, error)
	// Unlisted counts the files that labels leave out.
	Unlisted() int
	Close() error
}

// SourceOptions says how a source is understood.
type SourceOptions struct {
	Labels string // CSV file with the columns file, category and, if you like, name; "" for none
}

// OpenSource opens a folder, a zip archive or a tar archive, compressed by gzip or not.
func OpenSource(name string, opt SourceOptions) (Source, error) {
	files, err := openFiles(name)
	if err != nil {
		return nil, err
	}
	source, err := labelled(files, opt.Labels)
	if err != nil {
		return nil, errors.Join(err, files.Close())
	}
	return source, nil
}

// files is a source before anybody has said what its files are called and which of them count.
type files interface {
	list() []Entry // unsorted, with the category from the first folder
	Read(e Entry, limits imaging.Limits) ([]byte, error)
	Close() error
}

func openFiles(name string) (files, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder or archive %s: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	if info.IsDir() {
		return openFolder(name)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is neither a folder nor an archive", name)
	}
	return openArchive(name)
}

// openArchive tells archives apart by content: extensions lie.
func openArchive(name string) (files, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	head = head[:n]
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("read source: %w", err), f.Close())
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return openZip(f)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return openTarGzip(f)
	case len(head) > 262 && string(head[257:262]) == "ustar", len(head) == 512 && bytes.Count(head, []byte{0}) == 512:
		return openTar(f)
	}
	return nil, errors.Join(fmt.Errorf("%s is neither a folder nor a zip, tar or tar.gz archive", name), f.Close())
}

// sorted orders entries by the bytes of their names. Of several with one name, which archives can hold, the last counts,
// as it does when they are unpacked.
func sorted(entries []Entry) []Entry {
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	unique := entries[:0]
	for i, e := range entries {
		if i+1 < len(entries) && entries[i+1].Name == e.Name {
			continue
		}
		unique = append(unique, e)
	}
	return unique
}

// hidden reports whether a file or folder is none of the user's images: dot files and what systems leave behind.
func hidden(base string) bool {
	switch strings.ToLower(base) {
	case "__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin":
		return true
	}
	return strings.HasPrefix(base, ".") && base != "." && base != ".."
}

// anyHidden reports whether a file lies in a hidden folder or is hidden itself.
func anyHidden(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "/"), hidden)
}

// textName makes a name storable: bytes that are not UTF-8, and NUL, become \xNN.
func textName(name string) string {
	if utf8.ValidString(name) && !strings.Contains(name, "\x00") {
		return name
	}
	var out strings.Builder
	for len(name) > 0 {
		r, n := utf8.DecodeRuneInString(name)
		if r == utf8.RuneError && n == 1 || r == 0 {
			fmt.Fprintf(&out, `\x%02x`, name[0])
		} else {
			out.WriteString(name[:n])
		}
		name = name[n:]
	}
	return out.String()
}

// firstFolder is the category that a path gives: its first real folder, none for a file at the root.
func firstFolder(name string) string {
	for dir, rest, ok := strings.Cut(name, "/"); ok; dir, rest, ok = strings.Cut(rest, "/") {
		if dir != "" && dir != "." && dir != ".." {
			return dir
		}
	}
	return ""
}

// newEntry describes a file by its raw name.
func newEntry(raw string, size, mtimeNS int64, ref int) Entry {
	name := textName(raw)
	return Entry{Name: name, Title: name, Category: firstFolder(name), Size: size, MtimeNS: mtimeNS, ref: ref}
}

// readLimited reads to the end but never more than the limits allow.
func readLimited(r io.Reader, size int64, limits imaging.Limits) ([]byte, error) {
	most := limits.WithDefaults().MaxBytes
	var buf bytes.Buffer
	if size > 0 && size <= most {
		buf.Grow(int(size) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	return buf.Bytes(), limits.CheckBytes(n)
}

// base is the last element of a slash-separated name.
func base(name string) string { return path.Base(name) }
