package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Marshal writes a model as the bytes of an .onnx file. The same model gives
// the same bytes, so their hash can serve as the model's identity.
func Marshal(m *onnxpb.ModelProto) ([]byte, error) {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write ONNX model: %w", err)
	}
	return data, nil
}

// Unmarshal reads the bytes of an .onnx file. It checks that they hold a graph,
// not that the graph makes sense: InferShapes does that.
func Unmarshal(data []byte) (*onnxpb.ModelProto, error) {
	m := new(onnxpb.ModelProto)
	if err := proto.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read ONNX model: %w", err)
	}
	if m.GetGraph() == nil {
		return nil, errors.New("read ONNX model: the file holds no graph")
	}
	return m, nil
}

// opsetOf is the version of the standard operators a model asks for.
func opsetOf(m *onnxpb.ModelProto) int {
	for _, o := range m.GetOpsetImport() {
		if o.GetDomain() == "" || o.GetDomain() == "ai.onnx" {
			return int(o.GetVersion())
		}
	}
	return 1
}
