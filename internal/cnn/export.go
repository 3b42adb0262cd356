package cnn

import (
	"encoding/json"
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// ManifestProperty is the name of the property of an exported ONNX file that holds the manifest as JSON, from which the
// network can be made again.
const ManifestProperty = "convnet.manifest"

// Export returns the network as the bytes of one ONNX file, whose metadata_props say what the graph does not: the
// manifest for this program, and for others name, title, preprocess (a JSON object, as in Preprocess), layers and
// classes (JSON lists), source and license. Before the properties the bytes are those of ONNX.
func (n *Network) Export() ([]byte, error) {
	m := n.Manifest
	layers := []string{}
	for _, l := range m.Layers {
		layers = append(layers, l.Name)
	}
	properties := map[string]string{
		"name": m.Name, "title": m.Title, "source": m.Provenance.Source, "license": m.Provenance.License,
	}
	for name, v := range map[string]any{
		ManifestProperty: m, "preprocess": m.Input.Preprocess, "layers": layers, "classes": append([]string{}, m.Classes...),
	} {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("export model %s: %w", m.Name, err)
		}
		properties[name] = string(text)
	}
	data, err := onnx.WithMetadata(n.ONNX, properties)
	if err != nil {
		return nil, fmt.Errorf("export model %s: %w", m.Name, err)
	}
	return data, nil
}

// exported names the properties that Export writes.
var exported = []string{ManifestProperty, "name", "title", "preprocess", "layers", "classes", "source", "license"}

// Graph returns the graph in the bytes that Export has written: those of Network.ONNX.
func Graph(exportedONNX []byte) ([]byte, error) { return onnx.WithoutMetadata(exportedONNX, exported) }
