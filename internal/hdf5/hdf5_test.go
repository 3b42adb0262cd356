package hdf5

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func open(t *testing.T, name string) *Object {
	t.Helper()
	path := filepath.Join("testdata", name)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := Open(f, info.Size())
	if err != nil {
		t.Fatalf("Open(%s): %v", name, err)
	}
	root, err := file.Root()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return root
}

// counting checks that an array holds 0, 1, 2, … in the given shape.
func counting(t *testing.T, root *Object, path string, shape ...uint64) {
	t.Helper()
	o, err := root.Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	got, err := o.Shape()
	if err != nil || !slices.Equal(got, shape) {
		t.Errorf("%s: shape %v, %v; want %v", path, got, err, shape)
	}
	values, err := o.Float32s()
	if err != nil {
		t.Error(err)
		return
	}
	n, _ := product(shape)
	if uint64(len(values)) != n {
		t.Fatalf("%s: %d values, want %d", path, len(values), n)
	}
	for i, v := range values {
		if v != float32(i) {
			t.Errorf("%s: element %d is %v", path, i, v)
			return
		}
	}
}

func TestKerasLike(t *testing.T) {
	for _, version := range []string{"earliest", "v108", "latest"} {
		t.Run(version, func(t *testing.T) {
			root := open(t, "keras-like-"+version+".h5")
			layers, err := root.Strings("layer_names")
			if err != nil || len(layers) != 25 || layers[1] != "conv1/conv" || layers[24] != "block19" {
				t.Fatalf("layer_names = %q, %v", layers, err)
			}
			for attribute, want := range map[string]string{"backend": "tensorflow", "keras_version": "2.1.4"} {
				if got, err := root.Strings(attribute); err != nil || len(got) != 1 || got[0] != want {
					t.Errorf("%s = %q, %v", attribute, got, err)
				}
			}
			for _, name := range layers {
				layer, err := root.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				weights, err := layer.Strings("weight_names")
				if err != nil {
					t.Fatal(err)
				}
				if want := len(weights) == 1; want != slices.Contains([]string{"conv1/conv", "conv1/bn", "fc"}, name) {
					t.Errorf("%s has weights %q", name, weights)
				}
			}
			counting(t, root, "conv1/conv/conv1/conv/kernel:0", 3, 3, 2, 4)
			counting(t, root, "conv1/bn/conv1/bn/gamma:0", 4)
			counting(t, root, "fc/fc/kernel:0", 8, 5)
		})
	}
}

func TestTypes(t *testing.T) {
	for _, version := range []string{"earliest", "latest"} {
		t.Run(version, func(t *testing.T) {
			root := open(t, "types-"+version+".h5")
			for _, name := range []string{"f2", "f4", "f8", "f4_big", "i4", "i2_big", "u1", "i8"} {
				counting(t, root, "type_"+name, 2, 3)
			}
			counting(t, root, "empty", 0, 3)
			for name, want := range map[string][]float32{
				"negative": {-1.5, 0, 65504, float32(math.Inf(1)), 5.9604645e-08},
				"minus":    {-3, 7},
				"scalar":   {42},
			} {
				if got, err := values(root, name); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s = %v, %v; want %v", name, got, err, want)
				}
			}
			for name, want := range map[string][]string{
				"vlen":   {"one", "", "three ü"},
				"spaced": {"ab", "cd ef"},
			} {
				if got, err := root.Strings(name); err != nil || !slices.Equal(got, want) {
					t.Errorf("attribute %s = %q, %v; want %q", name, got, err, want)
				}
			}
		})
	}
}

func values(root *Object, path string) ([]float32, error) {
	o, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	return o.Float32s()
}

// TestMany reads groups and attributes that have outgrown their object header, through B-trees of several levels.
func TestMany(t *testing.T) {
	for _, version := range []string{"earliest", "latest"} {
		t.Run(version, func(t *testing.T) {
			root := open(t, "many-"+version+".h5")
			names, err := root.Children()
			if err != nil || !slices.Equal(names, []string{"many", "one"}) {
				t.Errorf("children = %q, %v; soft and external links are none", names, err)
			}
			many, err := root.Open("many")
			if err != nil {
				t.Fatal(err)
			}
			if names, err = many.Children(); err != nil || len(names) != 500 {
				t.Fatalf("%d children, %v", len(names), err)
			}
			for i := range 500 {
				counting(t, many, fmt.Sprintf("a link with a fairly long name, number %d", i), 3)
			}
			for i := range 60 {
				got, err := many.Strings(fmt.Sprintf("attribute %d", i))
				if err != nil || len(got) != 1 || got[0] != fmt.Sprintf("value %d", i) {
					t.Errorf("attribute %d = %q, %v", i, got, err)
				}
			}
		})
	}
}

