package ingest

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// tarFile is a tar archive. Uncompressed, its members are read where they lie. Out of a gzip stream nothing can be read
// but from the beginning, so the first Read copies the members that may be images into a temporary file.
type tarFile struct {
	file    *os.File
	gzipped bool
	members []member // by Entry.ref
	names   []string

	spool    *os.File // for gzip only
	spooling sync.Once
	spoolErr error
}

// member is a file in the archive: where its bytes are, in the archive or in the spool.
type member struct {
	header *tar.Header
	offset int64
	length int64 // what is there; less than the size where the rest is of no use
}

func openTar(f *os.File) (*tarFile, error) { return indexTar(&tarFile{file: f}) }

func openTarGzip(f *os.File) (*tarFile, error) { return indexTar(&tarFile{file: f, gzipped: true}) }

func indexTar(t *tarFile) (*tarFile, error) {
	err := t.each(func(h *tar.Header, _ io.Reader, offset int64) error {
		t.members = append(t.members, member{header: h, offset: offset, length: h.Size})
		t.names = append(t.names, archiveName(h.Name))
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read tar archive %s: %w", t.file.Name(), err), t.file.Close())
	}
	unwrap(t.names)
	return t, nil
}

// each visits the members that count, in the archive's order. The offset is that of the content in the tar stream.
func (t *tarFile) each(visit func(h *tar.Header, content io.Reader, offset int64) error) error {
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	stream, position, err := t.stream()
	if err != nil {
		return err
	}
	r := tar.NewReader(stream)
	for files := 0; ; files++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // names are only names here
			return err
		}
		offset := position()
		if err := checkExpansion(offset+h.Size, info.Size(), files); err != nil {
			return err
		}
		if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader || anyHidden(archiveName(h.Name)) {
			continue
		}
		if err := visit(h, r, offset); err != nil {
			return err
		}
	}
}

// stream returns the tar stream from its beginning, and how to tell the position in it.
func (t *tarFile) stream() (io.Reader, func() int64, error) {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	if !t.gzipped { // the file itself, so that contents are skipped by seeking
		return t.file, func() int64 { n, _ := t.file.Seek(0, io.SeekCurrent); return n }, nil
	}
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(t.file, 1<<20))
	if err != nil {
		return nil, nil, err
	}
	counted := &counter{r: unzipped}
	return counted, func() int64 { return counted.n }, nil
}

// counter counts the bytes read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (t *tarFile) list() []Entry {
	entries := make([]Entry, len(t.members))
	byName := map[string]int{}
	for i, m := range t.members {
		byName[archiveName(m.header.Name)] = i
	}
	for i, m := range t.members {
		ref := i
		if m.header.Typeflag == tar.TypeLink { // the same file once more, as tar writes hard links
			if target, ok := byName[archiveName(m.header.Linkname)]; ok {
				ref, m = target, t.members[target]
			}
		}
		entries[i] = newEntry(t.names[i], m.header.Size, m.header.ModTime.UnixNano(), ref)
		entries[i].Problem = specialMember(m.header)
	}
	return entries
}

// specialMember says why a member has no content of its own; "" when it has.
func specialMember(h *tar.Header) string {
	switch {
	case h.Typeflag == tar.TypeLink, h.Typeflag == tar.TypeSymlink:
		return "a link inside an archive, which is not followed"
	case h.Typeflag != tar.TypeReg, h.PAXRecords["GNU.sparse.major"] != "":
		return "not a file: a special entry of the archive"
	}
	return ""
}

func (t *tarFile) Read(e Entry, limits imaging.Limits) ([]byte, error) {
	if err := limits.CheckBytes(e.Size); err != nil {
		return nil, err
	}
	from := t.file
	if t.gzipped {
		t.spooling.Do(func() { t.spoolErr = t.fillSpool(limits) })
		if t.spoolErr != nil {
			return nil, &sourceError{fmt.Errorf("unpack %s: %w", t.file.Name(), t.spoolErr)}
		}
		from = t.spool
	}
	m := t.members[e.ref]
	data, err := readLimited(io.NewSectionReader(from, m.offset, m.length), m.length, limits)
	if err == nil && m.length == m.header.Size && int64(len(data)) < m.length {
		err = io.ErrUnexpectedEOF
	}
	return data, damagedMember(err)
}

func (t *tarFile) Close() error {
	err := t.file.Close()
	if t.spool != nil {
		err = errors.Join(err, t.spool.Close(), os.Remove(t.spool.Name()))
	}
	return err
}
