package keras

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
)

// stored are one layer's weights by their roles.
type stored = map[string][]float32

// operations pairs every way of adding a layer with what it should compute from the input x and its weights.
var operations = []struct {
	name string
	add  func(n *net, x *layer) *layer
	want func(x hwc, w stored) hwc
}{
	{"conv valid", func(n *net, x *layer) *layer {
		return n.conv(x, "l", conv{filters: 5, window: square(3, 1, false)})
	}, func(x hwc, w stored) hwc { return x.conv(square(3, 1, false), 5, w["kernel"]) }},
	{"conv same, stride 2, bias, relu", func(n *net, x *layer) *layer {
		return n.conv(x, "l", conv{filters: 4, window: square(3, 2, true), bias: true, activation: "relu"})
	}, func(x hwc, w stored) hwc {
		return x.conv(square(3, 2, true), 4, w["kernel"]).add(w["bias"]).each(relu)
	}},
	{"conv 1×7 same", func(n *net, x *layer) *layer {
		return n.conv(x, "l", conv{filters: 2, window: window{1, 7, 1, true}})
	}, func(x hwc, w stored) hwc { return x.conv(window{1, 7, 1, true}, 2, w["kernel"]) }},
	{"conv after padding, stride 2", func(n *net, x *layer) *layer {
		return n.conv(n.zeroPad(x, "", pads{1, 0, 2, 3}), "l", conv{filters: 2, window: square(5, 2, false)})
	}, func(x hwc, w stored) hwc { return x.pad(pads{1, 0, 2, 3}).conv(square(5, 2, false), 2, w["kernel"]) }},
	{"depthwise same", func(n *net, x *layer) *layer {
		return n.depthwise(x, "l", conv{window: square(5, 1, true), bias: true})
	}, func(x hwc, w stored) hwc {
		return x.depthwise(square(5, 1, true), w["depthwise_kernel"]).add(w["bias"])
	}},
	{"depthwise after Keras' padding, stride 2", func(n *net, x *layer) *layer {
		return n.depthwise(n.zeroPad(x, "", correctPad(x, 3)), "l", conv{window: square(3, 2, false)})
	}, func(x hwc, w stored) hwc {
		p := pads{x.h % 2, x.w % 2, 1, 1}
		return x.pad(p).depthwise(square(3, 2, false), w["depthwise_kernel"])
	}},
	{"max pooling valid", func(n *net, x *layer) *layer { return n.maxPool(x, "l", square(3, 2, false)) },
		func(x hwc, _ stored) hwc { return x.maxPool(square(3, 2, false)) }},
	{"max pooling same", func(n *net, x *layer) *layer { return n.maxPool(x, "l", square(3, 2, true)) },
		func(x hwc, _ stored) hwc { return x.maxPool(square(3, 2, true)) }},
	{"max pooling of padded values", func(n *net, x *layer) *layer {
		return n.maxPool(n.zeroPad(x, "", around(1)), "l", square(3, 2, false))
	}, func(x hwc, _ stored) hwc { return x.pad(around(1)).maxPool(square(3, 2, false)) }},
	{"max pooling of padded activations", func(n *net, x *layer) *layer {
		return n.maxPool(n.zeroPad(n.relu6(x, ""), "", around(1)), "l", square(3, 2, false))
	}, func(x hwc, _ stored) hwc { return x.each(relu6).pad(around(1)).maxPool(square(3, 2, false)) }},
	{"average pooling same", func(n *net, x *layer) *layer { return n.averagePool(x, "l", square(3, 1, true)) },
		func(x hwc, _ stored) hwc { return x.averagePool(square(3, 1, true)) }},
	{"average pooling valid", func(n *net, x *layer) *layer { return n.averagePool(x, "l", square(2, 2, false)) },
		func(x hwc, _ stored) hwc { return x.averagePool(square(2, 2, false)) }},
	{"global average pooling", func(n *net, x *layer) *layer { return n.globalAveragePool(x, "l") },
		func(x hwc, _ stored) hwc { return x.averagePool(window{x.h, x.w, 1, false}) }},
	{"zero padding", func(n *net, x *layer) *layer { return n.zeroPad(x, "l", pads{3, 1, 0, 2}) },
		func(x hwc, _ stored) hwc { return x.pad(pads{3, 1, 0, 2}) }},
	{"batch norm", func(n *net, x *layer) *layer { return n.batchNorm(x, "l", batchNorm{epsilon: 0.25}) },
		func(x hwc, w stored) hwc { return x.each(normalise(w, 0.25)) }},
	{"batch norm without gamma", func(n *net, x *layer) *layer {
		return n.batchNorm(x, "l", batchNorm{epsilon: defaultEpsilon, noGamma: true})
	}, func(x hwc, w stored) hwc { return x.each(normalise(w, defaultEpsilon)) }},
	{"relu", func(n *net, x *layer) *layer { return n.activation(x, "l", "relu") },
		func(x hwc, _ stored) hwc { return x.each(relu) }},
	{"relu6", func(n *net, x *layer) *layer { return n.relu6(x, "l") },
		func(x hwc, _ stored) hwc { return x.each(relu6) }},
	{"concatenate", func(n *net, x *layer) *layer { return n.concatenate("l", n.relu6(x, ""), x) },
		func(x hwc, _ stored) hwc {
			out := newHWC(x.h, x.w, 2*x.c)
			for i := range out.v {
				place, c := i/out.c, i%out.c
				out.v[i] = x.v[place*x.c+c%x.c]
				if c < x.c {
					out.v[i] = min(max(out.v[i], 0), 6)
				}
			}
			return out
		}},
	{"add", func(n *net, x *layer) *layer { return n.sum("l", x, n.activation(x, "", "relu")) },
		func(x hwc, _ stored) hwc { return x.each(func(v float64, _ int) float64 { return v + max(v, 0) }) }},
	{"flatten", func(n *net, x *layer) *layer { return n.flatten(x, "l") },
		func(x hwc, _ stored) hwc { return hwc{1, 1, len(x.v), x.v} }},
	{"dense of a flattened map", func(n *net, x *layer) *layer { return n.dense(n.flatten(x, ""), "l", 6, "softmax") },
		func(x hwc, w stored) hwc { return softmax(x.dense(6, w["kernel"]).add(w["bias"])) }},
}

