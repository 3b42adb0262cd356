package hdf5

// Types of object header messages that are read.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgLink         = 0x06
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttrInfo     = 0x15
)

// maxBlocks bounds the continuation blocks of one object header.
const maxBlocks = 4096

// message is one entry of an object header.
type message struct {
	kind  int
	flags int
	body  []byte
}

// block is a piece of the file that holds messages.
type block struct{ at, n uint64 }

// header collects an object's messages from its header and the blocks that continue it.
func (f *File) header(at uint64) ([]message, error) {
	c, err := f.cursorAt(at, 64)
	if err != nil {
		return nil, err
	}
	if string(c.b[:min(4, len(c.b))]) == "OHDR" {
		return f.newHeader(c, at)
	}
	return f.oldHeader(c, at)
}

func (f *File) oldHeader(c *cursor, at uint64) ([]message, error) {
	if version := c.u8(); version != 1 {
		return nil, damaged("no object header at %d", at)
	}
	c.skip(1 + 2 + 4) // reserved, message count, reference count
	size := c.uint(4)
	if err := c.err("object header"); err != nil {
		return nil, err
	}
	return f.messages([]block{{at + 16, size}}, oldMessage, 0)
}

func (f *File) newHeader(c *cursor, at uint64) ([]message, error) {
	before := len(c.b)
	c.skip(4)
	version, flags := c.u8(), c.u8()
	if version != 2 {
		return nil, unsupported("object header version %d", version)
	}
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // limits of attribute storage
	}
	size := c.uint(1 << (flags & 3))
	if err := c.err("object header"); err != nil {
		return nil, err
	}
	read := newMessage
	if flags&0x04 != 0 {
		read = orderedMessage
	}
	return f.messages([]block{{at + uint64(before-len(c.b)), size}}, read, len("OCHK"))
}

// messages reads blocks, and those that they announce; a continuation has a signature of sign bytes and, if it has
// one, a checksum of 4.
func (f *File) messages(blocks []block, read func(*cursor) message, sign int) ([]message, error) {
	var all []message
	seen, total := map[uint64]bool{}, uint64(0)
	for i := 0; i < len(blocks); i++ {
		b := blocks[i]
		total += b.n
		if seen[b.at] || i > maxBlocks || b.n > f.size || total > f.size {
			return nil, damaged("object header continues in itself at %d", b.at)
		}
		seen[b.at] = true
		body, err := f.read(b.at, b.n)
		if err != nil {
			return nil, err
		}
		c := &cursor{b: body}
		if i > 0 && sign > 0 {
			if !c.sign("OCHK") || len(c.b) < 4 {
				return nil, damaged("no object header continuation at %d", b.at)
			}
			c.b = c.b[:len(c.b)-4]
		}
		for {
			m := read(c)
			if c.overrun {
				break // the rest is a gap
			}
			if m.kind == msgContinuation {
				next := &cursor{b: m.body}
				blocks = append(blocks, block{f.addr(next), f.len(next)})
				continue
			}
			all = append(all, m)
		}
	}
	return all, nil
}

func oldMessage(c *cursor) message {
	m := message{kind: c.u16()}
	size := c.u16()
	m.flags = c.u8()
	c.skip(3)
	m.body = c.bytes(size)
	return m
}

func newMessage(c *cursor) message {
	m := message{kind: c.u8()}
	size := c.u16()
	m.flags = c.u8()
	m.body = c.bytes(size)
	return m
}

func orderedMessage(c *cursor) message {
	m := message{kind: c.u8()}
	size := c.u16()
	m.flags = c.u8()
	c.skip(2) // creation order
	m.body = c.bytes(size)
	return m
}

// body returns the first message of a kind. Messages stored elsewhere and shared are not supported: they come from
// committed data types, which h5py makes only when asked to.
func body(messages []message, kind int) ([]byte, bool, error) {
	for _, m := range messages {
		if m.kind != kind {
			continue
		}
		if m.flags&2 != 0 {
			return nil, true, unsupported("shared header messages")
		}
		return m.body, true, nil
	}
	return nil, false, nil
}
