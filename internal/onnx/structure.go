package onnx

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Field numbers of ONNX's messages.
const (
	tensorRawData = 9

	// smallTensor is how many bytes of a tensor may say something about the graph: shapes, axes, paddings.
	smallTensor = 4096
)

// UnmarshalStructure reads a model without the contents of its weights, which can be half a gigabyte: their names, types
// and dimensions stay, which is all that shapes, costs and receptive fields depend on.
func UnmarshalStructure(data []byte) (*onnxpb.ModelProto, error) {
	light, err := rewrite(data, modelGraph, func(graph []byte) ([]byte, error) {
		return rewrite(graph, graphInitializer, func(tensor []byte) ([]byte, error) {
			return rewrite(tensor, tensorRawData, func(raw []byte) ([]byte, error) {
				if len(raw) > smallTensor {
					return nil, nil
				}
				return raw, nil
			})
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read ONNX model: %w", err)
	}
	return Unmarshal(light)
}

// rewrite copies a message with its fields of one number, which are bytes or messages, replaced.
func rewrite(message []byte, number protowire.Number, replace func([]byte) ([]byte, error)) ([]byte, error) {
	var out []byte
	for len(message) > 0 {
		n, kind, head := protowire.ConsumeTag(message)
		if head < 0 {
			return nil, protowire.ParseError(head)
		}
		size := protowire.ConsumeFieldValue(n, kind, message[head:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		if n != number || kind != protowire.BytesType {
			out = append(out, message[:head+size]...)
			message = message[head+size:]
			continue
		}
		value, _ := protowire.ConsumeBytes(message[head:])
		replaced, err := replace(value)
		if err != nil {
			return nil, err
		}
		out = protowire.AppendBytes(protowire.AppendTag(out, n, kind), replaced)
		message = message[head+size:]
	}
	return out, nil
}
