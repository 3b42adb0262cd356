package ortrun_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/convnet-playground/convnet/internal/onnx"
	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
	"github.com/convnet-playground/convnet/internal/ortrun"
)

// dense builds a network of DenseNet121's layout with random weights: its speed
// is the real one's, and no weights are needed to measure it.
type dense struct {
	*onnx.Builder
	random *rand.Rand
}

func denseNet(tb testing.TB) *onnxpb.ModelProto {
	tb.Helper()
	d := dense{onnx.NewBuilder("densenet", 0), rand.New(rand.NewPCG(1, 2))}
	x := d.Input("input", 1, 3, 224, 224)
	x = d.norm("conv1/relu", d.conv("conv1/conv", x, 64, 7, 2))
	x = d.MaxPool("pool1", x, onnx.Window{Kernel: [2]int64{3, 3}, Stride: [2]int64{2, 2}, Pads: [4]int64{1, 1, 1, 1}})
	for stage, blocks := range []int{6, 12, 24, 16} {
		name := fmt.Sprintf("conv%d", stage+2)
		if stage > 0 {
			half := d.Dims(x)[1] / 2
			x = d.conv(name+"_pool_conv", d.norm(name+"_pool_relu", x), half, 1, 1)
			x = d.AveragePool(name+"_pool", x, onnx.Window{Kernel: [2]int64{2, 2}, Stride: [2]int64{2, 2}})
		}
		for i := range blocks {
			x = d.block(fmt.Sprintf("%s_block%d", name, i+1), x)
		}
	}
	x = d.Flatten("avg_pool", d.GlobalAveragePool("", d.norm("relu", x)), 1)
	m, err := d.Model(x)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func (d dense) block(name, x string) string {
	y := d.conv(name+"_1_conv", d.norm(name+"_0_relu", x), 128, 1, 1)
	y = d.conv(name+"_2_conv", d.norm(name+"_1_relu", y), 32, 3, 1)
	return d.Concat(name+"_concat", 1, x, y)
}

func (d dense) conv(name, x string, channels, kernel, stride int64) string {
	in := d.Dims(x)[1]
	w := make([]float32, channels*in*kernel*kernel)
	for i := range w {
		w[i] = float32(d.random.NormFloat64() * math.Sqrt(2/float64(in*kernel*kernel)))
	}
	pad := kernel / 2
	return d.Conv(name, x, d.Floats(name+"/kernel", []int64{channels, in, kernel, kernel}, w), "",
		onnx.Window{Stride: [2]int64{stride, stride}, Pads: [4]int64{pad, pad, pad, pad}})
}

// norm is batch normalisation and ReLU.
func (d dense) norm(name, x string) string {
	c := d.Dims(x)[1]
	same := func(what string, v float32) string {
		data := make([]float32, c)
		for i := range data {
			data[i] = v
		}
		return d.Floats(name+"/"+what, []int64{c}, data)
	}
	return d.Relu(name, d.BatchNormalization(name+"/bn", x, onnx.BatchNorm{
		Scale: same("gamma", 1), Bias: same("beta", 0.1), Mean: same("mean", 0), Variance: same("variance", 1), Epsilon: 1e-5}))
}

// originalEight are the layers the original playground took of DenseNet121.
var originalEight = []string{"conv2_block1_1_conv", "conv2_block6_2_conv", "conv3_block5_1_conv", "conv4_block9_1_conv",
	"conv4_block23_2_conv", "conv5_block13_2_conv", "conv5_block16_1_conv", "conv5_block16_concat"}

func tappedDenseNet(tb testing.TB, m *onnxpb.ModelProto) []byte {
	tb.Helper()
	tapped, _, err := onnx.WithTaps(m, []int64{1, 3, 224, 224}, originalEight)
	if err != nil {
		tb.Fatal(err)
	}
	return marshal(tb, tapped)
}

func marshal(tb testing.TB, m *onnxpb.ModelProto) []byte {
	tb.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// picture is some input.
var picture = func() ortrun.Tensor {
	r := rand.New(rand.NewPCG(3, 4))
	t := ortrun.Tensor{Shape: []int64{1, 3, 224, 224}, Data: make([]float32, 3*224*224)}
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}()
