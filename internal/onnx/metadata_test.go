package onnx_test

import (
	"bytes"
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx"
)

func TestWithMetadata(t *testing.T) {
	plain := mustMarshal(t, branches(t))
	first, err := onnx.WithMetadata(plain, map[string]string{"b": "two", "a": "one\n"})
	if err != nil || !bytes.HasPrefix(first, plain) {
		t.Fatalf("what was there has changed: %v", err)
	}
	second, err := onnx.WithMetadata(first, map[string]string{"a": "", "c": "three"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		data []byte
		want string
	}{
		{first, `[a="one\n" b="two"]`},
		{second, `[b="two" a="" c="three"]`},
	} {
		m, err := onnx.Unmarshal(test.data)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range m.MetadataProps {
			got = append(got, fmt.Sprintf("%s=%q", p.Key, p.Value))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("got %v, want %s", got, test.want)
		}
		if m.MetadataProps = nil; !proto.Equal(m, branches(t)) {
			t.Error("the graph has changed")
		}
	}
}

func TestWithMetadataOfNoModel(t *testing.T) {
	for _, data := range [][]byte{{0xff}, []byte("no model"), mustMarshal(t, branches(t))[:100]} {
		if _, err := onnx.WithMetadata(data, map[string]string{"a": "b"}); err == nil {
			t.Errorf("%.20q: accepted", data)
		}
	}
}
