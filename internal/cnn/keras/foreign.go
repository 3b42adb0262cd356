package keras

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/convnet-playground/convnet/internal/hdf5"
)

// Bounds of what a .gz file may become: Keras' largest weight files have half a gigabyte, and weights shrink little.
const (
	maxUnpacked = 4 << 30
	maxRatio    = 100
)

func isGzip(r io.ReaderAt) bool {
	var head [2]byte
	_, err := r.ReadAt(head[:], 0)
	return err == nil && head == [2]byte{0x1f, 0x8b}
}

// gunzip inflates a file of the given size.
func gunzip(r io.Reader, size int64) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("the file looks like gzip but cannot be read: %w; download it again", err)
	}
	limit := min(maxUnpacked, maxRatio*size+1<<20)
	data, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the file is truncated: its gzip data ends too early; download it again")
	case err != nil:
		return nil, fmt.Errorf("the gzip data is damaged: %w; download it again", err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("the file of %d bytes unpacks to more than %d, which no weight file does", size, limit)
	}
	return data, nil
}

// foreign lists what people hand in instead of weights, by what the file begins with.
var foreign = []struct{ begins, says string }{
	{"version https://git-lfs.github.com/spec/", "this is a Git LFS pointer, not the weights themselves; run \"git lfs pull\", or download the file from the web"},
	{"<!doctype html", "this is a web page, not a weight file: the download answered with a page; get the file itself"},
	{"<html", "this is a web page, not a weight file: the download answered with a page; get the file itself"},
	{"<?xml", "this is an XML document, perhaps a server's error message, not a weight file; download it again"},
	{"pk\x03\x04", "this is a zip archive: a .keras file of Keras 3, or a packed model; load it in Keras and write its weights with model.save_weights(\"weights.h5\")"},
	{"\x08\x01\x12", "this is the graph of a TensorFlow SavedModel, whose weights lie in files beside it; load the folder in Keras 2 and write its weights with model.save_weights(\"weights.h5\")"},
	{"{", "this is JSON, perhaps the description of a model or a server's error message; the weights are in the .h5 file beside it"},
}

// refuseForeign names a file that is certainly something else.
func refuseForeign(r io.Reader) error {
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if n == 0 {
		return errors.New("the file is empty; download it again")
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read weights: %w", err)
	}
	if isONNX(head[:n]) {
		return errors.New("this is an ONNX model, which has its weights and its graph; add it with --onnx instead of --weights")
	}
	start := strings.ToLower(string(bytes.TrimLeft(head[:n], " \t\r\n\ufeff")))
	for _, f := range foreign {
		if strings.HasPrefix(start, f.begins) {
			return errors.New(f.says)
		}
	}
	return nil
}

// refuseFolder says what to do with a folder instead of a file.
func refuseFolder(path string) error {
	what := "this is a folder; give the .h5 file in it"
	if _, err := os.Stat(filepath.Join(path, "saved_model.pb")); err == nil {
		what = "this folder is a TensorFlow SavedModel; load it in Keras 2 and write its weights with model.save_weights(\"weights.h5\")"
	}
	return errors.New(what)
}

// isONNX recognises a protobuf that begins as writers of ONNX do: the version of the file format (3 or later), then the
// name of the program or the graph.
func isONNX(head []byte) bool {
	return len(head) > 2 && head[0] == 0x08 && head[1] >= 3 && head[1] < 32 && (head[2] == 0x12 || head[2] == 0x3a)
}

// explain adds to an error of the HDF5 reader what a user can do about it.
func explain(err error) error {
	switch {
	case errors.Is(err, hdf5.ErrNotHDF5):
		return fmt.Errorf("%w; weights are .h5 files as Keras' save_weights writes them", err)
	case errors.Is(err, hdf5.ErrTruncated), errors.Is(err, hdf5.ErrDamaged):
		return fmt.Errorf("%w; download or copy it again", err)
	case errors.Is(err, hdf5.ErrUnsupported):
		return fmt.Errorf("%w; load the model in Keras 2 and write it again with save_weights(\"weights.h5\")", err)
	case errors.Is(err, hdf5.ErrNotFound):
		return fmt.Errorf("%w, although its lists say so; download or copy it again", err)
	}
	return err
}

// unreadable says whether an error comes from the HDF5 file itself rather than from what it holds.
func unreadable(err error) bool {
	for _, kind := range []error{hdf5.ErrTruncated, hdf5.ErrDamaged, hdf5.ErrUnsupported, hdf5.ErrNotFound} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// notKeras says what an HDF5 file without a list of layers may be.
func notKeras(root *hdf5.Object) error {
	for _, name := range []string{"layers", "_layer_checkpoint_dependencies"} {
		if _, err := root.Open(name); err == nil {
			return errors.New("this is a weight file of Keras 3, which does not keep Keras' layer names; load the model in Keras 2 and write it again with save_weights(\"weights.h5\")")
		}
	}
	return errors.New("this is an HDF5 file, but not one of Keras' weights: it has no list of layers")
}

// refuseBackend turns away weights whose convolutions are stored mirrored.
func refuseBackend(root *hdf5.Object) error {
	backend, err := root.Strings("backend")
	if err != nil || len(backend) == 0 || backend[0] != "theano" {
		return nil // the first Keras did not write it
	}
	return errors.New("these weights were written by Keras on Theano, which stores convolutions mirrored; get the TensorFlow version of the file (its name has \"tf\" in it)")
}
