package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Filters by their registered numbers.
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
)

var filterNames = map[int]string{4: "szip", 5: "nbit", 6: "scale-offset", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32015: "Zstandard"}

// pipeline lists the filters a chunk went through when it was written.
type pipeline []int

func (o *Object) filters() (pipeline, error) {
	b, ok, err := body(o.messages, msgFilters)
	if !ok || err != nil {
		return nil, err
	}
	c := &cursor{b: b}
	version, n := c.u8(), c.u8()
	switch version {
	case 1:
		c.skip(6)
	case 2:
	default:
		return nil, unsupported("filter pipeline version %d", version)
	}
	var p pipeline
	for range n {
		id := parseFilter(c, version)
		if id != filterDeflate && id != filterShuffle && id != filterFletcher {
			name := filterNames[id]
			if name == "" {
				name = fmt.Sprintf("number %d", id)
			}
			return nil, unsupported("the filter %s; write the file with gzip or uncompressed", name)
		}
		p = append(p, id)
	}
	return p, c.err("filter pipeline")
}

// parseFilter reads one description and returns the filter's number.
func parseFilter(c *cursor, version int) int {
	id, name := c.u16(), 0
	if version == 1 || id >= 256 {
		name = c.u16()
	}
	c.skip(2) // flags
	values := c.u16()
	if version == 1 {
		name = (name + 7) &^ 7
		values += values & 1 // padded to an even number
	}
	c.skip(name)
	c.skip(4 * values)
	return id
}

// expansion bounds the bytes that n stored bytes can become: deflate makes at most 1032 out of one.
func (p pipeline) expansion(n uint64) uint64 {
	for _, id := range p {
		if id == filterDeflate {
			const most = 1032
			if n > math.MaxUint64/most {
				return math.MaxUint64
			}
			n *= most
		}
	}
	return n
}

// undo turns a stored chunk back into its plain bytes, of which there must be n.
func (p pipeline) undo(b []byte, mask uint32, n uint64, element int) ([]byte, error) {
	for i := len(p) - 1; i >= 0; i-- {
		if i < 32 && mask>>i&1 != 0 {
			continue
		}
		var err error
		switch p[i] {
		case filterDeflate:
			b, err = inflate(b, n)
		case filterShuffle:
			b = unshuffle(b, element)
		case filterFletcher:
			b, err = checkFletcher(b)
		}
		if err != nil {
			return nil, err
		}
	}
	return exactly(b, n)
}

// inflate decompresses at most n bytes, and the checksum that may follow them.
func inflate(b []byte, n uint64) ([]byte, error) {
	const checksum = 4
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, damaged("a chunk does not decompress: %v", err)
	}
	out := bytes.NewBuffer(make([]byte, 0, min(n, 8*uint64(len(b)))+bytes.MinRead))
	if _, err := io.CopyN(out, r, int64(n)+checksum); err != nil && !errors.Is(err, io.EOF) {
		return nil, damaged("a chunk does not decompress: %v", err)
	}
	return out.Bytes(), nil
}

// unshuffle gathers the elements' bytes, which were stored position by position; what remains at the end was not
// shuffled.
func unshuffle(b []byte, element int) []byte {
	n := len(b) / element
	out := make([]byte, len(b))
	for i := range n {
		for j := range element {
			out[i*element+j] = b[j*n+i]
		}
	}
	copy(out[n*element:], b[n*element:])
	return out
}

// checkFletcher verifies and removes the Fletcher-32 sum of big-endian 16-bit words behind a chunk.
func checkFletcher(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, damaged("a chunk lacks its checksum")
	}
	data, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	// HDF5 leaves 65535 where its arithmetic, modulo 65535, means 0.
	if sum>>16%65535<<16|sum&65535%65535 != fletcher32(data) {
		return nil, damaged("a chunk does not match its checksum")
	}
	return data, nil
}

func fletcher32(b []byte) uint32 {
	var low, high uint32
	for i := 0; i < len(b); i += 2 {
		word := uint32(b[i]) << 8
		if i+1 < len(b) {
			word |= uint32(b[i+1])
		}
		low = (low + word) % 65535
		high = (high + low) % 65535
	}
	return high<<16 | low
}