func TestChunked(t *testing.T) {
	for _, version := range []string{"earliest", "latest"} {
		t.Run(version, func(t *testing.T) {
			root := open(t, "chunked-"+version+".h5")
			for _, name := range []string{"plain", "gzip", "all", "shuffle", "single", "single_gzip", "implicit"} {
				counting(t, root, name, 7, 10, 3)
			}
			counting(t, root, "deep", 200)
			counting(t, root, "compact", 5)
			if version == "latest" {
				counting(t, root, "pages", 2500)
			}
			if got, err := values(root, "zeros"); err != nil || len(got) != 100000 || slices.Max(got) != 0 {
				t.Errorf("zeros: %d values, %v", len(got), err)
			}
		})
	}
}

func TestOddSuperblocks(t *testing.T) {
	root := open(t, "small-nodes.h5")
	counting(t, root, "chunks", 5, 41)
	for i := range 100 {
		counting(t, root, fmt.Sprintf("many/link %d", i), 3)
	}
	counting(t, open(t, "userblock.h5"), "one", 3)
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		file, path string
		kind       error
		says       string
	}{
		{"types-latest.h5", "compound", ErrUnsupported, "compound data"},
		{"types-latest.h5", "text", ErrUnsupported, "text where numbers are expected"},
		{"types-latest.h5", "nothing", ErrNotFound, "/nothing"},
		{"types-latest.h5", "scalar/deeper", ErrNotFound, "/scalar/deeper"},
		{"many-latest.h5", "soft", ErrNotFound, "/soft"},
		{"many-latest.h5", "many", ErrDamaged, "it is no array"},
		{"chunked-latest.h5", "lzf", ErrUnsupported, "filter LZF"},
		{"chunked-latest.h5", "growing", ErrUnsupported, "arrays that can grow"},
		{"chunked-latest.h5", "growing2", ErrUnsupported, "arrays that can grow"},
		{"chunked-latest.h5", "unwritten", ErrDamaged, "never written"},
		{"chunked-earliest.h5", "unwritten", ErrDamaged, "never written"},
	} {
		t.Run(test.file+"/"+test.path, func(t *testing.T) {
			_, err := values(open(t, test.file), test.path)
			if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %q, want a kind of %q that says %q", err, test.kind, test.says)
			}
		})
	}
	root := open(t, "types-latest.h5")
	if _, err := root.Strings("number"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("text of a number: %v", err)
	}
	if _, err := root.Strings("absent"); !errors.Is(err, ErrNotFound) {
		t.Errorf("absent attribute: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	whole, err := os.ReadFile("testdata/keras-like-latest.h5")
	if err != nil {
		t.Fatal(err)
	}
	future := slices.Clone(whole)
	future[8] = 9
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"empty", nil, ErrNotHDF5},
		{"text", []byte(strings.Repeat("no HDF5 here\n", 1000)), ErrNotHDF5},
		{"only a signature", whole[:8], ErrTruncated},
		{"a few bytes", whole[:30], ErrTruncated},
		{"half", whole[:len(whole)/2], ErrTruncated},
		{"all but one byte", whole[:len(whole)-1], ErrTruncated},
		{"newer format", future, ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Open(strings.NewReader(string(test.data)), int64(len(test.data))); !errors.Is(err, test.want) {
				t.Errorf("error %v, want a kind of %v", err, test.want)
			}
		})
	}
}

// TestChecksum changes one byte of a chunk that has a checksum.
func TestChecksum(t *testing.T) {
	data := []byte("\x01\x02\x03\x04\x05")
	sum := fletcher32(data)
	stored := append(slices.Clone(data), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
	if got, err := checkFletcher(stored); err != nil || !slices.Equal(got, data) {
		t.Fatalf("checkFletcher = %v, %v", got, err)
	}
	stored[2] ^= 1
	if _, err := checkFletcher(stored); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed byte: %v", err)
	}
}
