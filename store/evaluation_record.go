package store

import (
	"encoding/binary"
	"math"
)

// A query takes about 30 bytes: unsigned varints where numbers are small as a rule, little-endian where they are not.
//
//	image id, less that of the query before (varint)
//	relevant, found                         (varints)
//	hits                                    (8 bytes)
//	average precision                       (4 bytes, float32)
//	how many categories follow              (varint)
//	the categories of the nearest           (varints)

func packQueries(queries []QueryRanks) []byte {
	out := make([]byte, 0, 32*len(queries))
	var before int64
	for _, q := range queries {
		out = binary.AppendUvarint(out, uint64(q.ImageID-before))
		out = binary.AppendUvarint(out, uint64(q.Relevant))
		out = binary.AppendUvarint(out, uint64(q.Found))
		out = binary.LittleEndian.AppendUint64(out, q.Hits)
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(q.Precision))
		out = binary.AppendUvarint(out, uint64(len(q.Nearest)))
		for _, c := range q.Nearest {
			out = binary.AppendUvarint(out, uint64(c))
		}
		before = q.ImageID
	}
	return out
}

// unpackQueries trusts nothing: files may be crafted.
func unpackQueries(data []byte, categories int) ([]QueryRanks, error) {
	r := recordReader{data: data}
	queries := make([]QueryRanks, 0, len(data)/24)
	places := make([]int, 0, len(data)/2) // of all queries, in one piece
	var before int64
	for len(r.data) > 0 && !r.bad {
		q := QueryRanks{ImageID: before + int64(r.number())}
		q.Relevant, q.Found = int(r.number()), int(r.number())
		q.Hits = binary.LittleEndian.Uint64(r.bytes(8))
		q.Precision = math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4)))
		from := len(places)
		for range min(r.number(), HitPlaces) {
			c := r.number()
			r.bad = r.bad || c >= uint64(categories)
			places = append(places, int(c))
		}
		q.Nearest = places[from:len(places):len(places)]
		r.bad = r.bad || q.ImageID <= before || q.Relevant < q.Found || !(q.Precision >= 0 && q.Precision <= 1)
		queries, before = append(queries, q), q.ImageID
	}
	if r.bad {
		return nil, sentence(ErrDamaged, "an evaluation cannot be read: run `convnet evaluate` after `convnet check --repair`")
	}
	return queries, nil
}

// recordReader reads numbers until there are none left; then it is bad and gives zeros.
type recordReader struct {
	data []byte
	bad  bool
}

func (r *recordReader) number() uint64 {
	n, size := binary.Uvarint(r.data)
	if size <= 0 || n > math.MaxInt64 {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[size:]
	return n
}

func (r *recordReader) bytes(n int) []byte {
	if len(r.data) < n {
		r.bad, r.data = true, nil
		return make([]byte, n)
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}
