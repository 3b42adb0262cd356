package vecscan

import (
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
		err := db.QueryRow(`SELECT convnet_knn(?, ?, ?, 0, ?, ?, ?, ?)`, metric, p, k, query, validity, rowids, vectors).Scan(&packed)
		if err != nil {
			return
		}
		r, err := Unpack(packed)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Neighbors) > k || len(r.Neighbors) > r.Compared || r.Compared > 8*len(validity) {
			t.Errorf("%d neighbors of %d compared, k %d", len(r.Neighbors), r.Compared, k)
		}
		last := Neighbor{Rowid: math.MinInt64}
		for _, n := range append(r.Neighbors, Neighbor{Rowid: math.MaxInt64, Distance: r.Farthest}) {
			if !(n.Distance >= 0) || math.IsInf(n.Distance, 0) || n.Distance < last.Distance {
				t.Errorf("%v after %v, query %v", n, last, query)
			}
			last = n
		}
	})
}
