package download

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"strings"
)

// present says whether the destination holds the file already.
func (d *download) present() bool {
	if d.MD5 == "" && d.SHA256 == "" && d.Size == 0 {
		return false
	}
	f, err := os.Open(d.File)
	if err != nil {
		return false
	}
	defer f.Close()
	return d.verify(f) == nil
}

// verify compares a file with all that is known of it.
func (d *download) verify(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLocal, err)
	}
	if err := d.checkSize(info.Size()); err != nil {
		return err
	}
	for _, known := range []struct {
		name, want string
		hash       hash.Hash
	}{{"MD5", d.MD5, md5.New()}, {"SHA-256", d.SHA256, sha256.New()}} {
		if known.want == "" {
			continue
		}
		if _, err := io.Copy(known.hash, io.NewSectionReader(f, 0, math.MaxInt64)); err != nil {
			return fmt.Errorf("%w: %w", ErrLocal, err)
		}
		if got := hex.EncodeToString(known.hash.Sum(nil)); !strings.EqualFold(got, known.want) {
			return fmt.Errorf("%w: the %s of %s is %s, expected %s; it was not kept", ErrMismatch, known.name, d.url.Redacted(), got, known.want)
		}
	}
	return nil
}

// checkSize compares the size that a file has, or that a server states, with the known one; 0 is not stated.
func (d *download) checkSize(size int64) error {
	switch {
	case size > d.limit():
		return d.tooLarge(size)
	case size > 0 && size < d.Size:
		return fmt.Errorf("%w: %s has %d bytes, expected %d", ErrMismatch, d.url.Redacted(), size, d.Size)
	}
	return nil
}

// tooLarge explains what is wrong with a file of size bytes or more.
func (d *download) tooLarge(size int64) error {
	kind := errTooLarge
	if d.Size > 0 {
		kind = ErrMismatch
	}
	return fmt.Errorf("%w: %s has %d bytes or more, expected at most %d", kind, d.url.Redacted(), size, d.limit())
}
