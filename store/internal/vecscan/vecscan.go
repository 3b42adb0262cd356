// Package vecscan finds nearest vectors in sqlite-vec's own storage.
//
// sqlite-vec knows two of the four metrics and scans without SIMD unless it is built for one CPU. This package is a SQL
// aggregate function, convnet_knn, which is fed the chunks in which a vec0 table keeps its vectors. It picks the fastest
// instructions that the CPU has at run time, keeps the k nearest in a heap, and computes their distances in 64-bit
// arithmetic, so that results are the same on every CPU.
package vecscan

/*
#cgo CFLAGS: -std=gnu11 -O3
#cgo LDFLAGS: -lm
#include <stdlib.h>
#include "vecscan.h"
*/
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"
	"unsafe"

	vec "github.com/asg017/sqlite-vec-go-bindings/cgo"
	_ "github.com/mattn/go-sqlite3" // has the symbols of sqlite3.h
)

// Metric is a metric's number in SQL.
type Metric int

// The metrics of convnet_knn.
const (
	Cosine      Metric = C.COSINE
	Euclidean   Metric = C.EUCLIDEAN
	SqEuclidean Metric = C.SQEUCLIDEAN
	Minkowski   Metric = C.MINKOWSKI
)

// MaxK is the largest k, the same as sqlite-vec's.
const MaxK = C.MAX_K

// Register adds vec0 and the functions of this package to every SQLite connection that is opened from now on.
var Register = sync.OnceFunc(func() {
	vec.Auto()
	C.vecscan_register()
})

// Kernel names the instructions in use: avx512, avx2, neon or portable.
func Kernel() string { return C.GoString(C.vecscan_kernel_name()) }

// Use chooses the instructions, for tests and comparisons. It reports false for what this CPU does not have.
func Use(kernel string) bool {
	name := C.CString(kernel)
	defer C.free(unsafe.Pointer(name))
	return C.vecscan_use(name) != 0
}

// Neighbor is a row and its distance from the query.
type Neighbor struct {
	Rowid    int64
	Distance float64
}

// Result is the answer of convnet_knn.
type Result struct {
	Compared  int
	Farthest  float64
	Neighbors []Neighbor // by distance, then rowid
}

// Unpack reads the blob that convnet_knn returns.
func Unpack(packed []byte) (Result, error) {
	if len(packed) < 16 || len(packed)%16 != 0 {
		return Result{}, fmt.Errorf("an answer of convnet_knn cannot have %d bytes", len(packed))
	}
	number := func(i int) uint64 { return binary.NativeEndian.Uint64(packed[8*i:]) }
	r := Result{Compared: int(number(0)), Farthest: math.Float64frombits(number(1))}
	r.Neighbors = make([]Neighbor, len(packed)/16-1)
	for i := range r.Neighbors {
		r.Neighbors[i] = Neighbor{Rowid: int64(number(2 + 2*i)), Distance: math.Float64frombits(number(3 + 2*i))}
	}
	return r, nil
}
