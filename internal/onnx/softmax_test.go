package onnx_test

import (
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
)

func TestBeforeSoftmax(t *testing.T) {
	for name, test := range map[string]struct {
		build func(b *onnx.Builder, x string)
		want  string
	}{
		"a softmax":         {func(b *onnx.Builder, x string) { b.Softmax("y", b.Relu("scores", x), 1) }, "scores"},
		"in another shape":  {func(b *onnx.Builder, x string) { b.Flatten("y", b.Softmax("", b.Relu("scores", x), 1), 1) }, "scores"},
		"none":              {func(b *onnx.Builder, x string) { b.Relu("y", x) }, "y"},
		"one further back":  {func(b *onnx.Builder, x string) { b.Relu("y", b.Softmax("", x, 1)) }, "y"},
		"none, but a shape": {func(b *onnx.Builder, x string) { b.Flatten("y", b.Relu("", x), 1) }, "y"},
	} {
		b := onnx.NewBuilder("softmax", 0)
		test.build(b, b.Input("x", 1, 3, 1, 1))
		m, err := b.Model("y")
		if err != nil {
			t.Fatal(err)
		}
		if got := onnx.BeforeSoftmax(m, "y"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
