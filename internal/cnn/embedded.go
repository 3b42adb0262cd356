package cnn

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/convnet-playground/convnet/internal/cnn/demo"
)

// embedded holds the networks that are part of the program: what reads each of them, by name.
var embedded = map[string]func() (*Network, error){
	"demo": parsed(demo.ONNX, demo.ManifestJSON),
}

func isEmbedded(name string) bool { return embedded[name] != nil }

func embeddedNames() []string { return slices.Sorted(maps.Keys(embedded)) }

// loadEmbedded returns a copy, so that no caller changes what the next one gets.
func loadEmbedded(name string) (*Network, error) {
	n, err := embedded[name]()
	if err != nil {
		return nil, fmt.Errorf("built-in model %s: %w", name, err)
	}
	shallow := *n
	return &shallow, nil
}

// parsed makes a reader of an embedded network that parses it once.
func parsed(onnx, manifest func() []byte) func() (*Network, error) {
	return sync.OnceValues(func() (*Network, error) {
		m, err := ParseManifest(manifest())
		if err != nil {
			return nil, err
		}
		return &Network{Manifest: m, ONNX: onnx()}, nil
	})
}
