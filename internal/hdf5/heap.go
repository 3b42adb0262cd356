package hdf5

import "math/bits"

// fractalHeap holds the links or attributes of an object that has many.
type fractalHeap struct {
	f         *File
	idLen     int
	offsetLen int // bytes of an offset within the heap
	lengthLen int // bytes of an object's length
	columns   uint64
	first     uint64 // size of the smallest block
	direct    uint64 // size of the largest block that holds objects itself
	root      uint64
	rows      int // of the root block; 0 when it holds objects itself
}

func (f *File) openHeap(at uint64) (*fractalHeap, error) {
	c, err := f.cursorAt(at, 160)
	if err != nil {
		return nil, err
	}
	if !c.sign("FRHP") {
		return nil, damaged("no fractal heap at %d", at)
	}
	c.skip(1) // version
	h := &fractalHeap{f: f, idLen: c.u16()}
	filters := c.u16()
	c.skip(1) // flags
	largest := uint64(c.u32())
	c.skip(2*(f.length+f.offset) + 8*f.length) // huge and free space, statistics
	h.columns, h.first, h.direct = uint64(c.u16()), f.len(c), f.len(c)
	h.offsetLen = (c.u16() + 7) / 8
	c.skip(2) // rows of a new root
	h.root, h.rows = f.addr(c), c.u16()
	h.lengthLen = min((bits.Len64(h.direct)+6)/8, width(largest)) // of log2(direct) bits
	if filters > 0 {
		return nil, unsupported("compressed fractal heaps")
	}
	if err := c.err("fractal heap"); err != nil {
		return nil, err
	}
	return h, h.plausible()
}

func (h *fractalHeap) plausible() error {
	power := func(v uint64) bool { return bits.OnesCount64(v) == 1 && v < 1<<40 }
	if !power(h.first) || !power(h.direct) || h.direct < h.first || !power(h.columns) ||
		h.columns >= 1<<16 || h.offsetLen > 8 || h.lengthLen < 1 || h.idLen < 1+h.offsetLen+h.lengthLen || h.rows > 64 {
		return damaged("fractal heap with impossible sizes")
	}
	return nil
}

// object returns the bytes that an identifier names.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	const managed, tiny = 0, 2
	switch kind := id[0] >> 4 & 3; kind {
	case managed:
		c := &cursor{b: id[1:]}
		offset, n := c.uint(h.offsetLen), c.uint(h.lengthLen)
		return h.managed(offset, n)
	case tiny:
		n := int(id[0]&15) + 1
		if n > len(id)-1 {
			return nil, unsupported("long tiny objects in fractal heaps")
		}
		return id[1 : 1+n], nil
	default:
		return nil, unsupported("objects of more than 64 KB in a fractal heap")
	}
}

func (h *fractalHeap) managed(offset, n uint64) ([]byte, error) {
	at, start, size, err := h.locate(offset)
	if err != nil {
		return nil, err
	}
	if n > size || offset-start > size-n {
		return nil, damaged("an object leaves its block in a fractal heap")
	}
	return h.f.read(at+(offset-start), n)
}

// locate finds the direct block that covers an offset of the heap: its address, the offset it starts at and its size.
func (h *fractalHeap) locate(offset uint64) (at, start, size uint64, err error) {
	at, rows := h.root, h.rows
	if rows == 0 {
		return at, 0, h.first, nil
	}
	for {
		row, rowStart := h.row(offset - start)
		if row >= rows || row+bits.Len64(h.first) > 60 {
			return 0, 0, 0, damaged("an object lies outside its fractal heap")
		}
		size = h.blockSize(row)
		column := (offset - start - rowStart) / size
		child, err := h.entry(at, row, column)
		if err != nil {
			return 0, 0, 0, err
		}
		at, start = child, start+rowStart+column*size
		if size <= h.direct {
			return at, start, size, nil
		}
		rows = bits.Len64(size) - bits.Len64(h.first*h.columns) + 1
	}
}

// row finds the row of the doubling table that an offset falls into: the first two rows have blocks of the first
// size, every later one has blocks twice as large as the one before.
func (h *fractalHeap) row(offset uint64) (row int, start uint64) {
	q := offset / (h.first * h.columns)
	row = bits.Len64(q)
	if row > 0 {
		start = h.first * h.columns << (row - 1)
	}
	return row, start
}

func (h *fractalHeap) blockSize(row int) uint64 { return h.first << max(0, row-1) }

// entry reads a child's address from an indirect block. All its entries are addresses, row after row.
func (h *fractalHeap) entry(at uint64, row int, column uint64) (uint64, error) {
	c, err := h.f.cursorAt(at, 4)
	if err != nil {
		return 0, err
	}
	if !c.sign("FHIB") {
		return 0, damaged("no indirect block of a fractal heap at %d", at)
	}
	head := uint64(4 + 1 + h.f.offset + h.offsetLen)
	index := uint64(row)*h.columns + column
	b, err := h.f.read(at+head+index*uint64(h.f.offset), uint64(h.f.offset))
	if err != nil {
		return 0, err
	}
	return h.f.addr(&cursor{b: b}), nil
}
