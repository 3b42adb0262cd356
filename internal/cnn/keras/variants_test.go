package keras

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// synthetic makes what OpenWeights returns for a file with the weights of the given layers, which are renamed if there
// is a function for it. Every array counts upwards.
func synthetic(layers []*layer, rename func(i int, name string) string) *Weights {
	w := &Weights{File: "synthetic.h5"}
	for i, l := range withWeights(layers) {
		name := l.name
		if rename != nil {
			name = rename(i, name)
		}
		w.layers = append(w.layers, counted(name, l.weights))
	}
	return w
}

func counted(name string, weights []weight) storedLayer {
	s := storedLayer{name: name}
	shapes := map[string]weight{}
	for _, a := range weights {
		path := name + "/" + a.role + ":0"
		s.arrays, shapes[path] = append(s.arrays, path), a
	}
	s.open = func(path string) (array, error) {
		a := shapes[path]
		return array{path, a.shape, func() ([]float32, error) { return upwards(a.size()), nil }}, nil
	}
	return s
}

func upwards(size int) []float32 {
	data := make([]float32, size)
	for i := range data {
		data[i] = float32(i % 251)
	}
	return data
}

// unnamed calls layers what Keras calls those without a name, with a count that other networks have pushed up.
func unnamed(i int, _ string) string { return fmt.Sprintf("layer_%d", i+95) }

func books(t *testing.T, id string, top bool) []*layer {
	t.Helper()
	a, err := find(id)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := a.layers(top)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// TestVariants: two files of one name hold weights of the same shapes for different definitions of ResNet50. What the
// layers are called decides, and without names the order in which the shapes come.
func TestVariants(t *testing.T) {
	tf := func(_ int, name string) string { return strings.Replace(name, "probs", "predictions", 1) }
	for _, test := range []struct {
		name, file string
		rename     func(int, string) string
		top        bool
	}{
		{"the first file", "resnet50", nil, true},
		{"the second file", "resnet50-tf2", nil, true},
		{"as TensorFlow names the classifier", "resnet50-tf2", tf, true},
		{"the first without classifier", "resnet50", nil, false},
		{"the second without classifier", "resnet50-tf2", nil, false},
		{"the first without names", "resnet50", unnamed, true},
		{"the second without names", "resnet50-tf2", unnamed, true},
		{"the second with neither", "resnet50-tf2", unnamed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := books(t, test.file, test.top)
			for _, asked := range []string{"resnet50", "resnet50-tf2"} {
				a, err := find(asked)
				if err != nil {
					t.Fatal(err)
				}
				v, layers, m, err := a.chosen(synthetic(want, test.rename), BuildOptions{Top: test.top})
				if err != nil {
					t.Fatal(err)
				}
				manifest := v.manifest(layers)
				if manifest.Name != "resnet50" || manifest.Architecture != test.file {
					t.Errorf("asked for %s, it became %s of architecture %s", asked, manifest.Name, manifest.Architecture)
				}
				for i, l := range layers {
					if l.name != want[i].name || len(m[l]) != len(l.weights) {
						t.Fatalf("layer %d is %s with %d arrays, want %s", i, l.name, len(m[l]), want[i].name)
					}
				}
			}
		})
	}
}

// TestEpsilons: what the two definitions differ in and no file states.
func TestEpsilons(t *testing.T) {
	for id, want := range map[string]float32{"resnet50": 1e-3, "resnet50-tf2": 1.001e-5} {
		model, err := graph(id, books(t, id, true), nil)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, n := range model.Graph.Node {
			for _, a := range n.Attribute {
				if n.OpType == "BatchNormalization" && a.Name == "epsilon" && a.F == want {
					count++
				}
			}
		}
		if count != 53 {
			t.Errorf("%s: %d of 53 normalisations have the epsilon %g", id, count, want)
		}
	}
}

// TestOtherNetworks hands every network's weights to every other one, with their names and without. Each time the one
// that they belong to is named.
func TestOtherNetworks(t *testing.T) {
	for _, rename := range []func(int, string) string{nil, unnamed} {
		for _, theirs := range Architectures() {
			w := synthetic(books(t, theirs.Name, rename == nil), rename)
			for _, ours := range Architectures() {
				_, _, _, err := ours.chosen(w, BuildOptions{Top: true})
				if ours.Name == theirs.Name {
					if err != nil {
						t.Errorf("%s refuses its own: %v", ours.Name, err)
					}
					continue
				}
				says := fmt.Sprintf("they fit %s, not %s", theirs.Name, ours.Name)
				if !errors.Is(err, ErrOtherNetwork) || !strings.Contains(err.Error(), says) {
					t.Errorf("%s given those of %s: %v", ours.Name, theirs.Name, err)
				}
			}
		}
	}
}
