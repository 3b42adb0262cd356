package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// FloatTensor makes a float32 tensor. It copies data.
func FloatTensor(name string, dims []int64, data []float32) *onnxpb.TensorProto {
	raw := make([]byte, 0, 4*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return &onnxpb.TensorProto{Name: name, Dims: dims, DataType: int32(onnxpb.TensorProto_FLOAT), RawData: raw}
}

// Int64Tensor makes an int64 tensor. It copies data.
func Int64Tensor(name string, dims []int64, data []int64) *onnxpb.TensorProto {
	raw := make([]byte, 0, 8*len(data))
	for _, v := range data {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return &onnxpb.TensorProto{Name: name, Dims: dims, DataType: int32(onnxpb.TensorProto_INT64), RawData: raw}
}

// Float32s reads a float32 tensor, whichever of the format's two ways it is
// written in.
func Float32s(t *onnxpb.TensorProto) ([]float32, error) {
	if t.GetDataType() != int32(onnxpb.TensorProto_FLOAT) {
		return nil, fmt.Errorf("tensor %s holds %s, not FLOAT", t.GetName(), dataType(t))
	}
	count, err := storedElements(t, 4, len(t.GetFloatData()))
	if err != nil {
		return nil, err
	}
	if len(t.GetRawData()) == 0 {
		return t.GetFloatData(), nil
	}
	data := make([]float32, count)
	for i := range data {
		data[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.RawData[4*i:]))
	}
	return data, nil
}

// integers reads an int32 or int64 tensor.
func integers(t *onnxpb.TensorProto) ([]int64, error) {
	switch onnxpb.TensorProto_DataType(t.GetDataType()) {
	case onnxpb.TensorProto_INT64:
		return int64s(t)
	case onnxpb.TensorProto_INT32:
		return int32s(t)
	}
	return nil, fmt.Errorf("tensor %s holds %s, not integers", t.GetName(), dataType(t))
}

func int64s(t *onnxpb.TensorProto) ([]int64, error) {
	count, err := storedElements(t, 8, len(t.GetInt64Data()))
	if err != nil || len(t.GetRawData()) == 0 {
		return t.GetInt64Data(), err
	}
	data := make([]int64, count)
	for i := range data {
		data[i] = int64(binary.LittleEndian.Uint64(t.RawData[8*i:]))
	}
	return data, nil
}

func int32s(t *onnxpb.TensorProto) ([]int64, error) {
	count, err := storedElements(t, 4, len(t.GetInt32Data()))
	if err != nil {
		return nil, err
	}
	data := make([]int64, count)
	for i := range data {
		if len(t.GetRawData()) == 0 {
			data[i] = int64(t.GetInt32Data()[i])
		} else {
			data[i] = int64(int32(binary.LittleEndian.Uint32(t.RawData[4*i:])))
		}
	}
	return data, nil
}

// storedElements is the number of elements the tensor's dimensions ask for,
// after checking that as many are stored in it.
func storedElements(t *onnxpb.TensorProto, size, typed int) (int64, error) {
	if t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		return 0, fmt.Errorf("tensor %s lies in an external file", t.GetName())
	}
	want, err := elements(t.GetDims())
	if err != nil {
		return 0, fmt.Errorf("tensor %s: %w", t.GetName(), err)
	}
	have := int64(typed)
	if raw := len(t.GetRawData()); raw > 0 {
		if raw%size != 0 {
			return 0, fmt.Errorf("tensor %s: %d bytes are no whole number of elements", t.GetName(), raw)
		}
		have = int64(raw / size)
	}
	if have != want {
		return 0, fmt.Errorf("tensor %s of shape %v stores %d elements", t.GetName(), t.GetDims(), have)
	}
	return want, nil
}

func dataType(t *onnxpb.TensorProto) string {
	return onnxpb.TensorProto_DataType(t.GetDataType()).String()
}

// maxElements bounds every shape, so that products of dimensions from a file
// cannot overflow.
const maxElements = 1 << 40

func elements(dims []int64) (int64, error) {
	count := int64(1)
	for _, d := range dims {
		if d < 0 || d > maxElements {
			return 0, fmt.Errorf("shape %v has a dimension out of range", dims)
		}
		if d > 0 && count > maxElements/d {
			return 0, fmt.Errorf("shape %v has too many elements", dims)
		}
		count *= d
	}
	return count, nil
}
