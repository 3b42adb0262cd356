package cnn

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/onnx"
)

// objective builds the sum of the goals. Each but Energy declares an input for its weights, 1 × C × 1 × 1.
func (o ExciterOptions) objective(b *onnx.Builder, _ []string) string {
	total := ""
	for i, g := range o.Goals {
		term := g.build(b, fmt.Sprintf("weights_%d", i))
		if factor := g.Factor; factor != 0 && factor != 1 {
			term = b.Mul("", term, b.Floats(fmt.Sprintf("factor_%d", i), []int64{1}, []float32{factor}))
		}
		if total == "" {
			total = term
		} else {
			total = b.Add("", total, term)
		}
	}
	if o.Diversity != 0 && o.Count > 1 {
		alike := likeness(b, o.Goals[0].Layer)
		total = b.Sub("", total, b.Mul("", alike, b.Floats("diversity", []int64{1}, []float32{o.Diversity})))
	}
	return total
}

// build makes one goal: a vector of one number, the mean over the pictures.
func (g Goal) build(b *onnx.Builder, name string) string {
	x := asMap(b, g.Layer.Value)
	if g.Kind == Energy {
		return b.Reshape("", b.ReduceMean("", b.Mul("", x, x), 0, 1, 2, 3), 1)
	}
	weights := b.Input(name, 1, int64(g.Layer.Channels), 1, 1)
	if g.Kind == Place {
		x = b.Slice("", x, onnx.Range{Axis: 2, Start: int64(g.Y), End: int64(g.Y) + 1}, onnx.Range{Axis: 3, Start: int64(g.X), End: int64(g.X) + 1})
	}
	dot := b.ReduceSum("", b.Mul("", x, weights), 1) // N × 1 × H × W
	if g.Kind == Cosine && g.Power != 0 {
		dot = b.Mul("", dot, b.Pow("", cosine(b, x, weights, dot), g.Power))
	}
	return b.Reshape("", b.ReduceMean("", dot, 0, 1, 2, 3), 1)
}

// asMap gives a vector the shape of a map.
func asMap(b *onnx.Builder, value string) string {
	if dims := b.Dims(value); len(dims) == 2 {
		return b.Reshape("", value, dims[0], dims[1], 1, 1)
	}
	return value
}

// leastCosine keeps what looks elsewhere from counting, and its derivative from vanishing (Lucid's max(0.1, …)).
const leastCosine = 0.1

// cosine is that of the angle between every place of a map and the weights.
func cosine(b *onnx.Builder, x, weights, dot string) string {
	length := func(v string) string {
		square := b.ReduceSum("", b.Mul("", v, v), 1)
		return b.Sqrt("", b.Add("", square, b.Floats(b.Unused("epsilon"), []int64{1}, []float32{1e-12})))
	}
	least := b.Floats(b.Unused("least"), []int64{1}, []float32{leastCosine})
	return b.Node("Max", "", []string{least, b.Div("", dot, b.Mul("", length(x), length(weights)))})
}

// likeness is how alike pictures are in the channels that occur together: the mean over pictures of the sum, over all
// others, of the products of their Gram matrices, each of length 1 (Lucid's diversity).
func likeness(b *onnx.Builder, layer Layer) string {
	x := asMap(b, layer.Value)
	dims := b.Dims(x)
	count, channels := dims[0], dims[1]
	rows := b.Reshape("", x, count, channels, dims[2]*dims[3])
	gram := b.Reshape("", b.MatMul("", rows, b.Transpose("", rows, 0, 2, 1)), count, channels*channels)
	square := b.ReduceSum("", b.Mul("", gram, gram), 1)
	length := b.Sqrt("", b.Add("", square, b.Floats(b.Unused("epsilon"), []int64{1}, []float32{1e-10})))
	unit := b.Div("", gram, length)
	products := b.MatMul("", unit, b.Transpose("", unit, 1, 0)) // N × N
	apart := make([]float32, count*count)
	for i := range apart {
		if int64(i)/count != int64(i)%count {
			apart[i] = 1 / float32(count)
		}
	}
	others := b.Mul("", products, b.Floats(b.Unused("others"), []int64{count, count}, apart))
	return b.Reshape("", b.ReduceSum("", others, 0, 1), 1)
}
