package demo_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/cnn/demo"
	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/testdata"
)

const batch = 64

// evaluator runs the embedded network on RGB pictures.
type evaluator struct {
	t       *testing.T
	about   description
	session *ortrun.Session
}

func newEvaluator(t *testing.T, outputs ...string) *evaluator {
	t.Helper()
	rt, err := ortrun.Open(library(t))
	if err != nil {
		unavailable(t, "no ONNX Runtime: %v", err)
	}
	t.Cleanup(func() { rt.Close() })
	session, err := rt.NewSession(endingIn(t, outputs), ortrun.Options{Threads: 1, Outputs: outputs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return &evaluator{t, decode[description](t, demo.ManifestJSON()), session}
}

// library is the repository's copy of ONNX Runtime, or "" for the runtime's own search.
func library(t *testing.T) string {
	t.Helper()
	if os.Getenv(ortrun.Variable) != "" {
		return ""
	}
	found, err := filepath.Glob(filepath.Join(testdata.RepoRoot(t), "bin", "libonnxruntime*"))
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// endingIn is the embedded network with the given values as its outputs.
func endingIn(t *testing.T, outputs []string) []byte {
	t.Helper()
	model, err := onnx.Unmarshal(demo.ONNX())
	if err != nil {
		t.Fatal(err)
	}
	if model, err = onnx.Prune(model, outputs); err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// run hands each batch's outputs to use, with the index of the batch's first picture.
func (e *evaluator) run(pictures [][]byte, use func(first int, outputs []ortrun.Tensor)) {
	e.t.Helper()
	for first := 0; first < len(pictures); first += batch {
		chunk := pictures[first:min(first+batch, len(pictures))]
		outputs, err := e.session.Run(context.Background(), e.input(chunk))
		if err != nil {
			e.t.Fatal(err)
		}
		use(first, outputs)
	}
}

func (e *evaluator) input(pictures [][]byte) ortrun.Tensor {
	p := e.about.Input.Preprocess
	in := ortrun.Tensor{Shape: []int64{int64(len(pictures)), 3, side, side}}
	for _, rgb := range pictures {
		for c := range 3 {
			for i := c; i < len(rgb); i += 3 {
				in.Data = append(in.Data, (float32(rgb[i])-p.Mean[c])/p.Std[c])
			}
		}
	}
	return in
}

// accuracy is the share of samples whose most likely class is theirs.
func (e *evaluator) accuracy(samples []sample, pictures [][]byte) float64 {
	right := 0
	e.run(pictures, func(first int, outputs []ortrun.Tensor) {
		classes := len(e.about.Classes)
		for i := range int(outputs[0].Shape[0]) {
			row := outputs[0].Data[i*classes : (i+1)*classes]
			if e.about.Classes[slices.Index(row, slices.Max(row))] == samples[first+i].class {
				right++
			}
		}
	})
	return float64(right) / float64(len(samples))
}

// TestHeldOutAccuracy checks the two accuracies that training.json claims: on augmented pictures never seen in
// training, of emoji that were seen otherwise and of emoji that were never seen in any form.
func TestHeldOutAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at thousands of pictures")
	}
	folder, claimed := emojiFolder(t), decode[results](t, demo.TrainingJSON())
	e := newEvaluator(t, "predictions")
	tests := []struct {
		name     string
		heldOut  bool
		images   int
		accuracy float64
		floor    float64
	}{
		{"augmented", false, claimed.AugmentedImages, claimed.AugmentedAccuracy, 0.90},
		{"instances", true, claimed.InstanceImages, claimed.InstanceAccuracy, 0.50},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var samples []sample
			var pictures [][]byte
			for _, s := range readSplit(t) {
				if s.heldOut == test.heldOut {
					samples = append(samples, s)
					pictures = append(pictures, variationOf(s.file).apply(readPicture(t, folder, s.file)))
				}
			}
			if len(samples) != test.images {
				t.Fatalf("%d images, training.json has %d", len(samples), test.images)
			}
			got := e.accuracy(samples, pictures)
			if math.Abs(got-test.accuracy) > 0.005 || got < test.floor {
				t.Errorf("accuracy %.4f, training.json has %.4f, at least %.2f is wanted", got, test.accuracy, test.floor)
			}
		})
	}
}

