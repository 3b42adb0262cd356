package hdf5

// links maps a group's member names to the addresses of their object headers, wherever the group keeps them. Soft and
// external links lead out of the group and are passed over.
func (f *File) links(messages []message) (map[string]uint64, error) {
	links := map[string]uint64{}
	for _, m := range messages {
		var err error
		switch m.kind {
		case msgSymbolTable:
			err = f.symbolTable(m.body, links)
		case msgLink:
			err = f.link(m.body, links)
		case msgLinkInfo:
			err = f.denseLinks(m.body, links)
		}
		if err != nil {
			return nil, err
		}
	}
	return links, nil
}

// link reads one link message.
func (f *File) link(b []byte, links map[string]uint64) error {
	c := &cursor{b: b}
	if version := c.u8(); version != 1 {
		return unsupported("link version %d", version)
	}
	flags, kind := c.u8(), 0
	if flags&0x08 != 0 {
		kind = c.u8()
	}
	if flags&0x04 != 0 {
		c.skip(8) // creation order
	}
	if flags&0x10 != 0 {
		c.skip(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	if n > uint64(len(c.b)) {
		return damaged("link with a name of %d bytes", n)
	}
	name := string(c.bytes(int(n)))
	if kind != 0 {
		return nil
	}
	links[name] = f.addr(c)
	return c.err("link")
}

// denseLinks reads the links of a large group: a version 2 B-tree of names that points into a fractal heap.
func (f *File) denseLinks(b []byte, links map[string]uint64) error {
	c := &cursor{b: b}
	if version := c.u8(); version != 0 {
		return unsupported("link information version %d", version)
	}
	if flags := c.u8(); flags&1 != 0 {
		c.skip(8) // largest creation order
	}
	heap, index := f.addr(c), f.addr(c)
	if err := c.err("link information"); err != nil || heap == undefined {
		return err
	}
	const afterHash = 4
	return f.dense(heap, index, afterHash, func(b []byte) error { return f.link(b, links) })
}

// dense calls use with every object of a fractal heap that a version 2 B-tree lists; skip is where in a record the
// object's identifier begins.
func (f *File) dense(heapAt, index uint64, skip int, use func([]byte) error) error {
	h, err := f.openHeap(heapAt)
	if err != nil {
		return err
	}
	spent := uint64(0)
	return f.walkTree2(index, func(record []byte) error {
		if len(record) < skip+h.idLen {
			return damaged("index records of %d bytes", len(record))
		}
		b, err := h.object(record[skip : skip+h.idLen])
		if err != nil {
			return err
		}
		if spent += uint64(len(b)); spent > f.size { // objects do not overlap
			return damaged("a fractal heap with more in it than in the file")
		}
		return use(b)
	})
}
