package hdf5

// cursor reads little-endian fields one after the other. After a read past the end it returns zeros and ok stays
// false, so that a structure is read in full and checked once.
type cursor struct {
	b       []byte
	overrun bool
}

func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.overrun = true
		c.b = nil
		return nil
	}
	head := c.b[:n]
	c.b = c.b[n:]
	return head
}

func (c *cursor) skip(n int) { c.bytes(n) }

// uint reads an unsigned integer of n bytes, at most 8.
func (c *cursor) uint(n int) uint64 {
	var v uint64
	for i, b := range c.bytes(n) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (c *cursor) u8() int     { return int(c.uint(1)) }
func (c *cursor) u16() int    { return int(c.uint(2)) }
func (c *cursor) u32() uint32 { return uint32(c.uint(4)) }

// sign reads a signature and reports whether it is the one expected.
func (c *cursor) sign(want string) bool { return string(c.bytes(len(want))) == want }

// err says whether everything read so far was there.
func (c *cursor) err(what string) error {
	if c.overrun {
		return damaged("%s is cut short", what)
	}
	return nil
}
