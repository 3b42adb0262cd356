package npy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// What NumPy 1.24 writes for numpy.arange(6, dtype="float32").reshape(1, 2, 3) and for the float64 array [0.5, -2].
const (
	cube = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }                                                       \n" +
		"\x00\x00\x00\x00\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@"
	pair = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }                                                            \n" +
		"\x00\x00\x00\x00\x00\x00\xe0?\x00\x00\x00\x00\x00\x00\x00\xc0"
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		file  string
		shape []int
		data  []float32
	}{
		{cube, []int{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		{pair, []int{2}, []float32{0.5, -2}},
	} {
		shape, data, err := Read(strings.NewReader(test.file), 6)
		if err != nil || !slices.Equal(shape, test.shape) || !slices.Equal(data, test.data) {
			t.Errorf("got %v, %v, %v; want %v, %v", shape, data, err, test.shape, test.data)
		}
	}
}

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, []int{1, 2, 3}, []float32{0, 1, 2, 3, 4, 5}); err != nil || out.String() != cube {
		t.Errorf("wrote %q, %v; NumPy writes %q", out.String(), err, cube)
	}
}

func TestReadRefuses(t *testing.T) {
	for file, want := range map[string]string{
		"":                                     "no array that NumPy has saved",
		"PK\x03\x04 an .npz file":              "no array that NumPy has saved",
		cube[:20]:                              "header",
		cube[:len(cube)-1]:                     "after 0 of 6 numbers",
		strings.Replace(cube, "<f4", ">f4", 1): "astype",
		strings.Replace(cube, "<f4", "<i8", 1): "astype",
		strings.Replace(cube, "False", "True ", 1):        "ascontiguousarray",
		strings.Replace(cube, "(1, 2, 3)", "(1,2,99)", 1): "more than 6 numbers",
		strings.Replace(cube, "descr", "dtype", 1):        "not understood",
	} {
		if _, _, err := Read(strings.NewReader(file), 6); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %v, want %q", file, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(cube))
	f.Add([]byte(pair))
	f.Fuzz(func(t *testing.T, file []byte) {
		shape, data, err := Read(bytes.NewReader(file), 1<<20)
		if err != nil {
			return
		}
		count := 1
		for _, d := range shape {
			count *= d
		}
		if count != len(data) {
			t.Errorf("%d numbers for the shape %v", len(data), shape)
		}
	})
}
