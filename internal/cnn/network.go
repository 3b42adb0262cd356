package cnn

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// identityPrefix separates these hashes from all others and numbers the recipe.
const identityPrefix = "convnet model 1\n"

// Network is a convolutional network: the graph with its weights, and what the graph does not say about itself.
type Network struct {
	Manifest Manifest
	ONNX     []byte // a serialized ONNX model
}

// GraphSHA256 is the hash of the ONNX bytes.
func (n *Network) GraphSHA256() [32]byte { return sha256.Sum256(n.ONNX) }

// SHA256 is the network's identity; the package comment has the recipe.
func (n *Network) SHA256() [32]byte { return Identity(n.GraphSHA256(), n.Manifest) }

// Identity computes a network's identity from its graph's hash, for a network whose graph is not at hand. The
// manifest must be one that Validate accepts.
func Identity(graph [32]byte, m Manifest) [32]byte {
	m.Title, m.Provenance = "", Provenance{}
	manifest, err := json.Marshal(m)
	if err != nil {
		panic("cnn: identity of an invalid manifest: " + err.Error()) // only numbers that Validate refuses
	}
	h := sha256.New()
	h.Write([]byte(identityPrefix))
	h.Write(graph[:])
	h.Write(manifest)
	return [32]byte(h.Sum(nil))
}

// ParseManifest reads a manifest from its JSON and validates it.
func ParseManifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("parse manifest: %w", err)
	}
	return m, m.Validate()
}
