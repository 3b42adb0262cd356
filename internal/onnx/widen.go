package onnx

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// otherFloats are the types of numbers that Widen turns into float32, with their bytes.
var otherFloats = map[int32]int{
	int32(onnxpb.TensorProto_FLOAT16):  2,
	int32(onnxpb.TensorProto_BFLOAT16): 2,
	int32(onnxpb.TensorProto_DOUBLE):   8,
}

// Widen makes a graph of float16, bfloat16 or float64 compute in float32: its weights, its inputs and outputs, and the
// casts between. It returns the types it found, or none and the model itself. A double that float32 cannot hold becomes
// infinite.
func Widen(m *onnxpb.ModelProto) (*onnxpb.ModelProto, []string, error) {
	types := foundFloats(m)
	if len(types) == 0 {
		return m, nil, nil
	}
	wide := proto.Clone(m).(*onnxpb.ModelProto)
	for _, t := range wide.GetGraph().GetInitializer() {
		if err := widenTensor(t); err != nil {
			return nil, nil, err
		}
	}
	for _, n := range wide.GetGraph().GetNode() {
		if err := widenNode(n); err != nil {
			return nil, nil, err
		}
	}
	for _, infos := range [][]*onnxpb.ValueInfoProto{wide.GetGraph().GetInput(), wide.GetGraph().GetOutput(), wide.GetGraph().GetValueInfo()} {
		for _, info := range infos {
			if t := info.GetType().GetTensorType(); otherFloats[t.GetElemType()] > 0 {
				t.ElemType = int32(onnxpb.TensorProto_FLOAT)
			}
		}
	}
	return wide, types, nil
}

// foundFloats names the types other than float32 that a graph has numbers of.
func foundFloats(m *onnxpb.ModelProto) []string {
	var found []string
	note := func(kind int32) {
		name := onnxpb.TensorProto_DataType(kind).String()
		if otherFloats[kind] > 0 && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, in := range m.GetGraph().GetInput() {
		note(in.GetType().GetTensorType().GetElemType())
	}
	for _, t := range m.GetGraph().GetInitializer() {
		note(t.GetDataType())
	}
	for _, n := range m.GetGraph().GetNode() {
		for _, a := range n.GetAttribute() {
			note(a.GetT().GetDataType())
		}
		note(int32(intAttribute(n, "to", 0)))
	}
	return found
}

// widenNode changes the types that a node names: a constant's, and what a cast makes.
func widenNode(n *onnxpb.NodeProto) error {
	for _, a := range n.GetAttribute() {
		if a.GetT() != nil {
			if err := widenTensor(a.GetT()); err != nil {
				return err
			}
		}
		names := a.GetName() == "to" || a.GetName() == "dtype" || a.GetName() == "output_dtype" || a.GetName() == "stash_type"
		if names && otherFloats[int32(a.GetI())] > 0 {
			a.I = int64(onnxpb.TensorProto_FLOAT)
		}
	}
	return nil
}

func widenTensor(t *onnxpb.TensorProto) error {
	size := otherFloats[t.GetDataType()]
	if size == 0 {
		return nil
	}
	typed := len(t.GetInt32Data())
	if t.GetDataType() == int32(onnxpb.TensorProto_DOUBLE) {
		typed = len(t.GetDoubleData())
	}
	count, err := storedElements(t, size, typed)
	if err != nil {
		return err
	}
	raw := make([]byte, 0, 4*count)
	for i := range int(count) {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(widened(t, i)))
	}
	t.RawData, t.Int32Data, t.DoubleData = raw, nil, nil
	t.DataType = int32(onnxpb.TensorProto_FLOAT)
	return nil
}

// widened is one number of a tensor, whichever way it is written.
func widened(t *onnxpb.TensorProto, i int) float32 {
	if t.GetDataType() == int32(onnxpb.TensorProto_DOUBLE) {
		if len(t.GetRawData()) == 0 {
			return float32(t.DoubleData[i])
		}
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(t.RawData[8*i:])))
	}
	var bits uint16
	if len(t.GetRawData()) == 0 {
		bits = uint16(t.Int32Data[i])
	} else {
		bits = binary.LittleEndian.Uint16(t.RawData[2*i:])
	}
	if t.GetDataType() == int32(onnxpb.TensorProto_BFLOAT16) {
		return math.Float32frombits(uint32(bits) << 16)
	}
	return half(bits)
}

// half is the number that 16 bits stand for (IEEE 754 binary16).
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, int(bits>>10&31), uint32(bits&1023)
	switch exponent {
	case 0:
		v := float32(fraction) / (1 << 24)
		if sign != 0 {
			v = -v
		}
		return v
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | uint32(exponent+127-15)<<23 | fraction<<13)
}
