package onnx

import (
	"math"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Arithmetic that says when it has no answer.

// integerTypes are the smallest and the largest number of each type; of uint64 those that int64 holds.
var integerTypes = map[onnxpb.TensorProto_DataType][2]int64{
	onnxpb.TensorProto_INT8:   {math.MinInt8, math.MaxInt8},
	onnxpb.TensorProto_INT16:  {math.MinInt16, math.MaxInt16},
	onnxpb.TensorProto_INT32:  {math.MinInt32, math.MaxInt32},
	onnxpb.TensorProto_INT64:  {math.MinInt64, math.MaxInt64},
	onnxpb.TensorProto_UINT8:  {0, math.MaxUint8},
	onnxpb.TensorProto_UINT16: {0, math.MaxUint16},
	onnxpb.TensorProto_UINT32: {0, math.MaxUint32},
	onnxpb.TensorProto_UINT64: {0, math.MaxInt64},
}

// compute lists what each of count steps gives, or nil when one of them has no answer.
func compute[T any](count int, step func(i int) (T, bool)) []T {
	list := make([]T, count)
	for i := range list {
		v, ok := step(i)
		if !ok {
			return nil
		}
		list[i] = v
	}
	return list
}

// rounded is a number as float32, and whether it is finite.
func rounded(x float64) (float32, bool) {
	v := float32(x)
	return v, !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func sum(x, y int64) (int64, bool) { return x + y, (x+y > x) == (y > 0) }

func difference(x, y int64) (int64, bool) { return x - y, (x-y < x) == (y > 0) }

func product(x, y int64) (int64, bool) {
	if x == 0 || y == 0 {
		return 0, true
	}
	p := x * y
	return p, p/y == x && p/x == y
}

func quotient(x, y int64) (int64, bool) {
	if y == 0 || x == math.MinInt64 && y == -1 {
		return 0, false
	}
	return x / y, true
}

// remainder has the sign of x.
func remainder(x, y int64) (int64, bool) {
	if y == 0 {
		return 0, false
	}
	return x % y, true
}

// modulo has the sign of y.
func modulo(x, y int64) (int64, bool) {
	r, ok := remainder(x, y)
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r, ok
}

func power(x, y int64) (int64, bool) {
	if y < 0 || y > 63 {
		return 0, false
	}
	result, ok := int64(1), true
	for range y {
		if result, ok = product(result, x); !ok {
			return 0, false
		}
	}
	return result, true
}
