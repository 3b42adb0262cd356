package hdf5

import "bytes"

// symbolTable reads a group of the old form: a version 1 B-tree of symbol nodes, with the names in a local heap.
func (f *File) symbolTable(b []byte, links map[string]uint64) error {
	c := &cursor{b: b}
	tree, heap := f.addr(c), f.addr(c)
	if err := c.err("symbol table"); err != nil {
		return err
	}
	names, err := f.localHeap(heap)
	if err != nil {
		return err
	}
	const group = 0
	w := &tree1{f: f, kind: group, key: f.length}
	return w.walk(tree, func(_ []byte, child uint64) error {
		b, err := f.symbolNode(child)
		if err != nil {
			return err
		}
		if err := w.spend(len(b)); err != nil {
			return err
		}
		return f.symbols(b, names, links)
	})
}

func (f *File) localHeap(at uint64) ([]byte, error) {
	c, err := f.cursorAt(at, 32)
	if err != nil {
		return nil, err
	}
	if !c.sign("HEAP") {
		return nil, damaged("no local heap at %d", at)
	}
	c.skip(4) // version, reserved
	size := f.len(c)
	f.len(c) // free list
	data := f.addr(c)
	if err := c.err("local heap"); err != nil {
		return nil, err
	}
	return f.read(data, size)
}

// symbolNode returns a node's entries.
func (f *File) symbolNode(at uint64) ([]byte, error) {
	c, err := f.cursorAt(at, 8)
	if err != nil {
		return nil, err
	}
	if !c.sign("SNOD") {
		return nil, damaged("no symbol node at %d", at)
	}
	c.skip(2) // version, reserved
	return f.read(at+8, c.uint(2)*f.symbolSize())
}

func (f *File) symbolSize() uint64 { return uint64(2*f.offset + 24) }

func (f *File) symbols(entries, names []byte, links map[string]uint64) error {
	c := &cursor{b: entries}
	for range uint64(len(entries)) / f.symbolSize() {
		name, header := f.addr(c), f.addr(c)
		const softLink = 2
		kind := c.u32()
		c.skip(4 + 16) // reserved, scratch
		if name >= uint64(len(names)) {
			return damaged("a link's name lies outside its heap")
		}
		text, _, ended := bytes.Cut(names[name:], []byte{0})
		if !ended {
			return damaged("a link's name has no end")
		}
		if kind != softLink {
			links[string(text)] = header
		}
	}
	return nil
}
