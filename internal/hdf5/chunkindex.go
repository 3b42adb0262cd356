package hdf5

// Kinds of chunk index; the first is ours, for the version 1 B-tree of older layouts.
const (
	indexTree     = 0
	indexSingle   = 1
	indexImplicit = 2
	indexFixed    = 3
)

// chunkIndex says how an array's chunks are found.
type chunkIndex struct {
	kind     int
	size     uint64 // single: bytes stored, 0 when not filtered
	mask     uint32 // single: filters not applied
	pageBits int    // fixed: log2 of the entries per page
}

// chunks lists an array's chunks; whole is the size of one before it is filtered.
func (f *File) chunks(l layout, g grid, whole uint64) ([]chunk, error) {
	if l.at == undefined {
		return nil, damaged("an array was never written")
	}
	switch l.index.kind {
	case indexTree:
		return f.treeChunks(l.at, g)
	case indexSingle:
		size := l.index.size
		if size == 0 {
			size = whole
		}
		return []chunk{{l.at, size, l.index.mask, make([]uint64, len(g.dims))}}, nil
	case indexImplicit:
		return f.implicitChunks(l.at, g, whole)
	default:
		return f.fixedChunks(l, g, whole)
	}
}

// treeChunks walks a version 1 B-tree, whose keys are stored size, filter mask and offset.
func (f *File) treeChunks(root uint64, g grid) ([]chunk, error) {
	const chunks = 1
	rank := len(g.dims)
	w := &tree1{f: f, kind: chunks, key: 8 + 8*(rank+1)}
	var list []chunk
	seen := map[uint64]bool{}
	err := w.walk(root, func(key []byte, child uint64) error {
		c := &cursor{b: key}
		k := chunk{at: child, size: c.uint(4), mask: c.u32()}
		for range rank {
			k.offset = append(k.offset, c.uint(8))
		}
		i, ok := g.number(k.offset)
		if !ok || seen[i] {
			return damaged("a chunk at %v of an array of %v", k.offset, g.dims)
		}
		seen[i] = true
		list = append(list, k)
		return nil
	})
	return list, err
}

// implicitChunks lie one after the other.
func (f *File) implicitChunks(at uint64, g grid, whole uint64) ([]chunk, error) {
	if g.count > f.size/whole {
		return nil, damaged("%d chunks of %d bytes in %d", g.count, whole, f.size)
	}
	list := make([]chunk, g.count)
	for i := range list {
		list[i] = chunk{at: at + uint64(i)*whole, size: whole, offset: g.offset(uint64(i))}
	}
	return list, nil
}

// fixedArray is a table of all chunks, in pages when it is long.
type fixedArray struct {
	f        *File
	filtered bool
	entry    int // bytes of an entry
	page     uint64
	count    uint64
}

func (f *File) fixedChunks(l layout, g grid, whole uint64) ([]chunk, error) {
	c, err := f.cursorAt(l.at, 64)
	if err != nil {
		return nil, err
	}
	if !c.sign("FAHD") {
		return nil, damaged("no fixed array at %d", l.at)
	}
	c.skip(1) // version
	a := fixedArray{f: f, filtered: c.u8() == 1, entry: c.u8()}
	bits := c.u8()
	a.count = f.len(c)
	at := f.addr(c)
	if err := c.err("fixed array"); err != nil {
		return nil, err
	}
	if bits > 40 || a.count != g.count || a.entry < f.offset || a.count > f.size/uint64(a.entry) {
		return nil, damaged("fixed array of %d entries of %d bytes for %d chunks", a.count, a.entry, g.count)
	}
	if a.filtered && (a.entry < f.offset+5 || a.entry > f.offset+12) {
		return nil, damaged("fixed array with entries of %d bytes", a.entry)
	}
	a.page = 1 << bits
	entries, err := a.read(at)
	if err != nil {
		return nil, err
	}
	return a.parse(entries, g, whole), nil
}

// read returns all entries. In a long table they come in pages, each with a checksum of 4 bytes behind it, after a
// bitmap of the pages that were written.
func (a fixedArray) read(at uint64) ([]byte, error) {
	head := uint64(4 + 1 + 1 + a.f.offset)
	c, err := a.f.cursorAt(at, head)
	if err != nil {
		return nil, err
	}
	if !c.sign("FADB") {
		return nil, damaged("no fixed array data block at %d", at)
	}
	size := uint64(a.entry)
	if a.count <= a.page {
		return a.f.read(at+head, a.count*size)
	}
	pages := (a.count + a.page - 1) / a.page
	at += head + (pages+7)/8 + 4
	var all []byte
	for i := range pages {
		n := min(a.page, a.count-i*a.page)
		b, err := a.f.read(at, n*size)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
		at += a.page*size + 4
	}
	return all, nil
}

func (a fixedArray) parse(entries []byte, g grid, whole uint64) []chunk {
	c := &cursor{b: entries}
	list := make([]chunk, a.count)
	for i := range list {
		k := chunk{at: a.f.addr(c), size: whole, offset: g.offset(uint64(i))}
		if a.filtered {
			k.size, k.mask = c.uint(a.entry-a.f.offset-4), c.u32()
		} else {
			c.skip(a.entry - a.f.offset)
		}
		list[i] = k
	}
	return list
}
