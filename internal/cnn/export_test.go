package cnn_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
)

func TestExport(t *testing.T) {
	n, err := cnn.Library{}.Load("demo")
	if err != nil {
		t.Fatal(err)
	}
	data, err := n.Export()
	if err != nil || !bytes.HasPrefix(data, n.ONNX) {
		t.Fatalf("the graph has changed, or %v", err)
	}
	m, err := onnx.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	properties := map[string]string{}
	for _, p := range m.MetadataProps {
		properties[p.Key] = p.Value
	}
	manifest, err := cnn.ParseManifest([]byte(properties[cnn.ManifestProperty]))
	if err != nil || !reflect.DeepEqual(manifest, n.Manifest) {
		t.Errorf("the manifest came back as %+v, %v", manifest, err)
	}
	for key, want := range map[string]string{
		"name": "demo", "title": n.Manifest.Title, "license": n.Manifest.Provenance.License, "source": n.Manifest.Provenance.Source,
		"preprocess": `{"order":"rgb","mean":[128,128,128],"std":[64,64,64],"fit":"crop"}`,
	} {
		if properties[key] != want {
			t.Errorf("%s is %q, want %q", key, properties[key], want)
		}
	}
	if properties["layers"] == "" || properties["classes"] == "" {
		t.Errorf("properties %v", properties)
	}
	if _, err := (&cnn.Network{Manifest: n.Manifest, ONNX: []byte("no graph")}).Export(); err == nil {
		t.Error("something that is no graph was exported")
	}
}
