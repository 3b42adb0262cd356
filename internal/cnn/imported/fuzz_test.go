package imported

import (
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// FuzzOpen: whatever a file holds, it makes a network that holds together or is refused.
func FuzzOpen(f *testing.F) {
	for _, change := range []func(*onnxpb.ModelProto) *onnxpb.ModelProto{
		clone, asHalf, asDouble, asListed, asQDQ, withTail("Decode", "my.company"),
		func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			return inFront(withInput(m, onnxpb.TensorProto_FLOAT, 1, 32, 40, 3), "Transpose", onnx.Ints("perm", 0, 3, 1, 2))
		},
		func(m *onnxpb.ModelProto) *onnxpb.ModelProto {
			externalize(m, "weights.bin")
			return m
		},
	} {
		m := change(plainGraph(f, 3, 13))
		for _, t := range m.Graph.Initializer { // small inputs mutate faster
			if len(t.RawData) > 256 {
				t.RawData = t.RawData[:0]
			}
		}
		data, err := onnx.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("PK\x03\x04....archive/data.pkl"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, _, err := Open(writeBytes(t, data), Options{Name: "fuzzed"})
		if err != nil {
			return
		}
		if err := n.Verify(); err != nil {
			t.Error(err)
		}
		if sized, err := Resize(n, 48, 56); err == nil {
			if err := sized.Verify(); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzParsePreprocess: what is accepted can stand in a manifest.
func FuzzParsePreprocess(f *testing.F) {
	for _, text := range []string{"torch", "tf,order=bgr", "caffe", "none", "mean=1,2,3,std=4,range=0..255", "range=-1..1", "mean=,", "std=0"} {
		f.Add(text, 3)
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, channels int) {
		p, err := ParsePreprocess(text, channels%8)
		if err == nil {
			if err := checked(p, channels%8); err != nil {
				t.Error(err)
			}
		}
	})
}
