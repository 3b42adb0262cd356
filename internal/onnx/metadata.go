package onnx

import (
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Field numbers of the format, as in onnx.proto.
const (
	modelMetadata = 14
	entryKey      = 1
)

// WithMetadata adds properties that other programs can read to the bytes of a model; those it has under the same names
// are replaced. All else stays as it is, byte for byte.
func WithMetadata(model []byte, properties map[string]string) ([]byte, error) {
	var added onnxpb.ModelProto
	names := slices.Sorted(maps.Keys(properties))
	for _, name := range names {
		added.MetadataProps = append(added.MetadataProps, &onnxpb.StringStringEntryProto{Key: name, Value: properties[name]})
	}
	tail, err := Marshal(&added)
	if err != nil {
		return nil, err
	}
	bare, err := WithoutMetadata(model, names)
	return append(bare, tail...), err // repeated fields go on where they were left
}

// WithoutMetadata takes properties out of the bytes of a model, and leaves all else as it is, byte for byte.
func WithoutMetadata(model []byte, names []string) ([]byte, error) {
	result := make([]byte, 0, len(model))
	for len(model) > 0 {
		number, _, n := protowire.ConsumeField(model)
		if n < 0 {
			return nil, fmt.Errorf("read ONNX model: %w", protowire.ParseError(n))
		}
		found, err := isProperty(names, number, model[:n])
		if err != nil {
			return nil, fmt.Errorf("read ONNX model: %w", err)
		}
		if !found {
			result = append(result, model[:n]...)
		}
		model = model[n:]
	}
	return result, nil
}

// isProperty reports whether a field of a model is a property with one of the names.
func isProperty(names []string, number protowire.Number, field []byte) (found bool, err error) {
	if number != modelMetadata {
		return false, nil
	}
	err = messages(field, modelMetadata, func(entry []byte) error {
		return messages(entry, entryKey, func(key []byte) error {
			found = slices.Contains(names, string(key))
			return nil
		})
	})
	return found, err
}
