package onnx_test

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/ortrun/ortruntest"
	"github.com/convnet-playground/convnet/internal/testdata"
)

// judged is what torch says of a case: scripts/fixtures/gradients.
type judged struct {
	Name      string
	Shape     []int64
	Objective float64
	Gradient  []float64
}

// maker builds a case.
type maker struct {
	*onnx.Builder
	name string
}

// array is a constant that both sides generate.
func (m maker) array(name string, dims ...int64) string { return m.shifted(name, 0, dims...) }

// shifted is an array with a number added.
func (m maker) shifted(name string, by float32, dims ...int64) string {
	data := drawnBy(m.name+"/"+name, dims)
	for i := range data {
		data[i] += by
	}
	return m.Floats(name, dims, data)
}

func (m maker) number(v float32) string {
	return m.Floats(m.Unused("number"), []int64{}, []float32{v})
}

func (m maker) op(op string, inputs ...string) string { return m.Node(op, "", inputs) }

func (m maker) times(x string, v float32) string { return m.Mul("", x, m.number(v)) }

func (m maker) ints(values ...int64) string { return m.Int64s(m.Unused("ints"), values...) }

// flip is x from back to front along an axis.
func (m maker) flip(x string, axis int64) string {
	return m.op("Slice", x, m.ints(-1), m.ints(math.MinInt64), m.ints(axis), m.ints(-1))
}

// drawnBy are as many of a name's numbers as a shape holds.
func drawnBy(name string, dims []int64) []float32 {
	size := int64(1)
	for _, d := range dims {
		size *= d
	}
	draw, data := testdata.Numbers(name), make([]float32, size)
	for i := range data {
		data[i] = float32(draw())
	}
	return data
}

// TestGradientRules holds the rule of every operator against torch's autograd: to 1e-5 of the gradient's length.
func TestGradientRules(t *testing.T) {
	rt := ortruntest.Open(t)
	all := readJudged(t)
	if len(all) != len(ruled) {
		t.Errorf("torch has judged %d cases, %d are built here", len(all), len(ruled))
	}
	for _, want := range all {
		t.Run(want.Name, func(t *testing.T) {
			build, ok := ruled[want.Name]
			if !ok {
				t.Fatal("it is not built here")
			}
			m := maker{onnx.NewBuilder("case", 0), want.Name}
			model, err := m.Model(build(m, m.Input("x", want.Shape...)))
			if err != nil {
				t.Fatal(err)
			}
			if want.Name == "split" {
				splitted(model.Graph)
			}
			options := onnx.GradientOptions{RedirectReLU: want.Name == "redirected" || want.Name == "redirected clip"}
			g, err := onnx.Gradient(model, want.Shape, []string{model.Graph.Output[0].Name}, func(b *onnx.Builder, values []string) string {
				dims := b.Dims(values[0])
				var axes []int64
				for i := range dims {
					axes = append(axes, int64(i))
				}
				seed := b.Floats("seed", dims, drawnBy(want.Name+"/seed", dims))
				return b.ReduceSum("", b.Mul("", values[0], seed), axes...)
			}, options)
			if err != nil {
				t.Fatal(err)
			}
			out := run(t, rt, g, ortrun.Tensor{Shape: want.Shape, Data: caseInput(want)})
			compareGradient(t, want, float64(out[0].Data[0]), out[1].Data)
		})
	}
}

// caseInput is a case's picture; that of the ties has few different numbers.
func caseInput(c judged) []float32 {
	x := drawnBy(c.Name+"/x", c.Shape)
	for i := range x {
		if c.Name == "max pool ties" {
			x[i] = float32(math.Floor(float64(2 * x[i])))
		}
	}
	return x
}

func compareGradient(t *testing.T, want judged, objective float64, gradient []float32) {
	t.Helper()
	if len(gradient) != len(want.Gradient) {
		t.Fatalf("%d numbers, should be %d", len(gradient), len(want.Gradient))
	}
	off, length := 0.0, 0.0
	for i, g := range gradient {
		off += math.Pow(float64(g)-want.Gradient[i], 2)
		length += math.Pow(want.Gradient[i], 2)
	}
	if rel := math.Sqrt(off / length); !(rel <= 1e-5) {
		t.Errorf("the gradient is off by %.2g of its length", rel)
	}
	if scale := math.Abs(want.Objective) + math.Sqrt(length); !(math.Abs(objective-want.Objective) <= 1e-5*scale) {
		t.Errorf("the objective is %v, should be %v", objective, want.Objective)
	}
}

func readJudged(t *testing.T) []judged {
	t.Helper()
	f, err := os.Open("testdata/gradients.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []judged
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// onnxAttributes are names and values in turn.
func onnxAttributes(pairs []any) []*onnxpb.AttributeProto {
	var all []*onnxpb.AttributeProto
	for i := 0; i+1 < len(pairs); i += 2 {
		name := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case int:
			all = append(all, onnx.Int(name, int64(v)))
		case []int64:
			all = append(all, onnx.Ints(name, v...))
		case float64:
			all = append(all, onnx.Float(name, float32(v)))
		case string:
			all = append(all, onnx.String(name, v))
		}
	}
	return all
}