func relu(v float64, _ int) float64 { return max(v, 0) }

func relu6(v float64, _ int) float64 { return min(max(v, 0), 6) }

func normalise(w stored, epsilon float64) func(float64, int) float64 {
	return func(v float64, c int) float64 {
		y := (v - float64(w["moving_mean"][c])) / math.Sqrt(float64(w["moving_variance"][c])+epsilon)
		if w["gamma"] != nil {
			y *= float64(w["gamma"][c])
		}
		return y + float64(w["beta"][c])
	}
}

func softmax(x hwc) hwc {
	sum := 0.0
	for _, v := range x.v {
		sum += math.Exp(v)
	}
	return x.each(func(v float64, _ int) float64 { return math.Exp(v) / sum })
}

// TestOperations runs every operation at even and odd sizes: padding is where ports of networks go wrong.
func TestOperations(t *testing.T) {
	rt := ortruntest.Open(t)
	for _, op := range operations {
		for _, size := range [][2]int{{8, 12}, {9, 12}, {8, 13}, {11, 7}} {
			n := &net{}
			in := n.input(size[0], size[1])
			out := op.add(n, in)
			random := rand.New(rand.NewPCG(1, 2))
			weights := invent(random, out)
			model, err := emit("test", keepBooks(out), func(l *layer) (map[string][]float32, error) {
				if l != out {
					return nil, nil
				}
				return weights, nil
			})
			if err != nil || n.check() != nil {
				t.Fatalf("%s: %v, %v", op.name, err, n.check())
			}
			x := newHWC(size[0], size[1], 3)
			for i := range x.v {
				x.v[i] = float64(float32(4 * random.NormFloat64()))
			}
			want := op.want(x, weights)
			if out.h != want.h || out.w != want.w || out.c != want.c {
				t.Errorf("%s of %v: the books say %d×%d×%d, it is %d×%d×%d", op.name, size, out.h, out.w, out.c, want.h, want.w, want.c)
				continue
			}
			compare(t, op.name, run(t, rt, model, x), want)
		}
	}
}

