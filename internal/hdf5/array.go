package hdf5

import (
	"fmt"
	"slices"
)

// Classes of data layouts.
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
)

// layout says where an array's elements are.
type layout struct {
	class int
	data  []byte // compact: the elements
	at    uint64 // contiguous: of the elements; chunked: of the index
	size  uint64 // contiguous: bytes of the elements
	chunk []uint64
	index chunkIndex
}

// Float32s returns an array's elements in row-major order, converted from whatever numbers they are.
func (o *Object) Float32s() ([]float32, error) {
	t, err := o.datatype()
	if err != nil {
		return nil, err
	}
	b, err := o.elements(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.path, err)
	}
	out, err := t.float32s(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.path, err)
	}
	return out, nil
}

// elements returns an array's bytes as if it were contiguous.
func (o *Object) elements(t datatype) ([]byte, error) {
	s, err := o.dataspace()
	if err != nil {
		return nil, err
	}
	n, ok := product(append([]uint64{uint64(t.size)}, s.dims...))
	if !ok {
		return nil, damaged("an array of shape %v is impossible", s.dims)
	}
	if n == 0 || s.null {
		return nil, nil
	}
	b, ok, err := body(o.messages, msgLayout)
	if !ok || err != nil {
		return nil, o.lacks("layout", err)
	}
	l, err := o.f.parseLayout(b)
	if err != nil {
		return nil, err
	}
	switch l.class {
	case layoutCompact:
		return exactly(l.data, n)
	case layoutContiguous:
		return o.f.contiguous(l, n)
	default:
		return o.chunked(l, s.dims, t, n)
	}
}

func exactly(b []byte, n uint64) ([]byte, error) {
	if uint64(len(b)) < n {
		return nil, damaged("array of %d bytes where %d should be", len(b), n)
	}
	return b[:n], nil
}

func (f *File) contiguous(l layout, n uint64) ([]byte, error) {
	if l.at == undefined {
		return nil, damaged("an array was never written")
	}
	if l.size < n {
		return nil, damaged("array of %d bytes where %d should be", l.size, n)
	}
	return f.read(l.at, n)
}

func (f *File) parseLayout(b []byte) (layout, error) {
	c := &cursor{b: b}
	version := c.u8()
	if version != 3 && version != 4 {
		return layout{}, unsupported("data layout version %d", version)
	}
	l := layout{class: c.u8()}
	switch l.class {
	case layoutCompact:
		l.data = c.bytes(c.u16())
	case layoutContiguous:
		l.at, l.size = f.addr(c), f.len(c)
	case layoutChunked:
		if version == 3 {
			f.oldChunks(c, &l)
		} else if err := f.newChunks(c, &l); err != nil {
			return l, err
		}
	default:
		return l, unsupported("data layout class %d", l.class)
	}
	if err := c.err("data layout"); err != nil {
		return l, err
	}
	if slices.Contains(l.chunk, 0) {
		return l, damaged("chunks of shape %v", l.chunk)
	}
	return l, nil
}

// oldChunks reads a layout whose chunks are indexed by a version 1 B-tree.
func (f *File) oldChunks(c *cursor, l *layout) {
	rank := c.u8() - 1
	l.at = f.addr(c)
	for range rank {
		l.chunk = append(l.chunk, uint64(c.u32()))
	}
	c.skip(4) // bytes of an element
	l.index = chunkIndex{kind: indexTree}
}

// newChunks reads a layout that names its index.
func (f *File) newChunks(c *cursor, l *layout) error {
	flags, rank, width := c.u8(), c.u8()-1, c.u8()
	if width > 8 {
		return damaged("chunk sizes of %d bytes", width)
	}
	for range rank {
		l.chunk = append(l.chunk, c.uint(width))
	}
	c.skip(width) // bytes of an element
	l.index = chunkIndex{kind: c.u8()}
	switch l.index.kind {
	case indexSingle:
		if flags&2 != 0 { // filtered
			l.index.size, l.index.mask = f.len(c), c.u32()
		}
	case indexImplicit:
	case indexFixed:
		l.index.pageBits = c.u8()
	case 4:
		return unsupported("arrays that can grow (extensible array index)")
	case 5:
		return unsupported("arrays that can grow (version 2 B-tree index)")
	default:
		return unsupported("chunk index %d", l.index.kind)
	}
	l.at = f.addr(c)
	return nil
}
