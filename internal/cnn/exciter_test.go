package cnn

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// exciting is an exciter of the demo network; its pictures are noise.
func exciting(t *testing.T, n *Network, o ExciterOptions) (*Exciter, []float32) {
	t.Helper()
	e, err := NewExciter(ortruntest.Open(t), n, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	r := rand.New(rand.NewPCG(3, 4))
	pictures := make([]float32, max(o.Count, 1)*e.Input().Len())
	for i := range pictures {
		pictures[i] = r.Float32()
	}
	return e, pictures
}

func demoLayer(t *testing.T, n *Network, at int) Layer {
	t.Helper()
	l, ok := n.Manifest.Layer(n.Manifest.DefaultLayers[at])
	if !ok {
		t.Fatal("a default layer is missing")
	}
	return l
}

// oneHot are the weights of a single channel.
func oneHot(l Layer, channel int, weight float32) []float32 {
	weights := make([]float32, l.Channels)
	weights[channel] = weight
	return weights
}

// TestExcite holds every kind of objective against central differences, in pictures of both orders of colours.
func TestExcite(t *testing.T) {
	n := demoNetwork(t)
	early, late := demoLayer(t, n, 1), demoLayer(t, n, len(n.Manifest.DefaultLayers)-1)
	for name, test := range map[string]struct {
		o       ExciterOptions
		order   string
		weights [][]float32
	}{
		"a channel":            {ExciterOptions{Goals: []Goal{{Layer: early}}}, "rgb", [][]float32{oneHot(early, 3, 1)}},
		"blue first":           {ExciterOptions{Goals: []Goal{{Layer: early}}}, "bgr", [][]float32{oneHot(early, 3, 1)}},
		"the opposite":         {ExciterOptions{Goals: []Goal{{Layer: late}}}, "rgb", [][]float32{oneHot(late, 2, -1)}},
		"a place":              {ExciterOptions{Goals: []Goal{{Layer: early, Kind: Place, Y: 2, X: 3}}}, "rgb", [][]float32{oneHot(early, 1, 1)}},
		"a whole layer":        {ExciterOptions{Goals: []Goal{{Layer: late, Kind: Energy}}}, "rgb", nil},
		"a direction":          {ExciterOptions{Goals: []Goal{{Layer: late, Kind: Cosine, Power: 2}}}, "rgb", [][]float32{ramp(late.Channels)}},
		"a class":              {ExciterOptions{Goals: []Goal{{Layer: classes(n), Kind: Logit}}}, "rgb", [][]float32{oneHot(classes(n), 5, 1)}},
		"two layers":           {ExciterOptions{Goals: []Goal{{Layer: early, Factor: 0.5}, {Layer: late, Factor: -2}}}, "rgb", [][]float32{oneHot(early, 0, 1), oneHot(late, 1, 1)}},
		"several pictures":     {ExciterOptions{Count: 2, Goals: []Goal{{Layer: late}}}, "rgb", [][]float32{oneHot(late, 2, 1)}},
		"several that differ":  {ExciterOptions{Count: 3, Diversity: 2, Goals: []Goal{{Layer: early}}}, "rgb", [][]float32{oneHot(early, 2, 1)}},
		"dead units let it in": {ExciterOptions{Redirect: true, Goals: []Goal{{Layer: late}}}, "rgb", [][]float32{oneHot(late, 2, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			n := *n
			n.Manifest.Input.Preprocess.Order = test.order
			n.Manifest.Input.Preprocess.Mean, n.Manifest.Input.Preprocess.Std = []float32{120, 128, 140}, []float32{60, 64, 70}
			e, pictures := exciting(t, &n, test.o)
			if off := slopeError(t, e, test.weights, pictures); off > 0.02 {
				t.Errorf("slopes differ by %.2g of the gradient", off)
			}
		})
	}
}

// classes is the layer that the network ends in.
func classes(n *Network) Layer { return n.Manifest.Layers[len(n.Manifest.Layers)-1] }

// TestLogit: a class's score has no part in the others', as its probability has.
func TestLogit(t *testing.T) {
	n := demoNetwork(t)
	l := classes(n)
	value := func(kind GoalKind) float64 {
		e, pictures := exciting(t, n, ExciterOptions{Goals: []Goal{{Layer: l, Kind: kind}}})
		weights := make([]float32, l.Channels)
		for i := range weights {
			weights[i] = 1
		}
		v, err := e.Excite(context.Background(), [][]float32{weights}, pictures, make([]float32, len(pictures)))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if p := value(Mean); math.Abs(p-1) > 1e-5 {
		t.Errorf("the probabilities add up to %v", p)
	}
	if s := value(Logit); math.Abs(s-1) < 1e-3 {
		t.Errorf("the scores add up to %v, as probabilities would", s)
	}
}

func ramp(n int) []float32 {
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(i%5) - 1.5
	}
	return data
}

// slopeError is the difference of a slope, measured along the gradient with the step that shows it best, from the
// gradient's length, relative to it.
func slopeError(t *testing.T, e *Exciter, weights [][]float32, pictures []float32) float64 {
	t.Helper()
	gradient, spare, moved := make([]float32, len(pictures)), make([]float32, len(pictures)), make([]float32, len(pictures))
	at := func(pictures, gradient []float32) float64 {
		v, err := e.Excite(context.Background(), weights, pictures, gradient)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at(pictures, gradient)
	square := 0.0
	for _, g := range gradient {
		square += float64(g) * float64(g)
	}
	if square == 0 {
		t.Fatal("the gradient is zero")
	}
	least := math.Inf(1)
	for _, step := range []float64{3e-2, 1e-2, 3e-3, 1e-3} {
		side := func(sign float64) float64 {
			for i, g := range gradient {
				moved[i] = pictures[i] + float32(sign*step*float64(g)/math.Sqrt(square))
			}
			return at(moved, spare)
		}
		slope := (side(1) - side(-1)) / (2 * step)
		least = min(least, math.Abs(slope-math.Sqrt(square))/math.Sqrt(square))
	}
	return least
}

func TestExciteRefuses(t *testing.T) {
	n := demoNetwork(t)
	l := demoLayer(t, n, 0)
	e, pictures := exciting(t, n, ExciterOptions{Goals: []Goal{{Layer: l}}})
	gradient := slices.Clone(pictures)
	for name, test := range map[string]struct {
		weights            [][]float32
		pictures, gradient []float32
		says               string
	}{
		"no weights":      {nil, pictures, gradient, "needs as many weights"},
		"too few weights": {[][]float32{{1}}, pictures, gradient, "needs as many weights"},
		"half a picture":  {[][]float32{oneHot(l, 0, 1)}, pictures[:9], gradient, "both should have"},
		"no room":         {[][]float32{oneHot(l, 0, 1)}, pictures, nil, "both should have"},
	} {
		if _, err := e.Excite(context.Background(), test.weights, test.pictures, test.gradient); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
	if _, err := NewExciter(ortruntest.Open(t), n, ExciterOptions{}); err == nil || !strings.Contains(err.Error(), "no layer to excite") {
		t.Errorf("without goals: %v", err)
	}
}