// invent makes up a layer's weights; variances are positive.
func invent(random *rand.Rand, l *layer) stored {
	weights := stored{}
	for _, w := range l.weights {
		data := make([]float32, w.size())
		for i := range data {
			data[i] = float32(random.NormFloat64() / 4)
			if w.role == "moving_variance" {
				data[i] = 0.5 + data[i]*data[i]
			}
		}
		weights[w.role] = data
	}
	return weights
}

func run(t *testing.T, rt *ortrun.Runtime, model []byte, x hwc) []float32 {
	t.Helper()
	s, err := rt.NewSession(model, ortrun.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	nchw := make([]float32, len(x.v))
	for i, v := range x.v {
		nchw[i%x.c*x.h*x.w+i/x.c] = float32(v)
	}
	out, err := s.Run(context.Background(), ortrun.Tensor{Shape: []int64{1, int64(x.c), int64(x.h), int64(x.w)}, Data: nchw})
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Data
}

func compare(t *testing.T, name string, got []float32, want hwc) {
	t.Helper()
	if len(got) != len(want.v) {
		t.Errorf("%s: %d values, want %d", name, len(got), len(want.v))
		return
	}
	for i, v := range want.v {
		g := float64(got[i%want.c*want.h*want.w+i/want.c])
		if math.Abs(g-v) > 1e-5*(1+math.Abs(v)) {
			t.Errorf("%s: place %d, channel %d is %v, want %v", name, i/want.c, i%want.c, g, v)
			return
		}
	}
}

// TestOrder builds a network whose branches were created in another order than Keras lists them in.
func TestOrder(t *testing.T) {
	n := &net{}
	x := n.input(8, 8)
	short := n.activation(x, "short", "relu")
	long := n.activation(n.activation(x, "long1", "relu"), "long2", "relu")
	n.activation(x, "unused", "relu")
	out := n.sum("sum", long, short)
	var names []string
	for _, l := range keepBooks(out) {
		names = append(names, l.name)
	}
	// short is as far from the output as long2 but met later; long1 is farther than both.
	want := []string{"input_1", "long1", "long2", "short", "sum"}
	for i := range want {
		if len(names) != len(want) || names[i] != want[i] {
			t.Fatalf("order %v, want %v", names, want)
		}
	}
}

// TestMistakes: what does not fit is reported once the network is complete, and nothing panics before.
func TestMistakes(t *testing.T) {
	for name, build := range map[string]func(n *net, x *layer) *layer{
		"input too small": func(n *net, x *layer) *layer {
			return n.maxPool(n.conv(x, "a", conv{filters: 1, window: square(9, 1, false)}), "b", square(3, 2, false))
		},
		"maps of different size":  func(n *net, x *layer) *layer { return n.concatenate("a", x, n.zeroPad(x, "", around(1))) },
		"different channels":      func(n *net, x *layer) *layer { return n.sum("a", x, n.concatenate("", x, x)) },
		"one name for two layers": func(n *net, x *layer) *layer { return n.relu6(n.relu6(x, "a"), "a") },
	} {
		n := &net{}
		build(n, n.input(8, 8))
		if n.check() == nil {
			t.Errorf("%s: no mistake found", name)
		}
	}
}

func TestSnakeCase(t *testing.T) {
	for class, want := range map[string]string{
		"ZeroPadding2D": "zero_padding2d", "Conv2D": "conv2d", "GlobalAveragePooling2D": "global_average_pooling2d",
		"BatchNormalization": "batch_normalization", "ReLU": "re_lu", "Add": "add", "DepthwiseConv2D": "depthwise_conv2d",
	} {
		if got := snakeCase(class); got != want {
			t.Errorf("snakeCase(%s) = %s, want %s", class, got, want)
		}
	}
}
