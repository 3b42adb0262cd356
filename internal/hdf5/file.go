package hdf5

import (
	"errors"
	"fmt"
	"io"
)

const signature = "\x89HDF\r\n\x1a\n"

// undefined is the address that stands for "nothing there", in files with 8-byte addresses.
const undefined = ^uint64(0)

// File is an open HDF5 file. It is safe for concurrent use as far as its reader is.
type File struct {
	r      io.ReaderAt // addresses are relative to the superblock, which a user block may precede
	size   uint64      // of r
	offset int         // bytes of an address
	length int         // bytes of a length
	root   uint64      // address of the root group's object header
}

// Open reads the superblock of a file of the given size.
func Open(r io.ReaderAt, size int64) (*File, error) {
	start, err := findSuperblock(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{r: io.NewSectionReader(r, start, size-start), size: uint64(size - start)}
	return f, f.readSuperblock(uint64(start))
}

// findSuperblock looks at 0, 512, 1024, 2048 and so on, as the specification says.
func findSuperblock(r io.ReaderAt, size int64) (int64, error) {
	var head [len(signature)]byte
	for at := int64(0); at+int64(len(head)) <= size; at = max(512, 2*at) {
		if _, err := r.ReadAt(head[:], at); err != nil {
			return 0, fmt.Errorf("read HDF5 superblock: %w", err)
		}
		if string(head[:]) == signature {
			return at, nil
		}
	}
	return 0, ErrNotHDF5
}

// readSuperblock reads the superblock, which lies at start. All addresses count from there but the file's end.
func (f *File) readSuperblock(start uint64) error {
	b, err := f.read(0, min(f.size, 128))
	if err != nil {
		return err
	}
	c := &cursor{b: b}
	c.skip(len(signature))
	var end uint64
	switch version := c.u8(); version {
	case 0, 1:
		end = f.oldSuperblock(c, version)
	case 2, 3:
		end = f.newSuperblock(c)
	default:
		return unsupported("superblock version %d", version)
	}
	switch {
	case c.overrun:
		return fmt.Errorf("%w: its superblock is incomplete", ErrTruncated)
	case f.offset != 4 && f.offset != 8 || f.length != 4 && f.length != 8:
		return unsupported("addresses of %d and lengths of %d bytes", f.offset, f.length)
	case end > start+f.size:
		return fmt.Errorf("%w: it has %d of %d bytes", ErrTruncated, start+f.size, end)
	}
	return nil
}

func (f *File) oldSuperblock(c *cursor, version int) (end uint64) {
	c.skip(4) // versions of parts that all have one version
	f.sizes(c)
	c.skip(1 + 2 + 2 + 4) // reserved, B-tree ranks, flags
	if version == 1 {
		c.skip(4) // rank of chunk B-trees
	}
	f.addr(c) // base address
	f.addr(c) // free-space information
	end = f.addr(c)
	f.addr(c) // driver information
	f.addr(c) // the root's name
	f.root = f.addr(c)
	return end
}

func (f *File) newSuperblock(c *cursor) (end uint64) {
	f.sizes(c)
	c.skip(1) // flags
	f.addr(c) // base address
	f.addr(c) // superblock extension
	end = f.addr(c)
	f.root = f.addr(c)
	return end
}

func (f *File) sizes(c *cursor) {
	f.offset, f.length = c.u8(), c.u8()
	if f.offset > 8 || f.length > 8 {
		c.bytes(-1) // nothing that follows can be read
	}
}

// addr reads an address; the undefined one is widened to 8 bytes.
func (f *File) addr(c *cursor) uint64 {
	a := c.uint(f.offset)
	if f.offset < 8 && a == 1<<(8*f.offset)-1 {
		return undefined
	}
	return a
}

func (f *File) len(c *cursor) uint64 { return c.uint(f.length) }

// read returns n bytes at an address.
func (f *File) read(at, n uint64) ([]byte, error) {
	if at > f.size || n > f.size-at {
		return nil, damaged("%d bytes at %d lie outside its %d bytes", n, at, f.size)
	}
	b := make([]byte, n)
	if _, err := f.r.ReadAt(b, int64(at)); err != nil && !(errors.Is(err, io.EOF) && at+n == f.size) {
		return nil, fmt.Errorf("read HDF5 file: %w", err)
	}
	return b, nil
}

// cursorAt opens a structure that ends somewhere within the next n bytes, or with the file.
func (f *File) cursorAt(at, n uint64) (*cursor, error) {
	if at >= f.size {
		return nil, damaged("address %d lies outside its %d bytes", at, f.size)
	}
	b, err := f.read(at, min(n, f.size-at))
	return &cursor{b: b}, err
}
