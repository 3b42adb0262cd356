package hdf5

// globalHeap reads strings of variable length, which lie in collections that elements point into.
type globalHeap struct {
	f     *File
	at    uint64 // of the collection read last
	items map[int][]byte
	spent uint64
}

// element follows a reference: length, address of a collection, index in it.
func (h *globalHeap) element(reference []byte) ([]byte, error) {
	c := &cursor{b: reference}
	n, at, index := c.u32(), h.f.addr(c), int(c.u32())
	if err := c.err("reference to a string"); err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, nil
	}
	if h.items == nil || h.at != at {
		if err := h.collection(at); err != nil {
			return nil, err
		}
	}
	item, ok := h.items[index]
	if !ok || uint64(n) > uint64(len(item)) {
		return nil, damaged("a string of %d bytes is not where it should be", n)
	}
	return item[:n], nil
}

func (h *globalHeap) collection(at uint64) error {
	f := h.f
	c, err := f.cursorAt(at, 16)
	if err != nil {
		return err
	}
	if !c.sign("GCOL") {
		return damaged("no global heap collection at %d", at)
	}
	c.skip(4) // version, reserved
	size, head := f.len(c), uint64(8+f.length)
	// Strings come in the order of their collections, so every collection is read about once.
	if h.spent += size; size < head || size > f.size || h.spent > 16*f.size {
		return damaged("global heap collection of %d bytes", size)
	}
	b, err := f.read(at, size)
	if err != nil {
		return err
	}
	h.at, h.items = at, map[int][]byte{}
	c = &cursor{b: b[head:]}
	for len(c.b) >= 8+f.length {
		index := c.u16()
		c.skip(6) // reference count, reserved
		n := f.len(c)
		if index == 0 {
			break // free space
		}
		if n > uint64(len(c.b)) {
			return damaged("global heap object of %d bytes", n)
		}
		h.items[index] = c.bytes(int(n))
		c.skip(min(int(-n&7), len(c.b)))
	}
	return nil
}
