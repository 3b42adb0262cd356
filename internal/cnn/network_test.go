package cnn

import (
	"encoding/hex"
	"testing"
)

// TestIdentity pins the identity: if it changes, every stored vector of every network becomes incomparable.
func TestIdentity(t *testing.T) {
	n := &Network{Manifest: sample(), ONNX: []byte("graph")}
	const want = "3a0531db9b6e665aa67afe2d69e5e94d13ef0d72e222aac460d3ce58b9534794"
	if sum := n.SHA256(); hex.EncodeToString(sum[:]) != want {
		t.Errorf("identity %x, want %s", sum, want)
	}
	for name, test := range map[string]struct {
		change func(n *Network)
		same   bool
	}{
		"title":         {func(n *Network) { n.Manifest.Title = "Another" }, true},
		"provenance":    {func(n *Network) { n.Manifest.Provenance = Provenance{License: "MIT"} }, true},
		"graph":         {func(n *Network) { n.ONNX = []byte("graph2") }, false},
		"name":          {func(n *Network) { n.Manifest.Name = "another" }, false},
		"preprocessing": {func(n *Network) { n.Manifest.Input.Preprocess.Order = "bgr" }, false},
		"input size":    {func(n *Network) { n.Manifest.Input.Width = 9 }, false},
		"layer":         {func(n *Network) { n.Manifest.Layers[1].Name = "conv" }, false},
	} {
		changed := &Network{Manifest: sample(), ONNX: []byte("graph")}
		test.change(changed)
		if same := changed.SHA256() == n.SHA256(); same != test.same {
			t.Errorf("another %s: the same identity: %t, want %t", name, same, test.same)
		}
	}
	if Identity(n.GraphSHA256(), n.Manifest) != n.SHA256() {
		t.Error("Identity and SHA256 differ")
	}
	if n.Manifest.Title == "" || n.Manifest.Provenance.Source == "" {
		t.Error("taking the identity has changed the manifest")
	}
}
