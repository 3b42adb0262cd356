package hdf5

import (
	"encoding/binary"
	"math"
)

// Classes of data types that are read.
const (
	classInteger = 0
	classFloat   = 1
	classString  = 3
	classVlen    = 9
)

var classNames = map[int]string{
	2: "times", 4: "bit fields", 5: "opaque data", 6: "compound data", 7: "references", 8: "enumerations", 10: "arrays",
}

// datatype is the type of one element.
type datatype struct {
	class  int
	size   int // bytes of an element in the file
	bits   int // class-specific
	spaced bool
	float  [5]int // of a float: where exponent and mantissa lie, their sizes, and the bias
}

func parseDatatype(b []byte) (datatype, error) {
	c := &cursor{b: b}
	t := datatype{class: c.u8() & 15, bits: int(c.uint(3)), size: int(c.u32())}
	switch t.class {
	case classFloat:
		c.skip(4) // bit offset, precision
		t.float = [5]int{c.u8(), c.u8(), c.u8(), c.u8(), int(c.u32())}
	case classVlen:
		if t.bits&15 != 1 {
			return t, unsupported("sequences of variable length")
		}
	case classString:
		t.spaced = t.bits&15 == 2
	case classInteger:
	default:
		name := classNames[t.class]
		if name == "" {
			return t, damaged("unknown data type class %d", t.class)
		}
		return t, unsupported("elements that are %s", name)
	}
	if t.size <= 0 || t.size > 1<<24 {
		return t, damaged("elements of %d bytes", t.size)
	}
	return t, c.err("data type")
}

// ieee lists the three float formats: exponent at, exponent bits, mantissa at, mantissa bits, bias.
var ieee = map[int][5]int{
	2: {10, 5, 0, 10, 15},
	4: {23, 8, 0, 23, 127},
	8: {52, 11, 0, 52, 1023},
}

// float32s converts n elements.
func (t datatype) float32s(b []byte) ([]float32, error) {
	value, err := t.reader()
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(b)/t.size)
	for i := range out {
		out[i] = value(b[i*t.size : (i+1)*t.size])
	}
	return out, nil
}

// reader returns the function that turns the bytes of one element into a number.
func (t datatype) reader() (func([]byte) float32, error) {
	order := binary.ByteOrder(binary.LittleEndian)
	if t.bits&1 != 0 {
		order = binary.BigEndian
	}
	switch {
	case t.class == classFloat && t.float == ieee[t.size] && t.bits&0x40 == 0:
		return floatReader(t.size, order), nil
	case t.class == classFloat:
		return nil, unsupported("floating-point numbers of %d bytes that are not IEEE 754", t.size)
	case t.class == classInteger && (t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8):
		return integerReader(t.size, order, t.bits&8 != 0), nil
	case t.class == classInteger:
		return nil, unsupported("integers of %d bytes", t.size)
	}
	return nil, unsupported("text where numbers are expected")
}

func floatReader(size int, order binary.ByteOrder) func([]byte) float32 {
	switch size {
	case 2:
		return func(b []byte) float32 { return half(order.Uint16(b)) }
	case 4:
		return func(b []byte) float32 { return math.Float32frombits(order.Uint32(b)) }
	default:
		return func(b []byte) float32 { return float32(math.Float64frombits(order.Uint64(b))) }
	}
}

func integerReader(size int, order binary.ByteOrder, signed bool) func([]byte) float32 {
	raw := map[int]func([]byte) uint64{
		1: func(b []byte) uint64 { return uint64(b[0]) },
		2: func(b []byte) uint64 { return uint64(order.Uint16(b)) },
		4: func(b []byte) uint64 { return uint64(order.Uint32(b)) },
		8: order.Uint64,
	}[size]
	if !signed {
		return func(b []byte) float32 { return float32(raw(b)) }
	}
	shift := 64 - 8*size
	return func(b []byte) float32 { return float32(int64(raw(b)<<shift) >> shift) }
}

// half converts IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exponent, mantissa := uint32(h>>15), uint32(h>>10&31), uint32(h&1023)
	switch exponent {
	case 0:
		v := float32(mantissa) / (1 << 24)
		if sign == 1 {
			return -v
		}
		return v
	case 31:
		return math.Float32frombits(sign<<31 | 0xff<<23 | mantissa<<13)
	default:
		return math.Float32frombits(sign<<31 | (exponent+112)<<23 | mantissa<<13)
	}
}
