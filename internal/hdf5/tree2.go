package hdf5

import "math/bits"

// tree2 is the header of a version 2 B-tree.
type tree2 struct {
	f        *File
	nodeSize uint64
	record   int // bytes of a record
	count    int // bytes of a record count in a child pointer
	totals   []int
	visit    func([]byte) error
	spent    uint64
}

// walkTree2 calls visit with every record of a version 2 B-tree.
func (f *File) walkTree2(at uint64, visit func(record []byte) error) error {
	if at == undefined {
		return nil
	}
	c, err := f.cursorAt(at, 64)
	if err != nil {
		return err
	}
	if !c.sign("BTHD") {
		return damaged("no version 2 B-tree at %d", at)
	}
	c.skip(2) // version, type
	t := &tree2{f: f, nodeSize: uint64(c.u32()), record: c.u16(), visit: visit}
	depth := c.u16()
	c.skip(2) // split and merge percentages
	root, n := f.addr(c), c.u16()
	if err := c.err("version 2 B-tree"); err != nil || root == undefined {
		return err
	}
	if err := t.layout(depth); err != nil {
		return err
	}
	return t.node(root, n, depth)
}

// Bytes around the records of a node: signature, version, type, checksum.
const nodeFrame = 10

// layout computes how wide the counts in child pointers are: wide enough for the most records that a child and all
// below it can hold.
func (t *tree2) layout(depth int) error {
	const deepest = 16
	if depth > deepest || t.record == 0 || t.nodeSize < nodeFrame+uint64(t.record) || t.nodeSize > t.f.size {
		return damaged("version 2 B-tree of depth %d with nodes of %d and records of %d bytes", depth, t.nodeSize, t.record)
	}
	most := (t.nodeSize - nodeFrame) / uint64(t.record)
	t.count = width(most)
	t.totals = []int{0} // leaves need no total
	total := most
	for range depth {
		pointer := uint64(t.f.offset + t.count + t.totals[len(t.totals)-1])
		if t.nodeSize < nodeFrame+pointer {
			return damaged("version 2 B-tree with nodes of %d bytes", t.nodeSize)
		}
		here := (t.nodeSize - nodeFrame - pointer) / (uint64(t.record) + pointer)
		hi, lo := bits.Mul64(here+1, total)
		if hi != 0 || lo > 1<<62 {
			return damaged("version 2 B-tree of depth %d", depth)
		}
		total = lo + here
		t.totals = append(t.totals, width(total))
	}
	return nil
}

// width is the number of bytes that hold v.
func width(v uint64) int { return (bits.Len64(v|1)-1)/8 + 1 }

func (t *tree2) node(at uint64, n, depth int) error {
	if t.spent += t.nodeSize; t.spent > t.f.size { // nodes do not overlap
		return damaged("version 2 B-tree meets itself at %d", at)
	}
	b, err := t.f.read(at, t.nodeSize)
	if err != nil {
		return err
	}
	c := &cursor{b: b}
	sign := "BTLF"
	if depth > 0 {
		sign = "BTIN"
	}
	if !c.sign(sign) {
		return damaged("no version 2 B-tree node at %d", at)
	}
	c.skip(2) // version, type
	for range n {
		record := c.bytes(t.record)
		if c.overrun {
			return c.err("version 2 B-tree node")
		}
		if err := t.visit(record); err != nil {
			return err
		}
	}
	if depth == 0 {
		return nil
	}
	return t.children(c, n+1, depth)
}

func (t *tree2) children(c *cursor, n, depth int) error {
	for range n {
		at, records := t.f.addr(c), c.uint(t.count)
		c.skip(t.totals[depth-1])
		if err := c.err("version 2 B-tree node"); err != nil {
			return err
		}
		if records > t.nodeSize {
			return damaged("version 2 B-tree node of %d records", records)
		}
		if err := t.node(at, int(records), depth-1); err != nil {
			return err
		}
	}
	return nil
}
