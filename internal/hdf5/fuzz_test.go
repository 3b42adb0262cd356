package hdf5

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead walks over everything in a file; nothing may panic, hang or ask for more memory than the file's size
// makes plausible.
func FuzzRead(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 64<<10 { // larger ones make the fuzzer slow
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		root, err := file.Root()
		if err != nil {
			return
		}
		budget := 100
		walk(t, root, &budget, 3)
	})
}

func walk(t *testing.T, o *Object, budget *int, depth int) {
	if *budget--; *budget < 0 || depth < 0 {
		return
	}
	for _, name := range []string{"layer_names", "weight_names", "keras_version", "vlen", "spaced", "attribute 7"} {
		_, _ = o.Strings(name) // any error is fine
	}
	if values, err := o.Float32s(); err == nil && uint64(len(values)) > 2*1032*1032*o.f.size {
		t.Errorf("%d numbers out of %d bytes", len(values), o.f.size)
	}
	names, err := o.Children()
	if err != nil {
		return
	}
	for _, name := range names {
		if child, err := o.Open(name); err == nil {
			walk(t, child, budget, depth-1)
		}
	}
}

// TestDamage changes a file one byte at a time, in steps that reach most fields of all structures.
func TestDamage(t *testing.T) {
	const step = 5
	for _, name := range []string{"testdata/keras-like-latest.h5", "testdata/types-earliest.h5"} {
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(whole); i += step {
			for _, to := range []byte{0xff, whole[i] ^ 1} {
				damagedFile := bytes.Clone(whole)
				damagedFile[i] = to
				file, err := Open(bytes.NewReader(damagedFile), int64(len(damagedFile)))
				if err != nil {
					continue
				}
				if root, err := file.Root(); err == nil {
					budget := 30
					walk(t, root, &budget, 3)
				}
			}
		}
	}
}
