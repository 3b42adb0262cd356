package imported

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Options say what a file does not say about itself. The zero value leaves everything to Open.
type Options struct {
	Name          string   // of the network; needed unless the file is one that convnet has exported
	Height, Width int      // of the input; 0 is the file's own size, or 224 where it leaves that open
	Preprocess    string   // as ParsePreprocess reads it
	Fit           string   // as imaging.ParseFit reads it
	Labels        []string // names of the output's entries
	Layers        []string // the default layers
	Source        string   // where the network comes from
	License       string
}

// Report is what Open found out and what it assumed, as sentences for people.
type Report struct{ Notes []string }

// Open makes a network of an ONNX file. What stands in its way is refused with a sentence that says what to do.
func Open(path string, o Options) (*cnn.Network, Report, error) {
	n, r, err := open(path, o)
	if err != nil {
		return nil, Report{}, fmt.Errorf("%s: %w", path, err)
	}
	return n, r, nil
}

func open(path string, o Options) (*cnn.Network, Report, error) {
	data, model, err := read(path)
	if err != nil {
		return nil, Report{}, err
	}
	sum := sha256.Sum256(data)
	weights := cnn.Provenance{WeightsFile: filepath.Base(path), WeightsSHA256: hex.EncodeToString(sum[:])}
	if manifest, ok := metadata(model, cnn.ManifestProperty); ok {
		return restore(data, manifest, weights, o)
	}
	if o.Name == "" {
		return nil, Report{}, errors.New("the file does not say what the network is called; name it with --name")
	}
	if err := cnn.ValidName(o.Name); err != nil {
		return nil, Report{}, err
	}
	if err := embedded(model, filepath.Dir(path)); err != nil {
		return nil, Report{}, err
	}
	return build(model, weights, o)
}

// read reads a file that must be ONNX.
func read(path string) ([]byte, *onnxpb.ModelProto, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, refuseFolder(path)
	}
	if info.Size() > maxModel {
		return nil, nil, fmt.Errorf("the file has %d bytes, more than the 2 GB that an ONNX file can hold", info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if err := refuseForeign(data); err != nil {
		return nil, nil, err
	}
	model, err := onnx.Unmarshal(data)
	if err != nil || len(model.GetOpsetImport()) == 0 {
		return nil, nil, refuseUnreadable(path)
	}
	return data, model, nil
}

func metadata(m *onnxpb.ModelProto, name string) (string, bool) {
	for _, p := range m.GetMetadataProps() {
		if p.GetKey() == name {
			return p.GetValue(), true
		}
	}
	return "", false
}

// restore makes the network again that convnet has exported: it is the same one, its identity included, unless the
// options say otherwise.
func restore(data []byte, manifest string, weights cnn.Provenance, o Options) (*cnn.Network, Report, error) {
	if o.Height != 0 {
		return nil, Report{}, errors.New("convnet has exported this network, and its input size goes with it; add it as it is, and choose another size with --input-size when it is used")
	}
	m, err := cnn.ParseManifest([]byte(manifest))
	if err != nil {
		return nil, Report{}, fmt.Errorf("what convnet wrote of the network when it exported it: %w", err)
	}
	graph, err := cnn.Graph(data)
	if err != nil {
		return nil, Report{}, err
	}
	r := Report{Notes: []string{"convnet has exported this network; its layers, preprocessing and classes are taken from the file"}}
	n := &cnn.Network{Manifest: m, ONNX: graph}
	n.Manifest.Name = cmp.Or(o.Name, m.Name)
	if err := o.apply(&n.Manifest, weights); err != nil {
		return nil, Report{}, err
	}
	return n, r, n.Verify()
}

// apply puts what the options say in the place of what the manifest says.
func (o Options) apply(m *cnn.Manifest, weights cnn.Provenance) (err error) {
	if o.Preprocess != "" {
		fit := m.Input.Preprocess.Fit
		if m.Input.Preprocess, err = ParsePreprocess(o.Preprocess, m.Input.Channels); err != nil {
			return err
		}
		m.Input.Preprocess.Fit = fit
	}
	m.Input.Preprocess.Fit = cmp.Or(o.Fit, m.Input.Preprocess.Fit)
	if o.Labels != nil {
		if have := len(m.Classes); have > 0 && have != len(o.Labels) {
			return fmt.Errorf("there are %d labels, and the network has %d classes", len(o.Labels), have)
		}
		m.Classes = o.Labels
	}
	if o.Layers != nil {
		if m.DefaultLayers, err = inOrder(m, o.Layers); err != nil {
			return err
		}
	}
	p := &m.Provenance
	p.Source, p.License = cmp.Or(o.Source, p.Source), cmp.Or(o.License, p.License)
	p.WeightsFile, p.WeightsSHA256 = cmp.Or(p.WeightsFile, weights.WeightsFile), cmp.Or(p.WeightsSHA256, weights.WeightsSHA256)
	return nil
}

// inOrder holds names against a network's layers and sorts them as these are.
func inOrder(m *cnn.Manifest, names []string) ([]string, error) {
	var sorted []string
	for _, name := range names {
		if _, ok := m.Layer(name); !ok {
			return nil, fmt.Errorf("it has no layer %q; the layers are named %s", name, few(m.Layers))
		}
	}
	for _, l := range m.Layers {
		if slices.Contains(names, l.Name) {
			sorted = append(sorted, l.Name)
		}
	}
	return sorted, nil
}

// few names some layers spread over a network, as examples.
func few(layers []cnn.Layer) string {
	text := ""
	for i := range min(5, len(layers)) {
		text += layers[i*len(layers)/5].Name + ", "
	}
	return text + "…"
}
