package ingest

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/convnet-playground/convnet/internal/imaging"
)

// spoolHead is how much of a member that is no image is kept: enough to say what it is instead.
const spoolHead = 4096

// fillSpool copies what may be images into a temporary file, so that they can be read in any order. Nothing in it has a
// name.
func (t *tarFile) fillSpool(limits imaging.Limits) (err error) {
	if t.spool, err = os.CreateTemp("", "convnet-spool-*"); err != nil {
		return err
	}
	i, end := 0, int64(0)
	return t.each(func(_ *tar.Header, content io.Reader, _ int64) error {
		if i >= len(t.members) {
			return errors.New("the archive was changed while it was read")
		}
		m := &t.members[i]
		i++
		m.offset, m.length = end, 0
		if limits.CheckBytes(m.header.Size) != nil {
			return nil
		}
		n, err := copyImage(t.spool, content)
		m.length = n
		end += n
		return err
	})
}

// copyImage copies a file that begins like an image, and only the beginning of any other.
func copyImage(w io.Writer, r io.Reader) (int64, error) {
	head := make([]byte, spoolHead)
	n, err := io.ReadFull(r, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		written, err := w.Write(head[:n])
		return int64(written), err
	}
	if err != nil {
		return 0, err
	}
	if !imaging.LooksLikeImage(head) {
		written, err := w.Write(head)
		return int64(written), err
	}
	return io.Copy(w, io.MultiReader(bytes.NewReader(head), r))
}
