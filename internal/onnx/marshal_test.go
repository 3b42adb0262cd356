package onnx_test

import (
	"bytes"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

func TestMarshalIsDeterministic(t *testing.T) {
	first := mustMarshal(t, everyLayer(t, 0))
	for range 20 {
		if !bytes.Equal(first, mustMarshal(t, everyLayer(t, 0))) {
			t.Fatal("building the same graph again gave other bytes")
		}
	}
}

func TestRoundTrip(t *testing.T) {
	m := everyLayer(t, 0)
	data := mustMarshal(t, m)
	again, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(m, again) {
		t.Error("the model read is not the one written")
	}
	if !bytes.Equal(data, mustMarshal(t, again)) {
		t.Error("writing it again gave other bytes")
	}
}

func TestUnknownFieldsSurvive(t *testing.T) {
	// Field 6 of a model is its doc string, which the package does not know.
	data := append(mustMarshal(t, branches(t)), 6<<3|2, 2, 'h', 'i')
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(mustMarshal(t, m), []byte{6<<3 | 2, 2, 'h', 'i'}) {
		t.Error("the doc string is gone")
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":    {},
		"text":     []byte("<!DOCTYPE html><html>"),
		"cut":      mustMarshal(t, branches(t))[:100],
		"no graph": {1 << 3, 8},
	} {
		if _, err := onnx.Unmarshal(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestInputsOutputs(t *testing.T) {
	m := branches(t)
	// Files of before 2019 list initializers as inputs.
	m.Graph.Input = append(m.Graph.Input, &onnxpb.ValueInfoProto{Name: "left/kernel"})
	inputs, outputs, err := onnx.InputsOutputs(mustMarshal(t, m))
	if err != nil || !slices.Equal(inputs, []string{"input"}) || !slices.Equal(outputs, []string{"sum"}) {
		t.Errorf("got %v, %v, %v", inputs, outputs, err)
	}
	if got := onnx.Inputs(m); !slices.Equal(got, inputs) {
		t.Errorf("the parsed model has the inputs %v", got)
	}
	if _, _, err := onnx.InputsOutputs([]byte("<html>")); err == nil {
		t.Error("a web page was accepted")
	}
}

// FuzzModel feeds damaged files: whatever they hold, reading, inferring shapes
// and pruning end with a result or an error.
func FuzzModel(f *testing.F) {
	for _, opset := range []int{8, 11, 13, 18} {
		f.Add(mustMarshal(f, everyLayer(f, opset)))
	}
	f.Add(mustMarshal(f, shapeArithmetic(f)))
	f.Fuzz(func(t *testing.T, data []byte) {
		inputs, _, scanned := onnx.InputsOutputs(data)
		m, err := onnx.Unmarshal(data)
		if err != nil {
			return
		}
		if scanned != nil {
			t.Errorf("the file can be read, but its names cannot: %v", scanned)
		} else if parsed := onnx.Inputs(m); !slices.Equal(inputs, parsed) && len(m.ProtoReflect().GetUnknown()) == 0 {
			t.Errorf("inputs %q, in the parsed file %q", inputs, parsed)
		}
		shapes, err := onnx.InferShapes(m, nil)
		if err != nil {
			return
		}
		var values []string
		for _, out := range m.GetGraph().GetOutput() {
			values = append(values, out.GetName())
		}
		if len(inputs) == 1 && small(shapes) {
			onnx.WithTaps(m, shapes[inputs[0]], values)
		}
	})
}

// small reports whether the shapes take little memory.
func small(shapes map[string][]int64) bool {
	for _, dims := range shapes {
		for _, d := range dims {
			if d > 1<<12 {
				return false
			}
		}
	}
	return true
}
