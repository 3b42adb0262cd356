package vecscan

import (
	"encoding/binary"
	"math"
	"testing"
)

// Chunks of any bytes are answered or refused; the answer never has a number that is not finite.
func FuzzChunk(f *testing.F) {
	db := open(f)
	f.Add(0, 3.0, 5, []byte{255}, make([]byte, 64), make([]byte, 64), pack([]float32{1, 2}))
	f.Add(3, 1.5, 1, []byte{7}, make([]byte, 64), pack([]float32{1, 2, 3, 4, 5, 6, 7, 8}), pack([]float32{1}))
	f.Add(3, 3.0, 4096, []byte{}, []byte{}, []byte{}, pack([]float32{1}))
	f.Add(1, 2.0, 1, []byte{1}, []byte{1}, []byte{1}, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, metric int, p float64, k int, validity, rowids, vectors, query []byte) {
		var packed []byte
		err := db.QueryRow(`SELECT convnet_knn(?, ?, ?, NULL, ?, ?, ?, ?)`, metric, p, k, query, validity, rowids, vectors).Scan(&packed)
		if err != nil {
			return
		}
		plausible(t, packed, k, 8*len(validity))
	})
}

// plausible checks an answer as far as that is possible without knowing the question.
func plausible(t *testing.T, packed []byte, k, rows int) {
	t.Helper()
	r, err := Unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Neighbors) > k || len(r.Neighbors) > r.Compared || r.Compared > rows {
		t.Errorf("%d neighbors of %d compared, k %d", len(r.Neighbors), r.Compared, k)
	}
	last := Neighbor{Rowid: math.MinInt64}
	for _, n := range append(r.Neighbors, Neighbor{Rowid: math.MaxInt64, Distance: r.Farthest}) {
		if !(n.Distance >= 0) || math.IsInf(n.Distance, 0) || n.Distance < last.Distance {
			t.Errorf("%v after %v", n, last)
		}
		last = n
	}
}

// Chunks of the right lengths with any numbers, among them the smallest, the largest, and those that are none.
func FuzzDistances(f *testing.F) {
	db := open(f)
	f.Add(uint8(0), 3.0, uint8(2), []byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add(uint8(3), 1.25, uint8(5), pack([]float32{3e38, -3e38, 1e-45, 0, 1}))
	f.Add(uint8(1), 3.0, uint8(17), pack([]float32{float32(math.NaN()), float32(math.Inf(1)), 2}))
	f.Fuzz(func(t *testing.T, metric uint8, p float64, dim uint8, data []byte) {
		if dim == 0 || len(data) == 0 {
			return
		}
		numbers := make([]byte, 9*4*int(dim)) // a query and eight rows, filled with the data over and over
		for i := range numbers {
			numbers[i] = data[(i+i/len(data))%len(data)]
		}
		query, vectors := numbers[:4*int(dim)], numbers[4*int(dim):]
		if !allFinite(query) {
			return
		}
		var packed []byte
		err := db.QueryRow(`SELECT convnet_knn(?, ?, 5, NULL, ?, x'ff', zeroblob(64), ?)`, metric%4, p, query, vectors).Scan(&packed)
		switch {
		case err == nil:
			plausible(t, packed, 5, 8)
		case allFinite(vectors) && p >= 1:
			t.Errorf("finite numbers refused: %v", err)
		}
	})
}

func allFinite(b []byte) bool {
	for ; len(b) >= 4; b = b[4:] {
		if binary.NativeEndian.Uint32(b)&0x7f800000 == 0x7f800000 {
			return false
		}
	}
	return true
}
