package imported

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// signature is how a kind of file begins, and what to say of it.
type signature struct {
	offset int
	begins string // lower case
	says   string
}

const (
	exportTorch = "load it in PyTorch and write the network with torch.onnx.export"
	exportKeras = "convert it with tf2onnx"
)

// foreign lists what people hand in instead of ONNX files.
var foreign = []signature{
	{0, "version https://git-lfs", "this is a Git LFS pointer, not the file itself; run \"git lfs pull\", or download the file from the web"},
	{0, "<!doctype html", "this is a web page: the download answered with a page; get the file itself"},
	{0, "<html", "this is a web page: the download answered with a page; get the file itself"},
	{0, "<?xml", "this is an XML document: a description of an OpenVINO network or a server's error message; get the .onnx file"},
	{0, "<net", "this is the description of an OpenVINO network; get the .onnx file that it was made from"},
	{0, "{", "this is JSON: the description of a network or a server's error message; get the .onnx file"},
	{0, "\x89hdf\r\n", "this is an HDF5 file, as Keras writes; if it holds the weights of a network that convnet knows, add it with \"convnet models add NAME --weights FILE\", otherwise " + exportKeras},
	{0, "\x80\x02", "this is a Python pickle, as old versions of PyTorch write; " + exportTorch},
	{4, "tfl3", "this is a TensorFlow Lite network; " + exportKeras + " --tflite"},
	{4, "ortm", "this is a network in ONNX Runtime's own format; get the .onnx file that it was made from"},
	{0, "gguf", "this is a file of language-model weights (GGUF), not a network that sees pictures"},
	{0, "\x1f\x8b", "this is a gzip archive; unpack it first"},
	{8, "{\"", "this holds weights without a network (safetensors); load them in PyTorch and write the network with torch.onnx.export"},
}

// refuseForeign names a file that is certainly something else than ONNX.
func refuseForeign(data []byte) error {
	if len(data) == 0 {
		return errors.New("the file is empty; download or export it again")
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return refuseArchive(data)
	}
	head := slices.Clone(data[:min(len(data), 512)])
	for i, b := range head {
		if 'A' <= b && b <= 'Z' {
			head[i] = b + 'a' - 'A'
		}
	}
	text := bytes.TrimLeft(head, " \t\r\n\ufeff")
	for _, s := range foreign {
		at := head[min(s.offset, len(head)):]
		if s.offset == 0 {
			at = text
		}
		if bytes.HasPrefix(at, []byte(s.begins)) {
			return errors.New(s.says)
		}
	}
	return nil
}

// refuseArchive says what is in a zip archive, by the names in it.
func refuseArchive(data []byte) error {
	switch {
	case bytes.Contains(data, []byte("/data.pkl")):
		return errors.New("this is a PyTorch checkpoint, which holds weights and not always a network; " + exportTorch)
	case bytes.Contains(data, []byte("model.weights.h5")):
		return errors.New("this is a .keras file; " + exportKeras + ", or write its weights with model.save_weights(\"weights.h5\")")
	case bytes.Contains(data, []byte(".onnx")):
		return errors.New("this is a zip archive with an ONNX file in it; unpack it first")
	}
	return errors.New("this is a zip archive; unpack it, and give the .onnx file in it")
}

// refuseFolder says what to do with a folder instead of a file.
func refuseFolder(path string) error {
	if _, err := os.Stat(filepath.Join(path, "saved_model.pb")); err == nil {
		return errors.New("this folder is a TensorFlow SavedModel; " + exportKeras + ": python -m tf2onnx.convert --saved-model FOLDER --output FILE.onnx")
	}
	return errors.New("this is a folder; give the .onnx file in it")
}

// refuseUnreadable says what a file may be that is no ONNX although nothing is known of how it begins.
func refuseUnreadable(path string) error {
	if strings.EqualFold(filepath.Ext(path), ".pb") {
		return errors.New("this is no ONNX file; if it is a TensorFlow graph, " + exportKeras)
	}
	return errors.New("this is no ONNX file, or it is damaged or cut off; download or export it again")
}
