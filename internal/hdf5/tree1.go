package hdf5

// tree1 walks a version 1 B-tree: of a group's symbol nodes, or of an array's chunks.
type tree1 struct {
	f     *File
	kind  int
	key   int // bytes of a key
	leaf  func(key []byte, child uint64) error
	spent uint64
}

// walk calls leaf with the key before, and the address of, every child of the lowest nodes.
func (w *tree1) walk(root uint64, leaf func(key []byte, child uint64) error) error {
	if root == undefined {
		return nil
	}
	w.leaf = leaf
	return w.node(root, -1)
}

// spend counts the bytes that belong to the tree. Its parts do not overlap, so a tree larger than the file is one that
// meets itself.
func (w *tree1) spend(n int) error {
	if w.spent += uint64(n); w.spent > w.f.size {
		return damaged("a B-tree meets itself")
	}
	return nil
}

// node visits a node; level is the one its parent promises, or -1.
func (w *tree1) node(at uint64, level int) error {
	f := w.f
	head := 8 + 2*f.offset
	c, err := f.cursorAt(at, uint64(head))
	if err != nil {
		return err
	}
	signed, kind, height, n := c.sign("TREE"), c.u8(), c.u8(), c.u16()
	if !signed || kind != w.kind || level >= 0 && height != level {
		return damaged("no B-tree node at %d", at)
	}
	size := n * (w.key + f.offset)
	if err := w.spend(head + size); err != nil {
		return err
	}
	b, err := f.read(at+uint64(head), uint64(size))
	if err != nil {
		return err
	}
	c = &cursor{b: b}
	for range n {
		key, child := c.bytes(w.key), f.addr(c)
		if height > 0 {
			err = w.node(child, height-1)
		} else {
			err = w.leaf(key, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
