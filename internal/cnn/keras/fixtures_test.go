package keras

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// fixture is what a second implementation of a network, scripts/fixtures/keras, computes in float64 from weights and a
// picture that both sides generate.
type fixture struct {
	Gain  float64 // kernels are drawn with the variance gain / fan-in
	Cases []fixtureCase
}

// fixtureCase is one input size.
type fixtureCase struct {
	Height, Width int
	Top           bool
	Layers        []fixtureLayer
}

// fixtureLayer describes one layer's output.
type fixtureLayer struct {
	Name         string
	Shape        []int64 // C × H × W, or the length of a vector
	Mean, Max    float64
	L2           float64
	ChannelMeans []float64 `json:"channel_means"` // of channels i·C/n
	At           []int     // places in the flat output
	Values       []float64 // at these places
}

// TestFixtures compares every network with a second implementation of Keras' definition: with its classifier at a square
// even size, without at one that is neither, and there once more after a change of size. Every number must agree to
// 1e-4 of its map's root mean square, which is far above what float32 loses and far below what a wrong epsilon or a
// shifted padding changes. Maps are sampled at their edges above all.
func TestFixtures(t *testing.T) {
	for _, a := range architectures {
		t.Run(a.id(), func(t *testing.T) {
			if raceDetector && a.id() != "densenet121" {
				t.Skip("one network is enough for the race detector")
			}
			f := readFixture(t, a.id())
			even, odd := f.Cases[0], f.Cases[1]
			t.Run("odd", func(t *testing.T) { odd.compare(t, f.network(t, a, odd)) })
			if testing.Short() {
				return
			}
			n := f.network(t, a, even)
			t.Run("even", func(t *testing.T) { even.compare(t, n) })
			t.Run("resized", func(t *testing.T) {
				resized, err := Resize(n, odd.Height, odd.Width)
				if err != nil {
					t.Fatal(err)
				}
				odd.compare(t, resized)
			})
		})
	}
}

// TestFixturesComplete: every fixture is of a network that exists.
func TestFixturesComplete(t *testing.T) {
	files, err := filepath.Glob("testdata/fixtures/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, err := find(strings.TrimSuffix(filepath.Base(file), ".json")); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func readFixture(t *testing.T, id string) fixture {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "fixtures", id+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// network builds an architecture with generated weights.
func (f fixture) network(t *testing.T, a Architecture, c fixtureCase) *cnn.Network {
	t.Helper()
	layers, err := a.sized(c.Height, c.Width, c.Top)
	if err != nil {
		t.Fatal(err)
	}
	data, err := emit(a.id(), layers, f.arrays)
	if err != nil {
		t.Fatal(err)
	}
	n := &cnn.Network{Manifest: a.manifest(layers), ONNX: data}
	if last := c.Layers[len(c.Layers)-1].Name; n.Manifest.Output != last {
		t.Errorf("the network ends in %s, the fixture in %s", n.Manifest.Output, last)
	}
	return n
}

// compare runs a network on the generated picture.
func (c fixtureCase) compare(t *testing.T, n *cnn.Network) {
	t.Helper()
	names := make([]string, len(c.Layers))
	for i, l := range c.Layers {
		names[i] = l.Name
	}
	run := newRunner(t, n, names)
	in := ortrun.Tensor{Shape: []int64{1, 3, int64(c.Height), int64(c.Width)}, Data: testdata.Picture(c.Height, c.Width)}
	maps, err := run.session.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, want := range c.Layers {
		d, err := want.deviation(maps[i])
		if err != nil {
			t.Fatal(err)
		}
		if worst = max(worst, d); !(d <= tolerance) {
			t.Errorf("%s is off by %.2g of its root mean square", want.Name, d)
		}
	}
	t.Logf("%d layers, largest deviation %.2g of a map's root mean square", len(c.Layers), worst)
}

// deviation is the largest difference of a number of the map from the fixture's, relative to the map's root mean square.
func (l fixtureLayer) deviation(m ortrun.Tensor) (float64, error) {
	if !slices.Equal(m.Shape[1:], l.Shape) {
		return 0, fmt.Errorf("%s has the shape %v, want %v", l.Name, m.Shape[1:], l.Shape)
	}
	shape := []int64{1, 1, 1, 1}
	copy(shape, m.Shape)
	got := measure(ortrun.Tensor{Shape: shape, Data: m.Data})
	mean := 0.0
	for _, v := range got.Mean {
		mean += v / float64(len(got.Mean))
	}
	rms := l.L2 / math.Sqrt(float64(len(m.Data)))
	off := max(math.Abs(mean-l.Mean), math.Abs(got.Max-l.Max)) / rms
	off = max(off, math.Abs(got.L2-l.L2)/l.L2)
	for i, want := range l.ChannelMeans {
		off = max(off, math.Abs(got.Mean[i*len(got.Mean)/len(l.ChannelMeans)]-want)/rms)
	}
	for i, want := range l.Values {
		off = max(off, math.Abs(float64(m.Data[l.At[i]])-want)/rms)
	}
	return off, nil
}

// arrays generates a layer's weights.
func (f fixture) arrays(l *layer) (map[string][]float32, error) {
	made := map[string][]float32{}
	for _, w := range l.weights {
		shift, scale := w.line(f.Gain)
		data := make([]float32, w.size())
		draw := testdata.Numbers(l.name + "/" + w.role)
		for i := range data {
			data[i] = float32(shift + float64(scale*draw()))
		}
		made[w.role] = data
	}
	return made, nil
}

// line says what is made of a number u in [-1, 1): shift + scale·u.
func (w weight) line(gain float64) (shift, scale float64) {
	switch w.role {
	case "bias", "beta", "moving_mean":
		return 0, 0.1
	case "gamma":
		return 1, 0.2
	case "moving_variance":
		return 1, 0.3
	}
	return 0, math.Sqrt(3 * gain / float64(w.fanIn()))
}

// fanIn is how many numbers each number of the output is a sum of.
func (w weight) fanIn() int {
	if w.role == "depthwise_kernel" {
		return w.shape[0] * w.shape[1]
	}
	return w.size() / w.shape[len(w.shape)-1]
}