// TestWeightedScoreRises computes the weighted score of every default layer on the demo dataset.
func TestWeightedScoreRises(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at thousands of pictures")
	}
	folder, claimed := emojiFolder(t), decode[results](t, demo.TrainingJSON())
	labels := readLabels(t)
	var pictures [][]byte
	for _, p := range labels {
		pictures = append(pictures, onWhite.apply(readPicture(t, folder, p.file)))
	}
	e := newEvaluator(t, decode[description](t, demo.ManifestJSON()).DefaultLayers...)
	layers := e.about.DefaultLayers
	embeddings := make([][][]float64, len(layers))
	e.run(pictures, func(_ int, outputs []ortrun.Tensor) {
		for l, out := range outputs {
			embeddings[l] = append(embeddings[l], gem(out)...)
		}
	})
	scores := make([]float64, len(layers))
	for l, name := range layers {
		perCategory := weightedScores(embeddings[l], labels)
		for _, s := range perCategory {
			scores[l] += s / float64(len(perCategory))
		}
		t.Logf("%-13s %5.1f%s", name, scores[l], listed(perCategory))
		if want := claimed.WeightedScores[name]; math.Abs(scores[l]-want) > 0.5 {
			t.Errorf("%s: weighted score %.2f, training.json has %.2f", name, scores[l], want)
		}
	}
	if first, last := scores[0], scores[len(scores)-1]; last < first+25 {
		t.Errorf("the weighted score rises only from %.1f to %.1f", first, last)
	}
}

func listed(scores map[string]float64) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		fmt.Fprintf(&b, "  %s %.1f", name, scores[name])
	}
	return b.String()
}

// gem pools each picture's maps to 2×2 cells by the generalised mean with p = 3 and scales the result to length 1.
func gem(in ortrun.Tensor) [][]float64 {
	n, channels, height, width := int(in.Shape[0]), int(in.Shape[1]), int(in.Shape[2]), int(in.Shape[3])
	out := make([][]float64, n)
	for i := range out {
		v := make([]float64, channels*4)
		for c := range channels {
			plane := in.Data[(i*channels+c)*height*width:][:height*width]
			for p, x := range plane {
				cell := p/width*2/height*2 + p%width*2/width
				v[c*4+cell] += math.Pow(max(float64(x), 1e-6), 3) / float64(height*width/4)
			}
		}
		norm := 0.0
		for k := range v {
			v[k] = math.Cbrt(v[k])
			norm += v[k] * v[k]
		}
		for k := range v {
			v[k] /= math.Sqrt(norm)
		}
		out[i] = v
	}
	return out
}

// weightedScores returns each category's mean weighted score: of the 15 nearest, the hit at rank i counts (15 - i)/15.
func weightedScores(unit [][]float64, labels []picture) map[string]float64 {
	const top, all, perCategory = 15, 8.0, 20
	out := map[string]float64{}
	for q := range unit {
		similarity, order := make([]float64, len(unit)), []int{}
		for i := range unit {
			if i != q {
				order = append(order, i)
				for k, x := range unit[q] {
					similarity[i] += x * unit[i][k]
				}
			}
		}
		slices.SortStableFunc(order, func(a, b int) int {
			if similarity[a] > similarity[b] {
				return -1
			}
			if similarity[a] < similarity[b] {
				return 1
			}
			return 0
		})
		for rank, i := range order[:top] {
			if labels[i].category == labels[q].category {
				out[labels[q].category] += 100 / all / perCategory * float64(top-rank) / top
			}
		}
	}
	return out
}
