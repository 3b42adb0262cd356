package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of the format, as in onnx.proto.
const (
	modelGraph       = 7
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	valueName        = 1
	tensorName       = 8
)

// InputsOutputs names the inputs and outputs of a model without reading its
// weights: a network of half a gigabyte need not be copied for two names.
func InputsOutputs(model []byte) (inputs, outputs []string, err error) {
	var listed []string
	stored := map[string]bool{}
	err = messages(model, modelGraph, func(graph []byte) error {
		return errors.Join(
			nameEach(graph, graphInput, valueName, func(s string) { listed = append(listed, s) }),
			nameEach(graph, graphOutput, valueName, func(s string) { outputs = append(outputs, s) }),
			nameEach(graph, graphInitializer, tensorName, func(s string) { stored[s] = true }),
		)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read ONNX model: %w", err)
	}
	for _, name := range listed {
		if !stored[name] {
			inputs = append(inputs, name)
		}
	}
	return inputs, outputs, nil
}

// nameEach calls f with the name of every message in a field. Where a message has several, the last one counts, as in
// all of protobuf.
func nameEach(data []byte, field, name protowire.Number, f func(string)) error {
	return messages(data, field, func(m []byte) error {
		last := ""
		err := messages(m, name, func(s []byte) error {
			last = string(s)
			return nil
		})
		f(last)
		return err
	})
}

// messages calls f with the bytes of every occurrence of a length-delimited
// field.
func messages(data []byte, field protowire.Number, f func([]byte) error) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			return protowire.ParseError(n)
		}
		if number == field && kind == protowire.BytesType {
			content, _ := protowire.ConsumeBytes(data)
			if err := f(content); err != nil {
				return err
			}
		}
		data = data[n:]
	}
	return nil
}
