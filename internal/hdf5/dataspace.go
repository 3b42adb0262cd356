package hdf5

import "math/bits"

// maxRank is HDF5's own limit.
const maxRank = 32

// dataspace is the shape of an array; a scalar has no dimensions, a null one no elements.
type dataspace struct {
	dims []uint64
	null bool
}

func (f *File) parseDataspace(b []byte) (dataspace, error) {
	c := &cursor{b: b}
	version, rank, _ := c.u8(), c.u8(), c.u8()
	var s dataspace
	switch version {
	case 1:
		c.skip(5)
	case 2:
		s.null = c.u8() == 2
	default:
		return s, unsupported("dataspace version %d", version)
	}
	if rank > maxRank {
		return s, damaged("array of %d dimensions", rank)
	}
	for range rank {
		s.dims = append(s.dims, f.len(c))
	}
	return s, c.err("dataspace")
}

// elements is the product of the dimensions; ok is false when it does not fit.
func (s dataspace) elements() (n uint64, ok bool) {
	if s.null {
		return 0, true
	}
	return product(s.dims)
}

// product multiplies without overflow; a result of 2^56 or more is as impossible as an overflow.
func product(dims []uint64) (n uint64, ok bool) {
	n, ok = 1, true
	for _, d := range dims {
		if d == 0 {
			return 0, true
		}
		hi, lo := bits.Mul64(n, d)
		if hi != 0 || lo >= 1<<56 {
			n, ok = 1, false // a later zero still makes it empty
			continue
		}
		n = lo
	}
	return n, ok
}
