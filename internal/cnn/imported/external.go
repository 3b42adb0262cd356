package imported

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// maxModel is what a single ONNX file can hold, because protobuf counts its bytes in 31 bits.
const maxModel = 1<<31 - 1

// embedded brings the weights that lie in files beside the ONNX file into the graph. Names that lead out of the folder
// are refused: the file may come from anybody.
func embedded(m *onnxpb.ModelProto, folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	total := int64(0)
	for _, t := range tensors(m) {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		if t.RawData, err = external(root, t); err != nil {
			return fmt.Errorf("weights %s: %w", t.GetName(), err)
		}
		t.DataLocation, t.ExternalData = onnxpb.TensorProto_DEFAULT, nil
		if total += int64(len(t.RawData)); total > maxModel {
			return errors.New("its weights are larger than the 2 GB that one file can hold")
		}
	}
	return nil
}

// tensors are all that a graph stores.
func tensors(m *onnxpb.ModelProto) []*onnxpb.TensorProto {
	all := append([]*onnxpb.TensorProto(nil), m.GetGraph().GetInitializer()...)
	for _, n := range m.GetGraph().GetNode() {
		for _, a := range n.GetAttribute() {
			if a.GetT() != nil {
				all = append(all, a.GetT())
			}
		}
	}
	return all
}

// external reads the bytes that a tensor points to.
func external(root *os.Root, t *onnxpb.TensorProto) ([]byte, error) {
	where := map[string]string{}
	for _, e := range t.GetExternalData() {
		where[e.GetKey()] = e.GetValue()
	}
	name := where["location"]
	if name == "" {
		return nil, errors.New("they lie in another file, and the ONNX file does not say in which")
	}
	if !filepath.IsLocal(name) {
		return nil, fmt.Errorf("they lie in %q, outside the folder of the ONNX file; that is not followed", name)
	}
	f, err := root.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("they lie in the file %s, which must be beside the ONNX file; get it too", name)
	case err != nil:
		return nil, fmt.Errorf("they lie in the file %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	offset, length, err := section(where, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s, %w", name, err)
	}
	data := make([]byte, length)
	if _, err := f.ReadAt(data, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// section is the part of a file of the given size that a tensor takes; without a length it goes to the end.
func section(where map[string]string, size int64) (offset, length int64, err error) {
	if text := where["offset"]; text != "" {
		if offset, err = strconv.ParseInt(text, 10, 64); err != nil {
			return 0, 0, fmt.Errorf("offset %q is no number", text)
		}
	}
	length = size - offset
	if text := where["length"]; text != "" {
		if length, err = strconv.ParseInt(text, 10, 64); err != nil {
			return 0, 0, fmt.Errorf("length %q is no number", text)
		}
	}
	if offset < 0 || length < 0 || offset > size || length > size-offset {
		return 0, 0, fmt.Errorf("of %d bytes, ends before the bytes %d to %d; download or copy it again", size, offset, offset+length)
	}
	return offset, length, nil
}
