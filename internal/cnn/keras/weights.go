package keras

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/hdf5"
)

// Weights is an open weight file. Arrays are read when a network is built.
type Weights struct {
	File   string // base name of the file
	SHA256 string // of the file's bytes, in hex
	MD5    string // likewise, as the makers of weight files publish it

	file   io.Closer
	layers []storedLayer // those that have weights, in the file's order
}

// storedLayer is a layer of the file.
type storedLayer struct {
	name   string
	arrays []string // their names, in Keras' order
	open   func(name string) (array, error)
}

// OpenWeights opens an HDF5 file that Keras 1 or 2 has written, plain or compressed with gzip: of weights only, or of a
// whole model.
func OpenWeights(path string) (*Weights, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open weights: %w", err)
	}
	w := &Weights{File: filepath.Base(path), file: f}
	if err := w.read(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

// Close closes the file.
func (w *Weights) Close() error { return w.file.Close() }

func (w *Weights) read(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return refuseFolder(f.Name())
	}
	if err = w.hash(f); err != nil {
		return err
	}
	r, size := io.ReaderAt(f), info.Size()
	if isGzip(f) {
		if r, size, err = decompressed(f, size); err != nil {
			return err
		}
	}
	if err := refuseForeign(io.NewSectionReader(r, 0, size)); err != nil {
		return err
	}
	file, err := hdf5.Open(r, size)
	if err != nil {
		return explain(err)
	}
	return explain(w.readLayers(file))
}

func (w *Weights) hash(r io.Reader) error {
	sha, md := sha256.New(), md5.New()
	if _, err := io.Copy(io.MultiWriter(sha, md), r); err != nil {
		return fmt.Errorf("read weights: %w", err)
	}
	w.SHA256, w.MD5 = hex.EncodeToString(sha.Sum(nil)), hex.EncodeToString(md.Sum(nil))
	return nil
}

// provenance says where the weights come from; bytes that have the hash of an official file are that file.
func (w *Weights) provenance(a Architecture) cnn.Provenance {
	p := cnn.Provenance{Source: "Keras weights for " + a.Title, WeightsFile: w.File, WeightsSHA256: w.SHA256}
	for _, official := range WeightFiles(a.Name) {
		if official.MD5 != "" && official.MD5 == w.MD5 {
			p.Source, p.License = official.URL, official.License
		}
	}
	return p
}

// readLayers lists the layers that have weights.
func (w *Weights) readLayers(file *hdf5.File) error {
	root, err := file.Root()
	if err != nil {
		return err
	}
	if model, err := root.Open("model_weights"); err == nil {
		root = model // a whole model, not only its weights
	}
	if err := refuseBackend(root); err != nil {
		return err
	}
	names, err := list(root, "layer_names")
	if errors.Is(err, hdf5.ErrNotFound) {
		return notKeras(root)
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		group, err := root.Open(name)
		if err != nil {
			return err
		}
		arrays, err := list(group, "weight_names")
		if err != nil {
			return err
		}
		if len(arrays) > 0 {
			w.layers = append(w.layers, storedLayer{name, arrays, opener(group)})
		}
	}
	if len(w.layers) == 0 {
		return errors.New("none of its layers has weights")
	}
	return nil
}

// list reads a list of names. Keras splits a list that is too long for one attribute into name0, name1 and so on.
func list(o *hdf5.Object, name string) ([]string, error) {
	names, err := o.Strings(name)
	if !errors.Is(err, hdf5.ErrNotFound) {
		return names, err
	}
	for i := 0; ; i++ {
		part, next := o.Strings(fmt.Sprintf("%s%d", name, i))
		if errors.Is(next, hdf5.ErrNotFound) && i > 0 {
			return names, nil
		}
		if next != nil {
			return nil, next
		}
		names = append(names, part...)
	}
}

// array is one of a stored layer's arrays.
type array struct {
	name  string
	shape []int
	read  func() ([]float32, error)
}

// opener finds the arrays in a layer's group.
func opener(group *hdf5.Object) func(name string) (array, error) {
	return func(name string) (array, error) {
		o, err := group.Open(name)
		if err != nil {
			return array{}, explain(err)
		}
		dims, err := o.Shape()
		if err != nil {
			return array{}, explain(err)
		}
		a := array{name: name, read: o.Float32s}
		for _, d := range dims {
			if d > 1<<31 {
				return a, explain(fmt.Errorf("%w: %s has the shape %v", hdf5.ErrDamaged, name, dims))
			}
			a.shape = append(a.shape, int(d))
		}
		return a, nil
	}
}

// role is the last word of an array's name: kernel in conv1/conv/kernel:0.
func role(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	word, _, _ := strings.Cut(name, ":")
	return word
}

// decompressed inflates a gzip file into memory.
func decompressed(f io.ReaderAt, size int64) (io.ReaderAt, int64, error) {
	data, err := gunzip(io.NewSectionReader(f, 0, size), size)
	if err != nil {
		return nil, 0, err
	}
	return bytes.NewReader(data), int64(len(data)), nil
}
