// Package cnn describes convolutional networks: an ONNX graph beside a manifest that names its input, preprocessing,
// layers, classes and provenance.
//
// A Network is the pair, a Library keeps the networks a user has added on disk, and an Extractor runs a network so
// that one pass yields the pooled activations of every chosen layer. Package keras makes networks from Keras' weight
// files; package demo holds the small network that is always there.
//
// # Identity
//
// Vectors of two networks may be compared only when the networks are the same, so a network has an identity,
// Network.SHA256: the SHA-256 of
//
//	"convnet model 1\n" + SHA-256 of the ONNX bytes + manifest
//
// where the manifest is the JSON of Manifest as encoding/json writes it, with an empty title and an empty provenance:
// a better title or a corrected licence changes no vector. Everything else (input size, preprocessing, layer names)
// does count. A field added later must be omitted from the JSON when it has its zero value, or identities change.
package cnn
