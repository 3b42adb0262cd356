package imported

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// waves are numbers between -1 and 1 that differ from each other.
func waves(n int64, step float64) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(math.Sin(float64(i)*step + 0.3))
	}
	return data
}

// plainGraph is a little network of three convolutions and a classifier of ten, for pictures of 32×40.
func plainGraph(t testing.TB, channels int64, opset int) *onnxpb.ModelProto {
	t.Helper()
	b := onnx.NewBuilder("plain", opset)
	x := b.Input("image", 1, channels, 32, 40)
	in := channels
	for i, out := range []int64{8, 12, 16} {
		name := "conv" + strconv.Itoa(i+1)
		kernel := b.Floats(name+".weight", []int64{out, in, 3, 3}, scaled(waves(out*in*9, 1.7), 1/math.Sqrt(float64(in)*2)))
		bias := b.Floats(name+".bias", []int64{out}, scaled(waves(out, 0.9), 0.1))
		x = b.Conv(name, x, kernel, bias, onnx.Window{Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}})
		x = b.Relu("relu"+strconv.Itoa(i+1), x)
		in = out
	}
	x = b.Reshape("flat", b.GlobalAveragePool("pool", x), -1, in)
	x = b.Gemm("fc", x, b.Floats("fc.weight", []int64{in, 10}, waves(in*10, 2.3)), b.Floats("fc.bias", []int64{10}, waves(10, 1.1)), false)
	m, err := b.Model(x)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func scaled(data []float32, by float64) []float32 {
	for i := range data {
		data[i] *= float32(by)
	}
	return data
}

// write makes a file of a graph.
func write(t testing.TB, m *onnxpb.ModelProto) string {
	t.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return writeBytes(t, data)
}

