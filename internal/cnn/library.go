package cnn

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names of a network's two files.
const (
	graphFile    = "model.onnx"
	manifestFile = "manifest.json"
)

// ErrUnknown is wrapped by errors about a name that the library does not hold.
var ErrUnknown = errors.New("unknown model")

// Library holds the networks a user has added, one folder each, beside the embedded ones.
type Library struct {
	Dir string // holds <name>/model.onnx and <name>/manifest.json; need not exist until something is saved
}

// stored is the manifest as it lies on disk: with the graph's hash, so that damage to the large file is noticed.
type stored struct {
	Manifest
	GraphSHA256 string `json:"graph_sha256"`
}

// List returns the manifests of all networks, the embedded ones first, then by name. Networks that cannot be read are
// left out and named in the error.
func (l Library) List() ([]Manifest, error) {
	var list []Manifest
	var problems []error
	for _, name := range embeddedNames() {
		n, err := loadEmbedded(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		list = append(list, n.Manifest)
	}
	added, err := l.Added()
	if err != nil {
		problems = append(problems, err)
	}
	for _, name := range added {
		s, err := l.manifest(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		list = append(list, s.Manifest)
	}
	return list, errors.Join(problems...)
}

// saved picks the models among a folder's entries, a model whose saving was interrupted included.
func (l Library) saved(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		name, _ := strings.CutPrefix(e.Name(), previousPrefix)
		if e.IsDir() && ValidName(name) == nil && !isEmbedded(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Added names the networks that the user has added, sorted.
func (l Library) Added() ([]string, error) {
	entries, err := os.ReadDir(l.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list models: %w", err)
	}
	return l.saved(entries), nil
}

// Manifest reads what there is to know of a network but its graph, which may be large.
func (l Library) Manifest(name string) (Manifest, error) {
	if isEmbedded(name) {
		n, err := loadEmbedded(name)
		if err != nil {
			return Manifest{}, err
		}
		return n.Manifest, nil
	}
	s, err := l.known(name)
	return s.Manifest, err
}

// Identity is a network's SHA256, taken from what is known of its graph without reading it.
func (l Library) Identity(name string) ([32]byte, error) {
	if isEmbedded(name) {
		n, err := loadEmbedded(name)
		if err != nil {
			return [32]byte{}, err
		}
		return n.SHA256(), nil
	}
	s, err := l.known(name)
	if err != nil {
		return [32]byte{}, err
	}
	graph, err := hex.DecodeString(s.GraphSHA256)
	if err != nil || len(graph) != 32 {
		return [32]byte{}, fmt.Errorf("the manifest of model %s has no hash of its graph; add the model again with convnet models add", name)
	}
	return Identity([32]byte(graph), s.Manifest), nil
}

// Other is what the library holds under a network's name, if that is another network and can be read. The embedded ones do
// not count: nothing can be saved in their place.
func (l Library) Other(n *Network) (other Manifest, ok bool) {
	name := n.Manifest.Name
	if isEmbedded(name) {
		return Manifest{}, false
	}
	other, err := l.Manifest(name)
	if err != nil {
		return Manifest{}, false
	}
	sum, err := l.Identity(name)
	return other, err == nil && sum != n.SHA256()
}

// Load reads a network. Its graph is compared with the hash taken when it was saved.
func (l Library) Load(name string) (*Network, error) {
	if isEmbedded(name) {
		return loadEmbedded(name)
	}
	n, err := l.load(name)
	if err != nil { // it may have been replaced between its two files
		n, err = l.load(name)
	}
	return n, err
}

func (l Library) load(name string) (*Network, error) {
	s, err := l.known(name)
	if err != nil {
		return nil, err
	}
	data, err := l.read(name, graphFile)
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w; add it again with convnet models add", name, err)
	}
	n := &Network{Manifest: s.Manifest, ONNX: data}
	if sum := n.GraphSHA256(); hex.EncodeToString(sum[:]) != s.GraphSHA256 {
		return nil, fmt.Errorf("model %s is damaged: %s is not the graph that was saved; add it again with convnet models add",
			name, filepath.Join(l.Dir, name, graphFile))
	}
	return n, nil
}

// known is the manifest of a network that must be there.
func (l Library) known(name string) (stored, error) {
	if err := ValidName(name); err != nil {
		return stored{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	s, err := l.manifest(name)
	if errors.Is(err, fs.ErrNotExist) {
		return stored{}, l.unknownModel(name)
	}
	return s, err
}

func (l Library) manifest(name string) (stored, error) {
	data, err := l.read(name, manifestFile)
	if err != nil {
		return stored{}, fmt.Errorf("read manifest of model %s: %w", name, err)
	}
	path := filepath.Join(l.Dir, name, manifestFile)
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return stored{}, fmt.Errorf("%s is no manifest: %w; add the model again with convnet models add", path, err)
	}
	if s.Name != name {
		return stored{}, fmt.Errorf("%s describes a model named %q; rename the folder or add the model again", path, s.Name)
	}
	return s, s.Validate()
}

// read reads a network's file from its place, or from aside while the network is being replaced. When neither is there
// the new one has just arrived.
func (l Library) read(name, file string) (data []byte, err error) {
	for _, dir := range []string{filepath.Join(l.Dir, name), l.previous(name), filepath.Join(l.Dir, name)} {
		data, err = os.ReadFile(filepath.Join(dir, file))
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return data, err
}

func (l Library) unknownModel(name string) error {
	entries, _ := os.ReadDir(l.Dir) // without it there are fewer names to suggest
	names := append(embeddedNames(), l.saved(entries)...)
	return fmt.Errorf("%w: %q has not been added%s; \"convnet models list\" shows what there is and what can be had",
		ErrUnknown, name, DidYouMean(name, names))
}

// previous is where a network lies while its successor takes its place.
func (l Library) previous(name string) string { return filepath.Join(l.Dir, previousPrefix+name) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Remove deletes a network from the library.
func (l Library) Remove(name string) error {
	if isEmbedded(name) {
		return fmt.Errorf("model %s is part of the program and cannot be removed", name)
	}
	if err := ValidName(name); err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if !exists(filepath.Join(l.Dir, name)) && !exists(l.previous(name)) {
		return l.unknownModel(name)
	}
	// The one aside goes first, or it would come back.
	for _, dir := range []string{l.previous(name), filepath.Join(l.Dir, name)} {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove model %s: %w", name, err)
		}
	}
	return nil
}
