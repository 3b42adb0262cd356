package hdf5

import "strings"

// attribute is a small named array kept with its object.
type attribute struct {
	name  string
	typ   datatype
	space dataspace
	data  []byte
}

// attribute finds an attribute in the object's messages or in its dense storage.
func (o *Object) attribute(name string) (attribute, error) {
	for _, m := range o.messages {
		if m.kind != msgAttribute {
			continue
		}
		if m.flags&2 != 0 {
			return attribute{}, unsupported("shared header messages")
		}
		if a, found, err := o.f.attributeNamed(name, m.body); found {
			return a, err
		}
	}
	return o.denseAttribute(name)
}

func (o *Object) denseAttribute(name string) (attribute, error) {
	b, ok, err := body(o.messages, msgAttrInfo)
	if !ok || err != nil {
		return attribute{}, orNotFound(err)
	}
	c := &cursor{b: b}
	c.skip(1) // version
	if flags := c.u8(); flags&1 != 0 {
		c.skip(2) // largest creation order
	}
	heap, index := o.f.addr(c), o.f.addr(c)
	if err := c.err("attribute information"); err != nil || heap == undefined {
		return attribute{}, orNotFound(err)
	}
	var match attribute
	found := false
	err = o.f.dense(heap, index, 0, func(b []byte) error {
		a, hit, err := o.f.attributeNamed(name, b)
		if hit {
			match, found = a, true
		}
		return err
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return match, err
}

func orNotFound(err error) error {
	if err == nil {
		return ErrNotFound
	}
	return err
}

// attributeNamed parses an attribute if it has the name. Others are not looked into: they may be of types that nobody
// asks for.
func (f *File) attributeNamed(name string, b []byte) (a attribute, found bool, err error) {
	c := &cursor{b: b}
	version, flags := c.u8(), c.u8()
	sizes := [3]int{c.u16(), c.u16(), c.u16()} // of name, type, space
	pad := 0
	switch version {
	case 1:
		pad = 8
	case 2:
	case 3:
		c.skip(1) // character set
	default:
		return a, true, unsupported("attribute version %d", version)
	}
	part := func(i int) []byte {
		b := c.bytes(sizes[i])
		if pad > 0 {
			c.skip(-sizes[i] & (pad - 1))
		}
		return b
	}
	if a.name, _, _ = strings.Cut(string(part(0)), "\x00"); a.name != name {
		return a, false, c.err("attribute")
	}
	typ, space := part(1), part(2)
	if version > 1 && flags&3 != 0 {
		return a, true, unsupported("attributes of a committed type")
	}
	if err := c.err("attribute"); err != nil {
		return a, true, err
	}
	a.data = c.b
	if a.space, err = f.parseDataspace(space); err != nil {
		return a, true, err
	}
	a.typ, err = parseDatatype(typ)
	return a, true, err
}

// text turns an attribute's elements into strings.
func (f *File) text(a attribute) ([]string, error) {
	n, ok := a.space.elements()
	if n == 0 {
		return nil, nil
	}
	if !ok || n > uint64(len(a.data))/uint64(a.typ.size) {
		return nil, damaged("%v elements in %d bytes", a.space.dims, len(a.data))
	}
	if a.typ.class != classString && a.typ.class != classVlen {
		return nil, unsupported("numbers where text is expected")
	}
	heap := globalHeap{f: f}
	out, spent := make([]string, n), uint64(0)
	for i := range out {
		element := a.data[i*a.typ.size : (i+1)*a.typ.size]
		if a.typ.class == classVlen {
			var err error
			if element, err = heap.element(element); err != nil {
				return nil, err
			}
		}
		if spent += uint64(len(element)); spent > f.size { // strings do not share their bytes
			return nil, damaged("more text than the file can hold")
		}
		out[i] = trimText(element, a.typ.spaced)
	}
	return out, nil
}

// trimText drops what fills a string up to its size.
func trimText(b []byte, spaced bool) string {
	if spaced {
		return strings.TrimRight(string(b), " ")
	}
	text, _, _ := strings.Cut(string(b), "\x00")
	return text
}