func writeBytes(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// maps runs a network on a generated picture, with numbers from 0 to top, and returns what the named layers yield.
func maps(t *testing.T, n *cnn.Network, top float64, layers ...string) [][]float32 {
	t.Helper()
	model, err := onnx.Unmarshal(n.ONNX)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, name := range layers {
		l, ok := n.Manifest.Layer(name)
		if !ok {
			t.Fatalf("no layer %s among %v", name, n.Manifest.Layers)
		}
		values = append(values, l.Value)
	}
	if model, err = onnx.Prune(model, values); err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	session, err := ortruntest.Open(t).NewSession(data, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	in := n.Manifest.Input
	picture := waves(int64(in.Len()), 0.37)
	for i, v := range picture {
		picture[i] = float32(math.Round(float64(v+1) / 2 * top))
		if top <= 1 {
			picture[i] = (v + 1) / 2 * float32(top)
		}
	}
	results, err := session.Run(context.Background(), ortrun.Tensor{Shape: in.Shape(), Data: picture})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, r := range results {
		all = append(all, r.Data)
	}
	return all
}

// difference is the root mean square of a - b, relative to that of b.
func difference(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	off, all := 0.0, 0.0
	for i := range a {
		off += math.Pow(float64(a[i]-b[i]), 2)
		all += math.Pow(float64(b[i]), 2)
	}
	return math.Sqrt(off / all)
}

// Ways in which other programs write the same graph.

func withInput(m *onnxpb.ModelProto, kind onnxpb.TensorProto_DataType, dims ...int64) *onnxpb.ModelProto {
	m.Graph.Input[0] = onnx.Declare(m.Graph.Input[0].Name, kind, dims)
	for i, d := range m.Graph.Input[0].GetType().GetTensorType().GetShape().GetDim() {
		if dims[i] < 0 {
			d.Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "d" + strconv.Itoa(i)}
		}
	}
	return m
}

// inFront puts a node between the input and the graph.
func inFront(m *onnxpb.ModelProto, op string, attributes ...*onnxpb.AttributeProto) *onnxpb.ModelProto {
	for _, n := range m.Graph.Node {
		for i, in := range n.Input {
			if in == "image" {
				n.Input[i] = "inner"
			}
		}
	}
	m.Graph.Node = append([]*onnxpb.NodeProto{{Name: "front", OpType: op, Input: []string{"image"}, Output: []string{"inner"}, Attribute: attributes}}, m.Graph.Node...)
	return m
}

// asHalf stores the weights and the input in float16. The weights are rounded towards zero.
func asHalf(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	for _, t := range m.Graph.Initializer {
		if t.DataType != int32(onnxpb.TensorProto_FLOAT) {
			continue
		}
		var raw []byte
		for i := 0; i < len(t.RawData); i += 4 {
			raw = binary.LittleEndian.AppendUint16(raw, halved(binary.LittleEndian.Uint32(t.RawData[i:])))
		}
		t.RawData, t.DataType = raw, int32(onnxpb.TensorProto_FLOAT16)
	}
	m.Graph.Input[0].Type.GetTensorType().ElemType = int32(onnxpb.TensorProto_FLOAT16)
	m.Graph.Output[0].Type.GetTensorType().ElemType = int32(onnxpb.TensorProto_FLOAT16)
	return m
}

// halved is a float32 as a float16, for numbers of neither's extremes.
func halved(bits uint32) uint16 {
	exponent := int(bits>>23&255) - 127 + 15
	if exponent <= 0 {
		return uint16(bits >> 16 & 0x8000)
	}
	return uint16(bits>>16&0x8000) | uint16(exponent<<10) | uint16(bits>>13&1023)
}

// asDouble stores the weights in float64.
func asDouble(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	for _, t := range m.Graph.Initializer {
		if t.DataType != int32(onnxpb.TensorProto_FLOAT) {
			continue
		}
		for i := 0; i < len(t.RawData); i += 4 {
			t.DoubleData = append(t.DoubleData, float64(math.Float32frombits(binary.LittleEndian.Uint32(t.RawData[i:]))))
		}
		t.RawData, t.DataType = nil, int32(onnxpb.TensorProto_DOUBLE)
	}
	m.Graph.Input[0].Type.GetTensorType().ElemType = int32(onnxpb.TensorProto_DOUBLE)
	m.Graph.Output[0].Type.GetTensorType().ElemType = int32(onnxpb.TensorProto_DOUBLE)
	return m
}

// asListed lists the weights among the inputs, as files before version 4 of the format do.
func asListed(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	m.IrVersion = 3
	for _, t := range m.Graph.Initializer {
		m.Graph.Input = append(m.Graph.Input, onnx.Declare(t.Name, onnxpb.TensorProto_DataType(t.DataType), t.Dims))
	}
	return m
}

// asQDQ quantizes convolutions as ONNX Runtime's tools do: kernels in int8 with a scale per channel, and what they yield
// rounded to steps of 1/128.
func asQDQ(m *onnxpb.ModelProto) *onnxpb.ModelProto {
	zero := &onnxpb.TensorProto{Name: "zero", DataType: int32(onnxpb.TensorProto_INT8), RawData: []byte{0}}
	m.Graph.Initializer = append(m.Graph.Initializer, zero, onnx.FloatTensor("step", nil, []float32{1.0 / 128}))
	var nodes []*onnxpb.NodeProto
	for _, n := range m.Graph.Node {
		if n.OpType != "Conv" {
			nodes = append(nodes, n)
			continue
		}
		nodes = append(nodes, quantizeKernel(m, n.Input[1]))
		n.Input[1] += "_dequantized"
		out := n.Output[0]
		n.Output[0] = out + "_exact"
		nodes = append(nodes, n,
			&onnxpb.NodeProto{Name: out + "_q", OpType: "QuantizeLinear", Input: []string{n.Output[0], "step", "zero"}, Output: []string{out + "_q"}},
			&onnxpb.NodeProto{Name: out + "_dq", OpType: "DequantizeLinear", Input: []string{out + "_q", "step", "zero"}, Output: []string{out}})
	}
	m.Graph.Node = nodes
	return m
}

func quantizeKernel(m *onnxpb.ModelProto, name string) *onnxpb.NodeProto {
	for _, t := range m.Graph.Initializer {
		if t.Name != name {
			continue
		}
		data, _ := onnx.Float32s(t)
		per := len(data) / int(t.Dims[0])
		var scales []float32
		var raw []byte
		for c := range int(t.Dims[0]) {
			top := float32(0)
			for _, v := range data[c*per : (c+1)*per] {
				top = max(top, v, -v)
			}
			scales = append(scales, top/127)
			for _, v := range data[c*per : (c+1)*per] {
				raw = append(raw, byte(int8(math.Round(float64(v/scales[c])))))
			}
		}
		t.RawData, t.DataType = raw, int32(onnxpb.TensorProto_INT8)
		m.Graph.Initializer = append(m.Graph.Initializer,
			onnx.FloatTensor(name+"_scale", t.Dims[:1], scales),
			&onnxpb.TensorProto{Name: name + "_zero", DataType: int32(onnxpb.TensorProto_INT8), Dims: t.Dims[:1], RawData: make([]byte, t.Dims[0])})
	}
	return &onnxpb.NodeProto{Name: name + "_dq", OpType: "DequantizeLinear", Input: []string{name, name + "_scale", name + "_zero"},
		Output: []string{name + "_dequantized"}, Attribute: []*onnxpb.AttributeProto{onnx.Int("axis", 0)}}
}

// reshapedTo writes the batch size into the shape of the Reshape before the classifier.
func reshapedTo(m *onnxpb.ModelProto, batch int64) *onnxpb.ModelProto {
	for i, t := range m.Graph.Initializer {
		if t.DataType == int32(onnxpb.TensorProto_INT64) {
			m.Graph.Initializer[i] = onnx.Int64Tensor(t.Name, t.Dims, []int64{batch, -1})
		}
	}
	return m
}

func clone(m *onnxpb.ModelProto) *onnxpb.ModelProto { return proto.Clone(m).(*onnxpb.ModelProto) }
