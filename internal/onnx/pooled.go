package onnx

import (
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// PooledLayer asks for the embedding of one value of a graph.
type PooledLayer struct {
	Value   string
	Pooling Pooling
}

// WithPooledOutputs prunes a model to the layers and pools each inside the
// graph, so that whole maps never leave the runtime. inputShape is the shape of
// the model's one input with N = 1. Layer i gets three outputs:
//
//	i_embedding [N, dimension]  channel after channel, each with its cells row by row
//	i_mean      [N, C]          each channel's mean
//	i_max       [N, C]          each channel's maximum
//
// A layer without height and width (a dense one) is its own embedding, mean and
// maximum.
func WithPooledOutputs(m *onnxpb.ModelProto, inputShape []int64, layers []PooledLayer) (*onnxpb.ModelProto, error) {
	values := make([]string, len(layers))
	for i, l := range layers {
		values[i] = l.Value
	}
	pruned, err := Prune(m, values)
	if err != nil {
		return nil, err
	}
	b, err := extend(pruned, inputShape)
	if err != nil {
		return nil, err
	}
	var outputs []string
	for i, l := range layers {
		outputs = append(outputs, b.pooled(i, l)...)
	}
	return b.Model(outputs...)
}

// extend is a builder that goes on where a model ends. The model itself stays
// as it is.
func extend(m *onnxpb.ModelProto, inputShape []int64) (*Builder, error) {
	input, err := onlyInput(m)
	if err != nil {
		return nil, err
	}
	values, err := inferValues(m, map[string][]int64{input: inputShape})
	if err != nil {
		return nil, err
	}
	g := m.GetGraph()
	return &Builder{values: values, model: withGraph(m, &onnxpb.GraphProto{
		Name:        g.GetName(),
		Node:        slices.Clone(g.GetNode()),
		Initializer: slices.Clone(g.GetInitializer()),
		Input:       g.GetInput(),
		ValueInfo:   g.GetValueInfo(),
	})}, nil
}

// onlyInput is the name of a model's input.
func onlyInput(m *onnxpb.ModelProto) (string, error) {
	inputs := Inputs(m)
	if len(inputs) != 1 {
		return "", fmt.Errorf("the graph %s has the inputs %v; one is needed", m.GetGraph().GetName(), inputs)
	}
	return inputs[0], nil
}

// Inputs names what a model must be given. Old files list their initializers
// among the inputs too; those are left out.
func Inputs(m *onnxpb.ModelProto) []string {
	stored := map[string]bool{}
	for _, t := range m.GetGraph().GetInitializer() {
		stored[t.GetName()] = true
	}
	var names []string
	for _, in := range m.GetGraph().GetInput() {
		if !stored[in.GetName()] {
			names = append(names, in.GetName())
		}
	}
	return names
}

// pooled adds the three outputs of layer i and names them.
func (b *Builder) pooled(i int, l PooledLayer) []string {
	embedding, mean, maximum := fmt.Sprintf("%d_embedding", i), fmt.Sprintf("%d_mean", i), fmt.Sprintf("%d_max", i)
	outputs := []string{embedding, mean, maximum}
	dims := b.Dims(l.Value)
	if b.fail(checkPooled(l, dims)); b.err != nil {
		return outputs
	}
	if len(dims) == 2 {
		for _, out := range outputs {
			b.Identity(out, l.Value)
		}
		return outputs
	}
	b.Flatten(mean, b.GlobalAveragePool("", l.Value), 1)
	b.Flatten(maximum, b.GlobalMaxPool("", l.Value), 1)
	b.Flatten(embedding, b.pool(l.Value, l.Pooling), 1)
	return outputs
}

func checkPooled(l PooledLayer, dims []int64) error {
	if err := l.Pooling.Validate(); err != nil {
		return fmt.Errorf("layer %s: %w", l.Value, err)
	}
	switch n, err := elements(dims); {
	case err != nil:
		return fmt.Errorf("layer %s: %w", l.Value, err)
	case n == 0 || (len(dims) != 2 && len(dims) != 4):
		return fmt.Errorf("layer %s has shape %v; only maps (4 dimensions) and vectors (2) can be pooled", l.Value, dims)
	case len(dims) == 4 && int64(l.Pooling.Grid) > min(dims[2], dims[3]):
		return fmt.Errorf("layer %s is a map of %d×%d, too small for %v; Fit the pooling first", l.Value, dims[2], dims[3], l.Pooling)
	}
	return nil
}

// pool is the pooled map [N, C, grid, grid].
func (b *Builder) pool(x string, p Pooling) string {
	switch p.Kind {
	case PoolMax:
		return b.cellMax(x, int64(p.Grid))
	case PoolGeM:
		return b.signedMean(x, p)
	}
	return b.cellMean(x, int64(p.Grid))
}

// cellMean is the mean of each cell.
func (b *Builder) cellMean(x string, grid int64) string {
	dims := b.Dims(x)
	if grid == 1 {
		return b.GlobalAveragePool("", x)
	}
	rows, columns := cellsOf(dims[2], grid), cellsOf(dims[3], grid)
	if w, ok := windowOver(rows, columns, dims[2], dims[3]); ok {
		return b.AveragePool("", x, w)
	}
	weights := b.Floats(b.unused("cells"), []int64{dims[2] * dims[3], grid * grid}, averaging(rows, columns, dims[2], dims[3]))
	means := b.MatMul("", b.Reshape("", x, 0, dims[1], dims[2]*dims[3]), weights)
	return b.Reshape("", means, 0, dims[1], grid, grid)
}

// cellMax is the maximum of each cell.
func (b *Builder) cellMax(x string, grid int64) string {
	dims := b.Dims(x)
	if grid == 1 {
		return b.GlobalMaxPool("", x)
	}
	rows, columns := cellsOf(dims[2], grid), cellsOf(dims[3], grid)
	if w, ok := windowOver(rows, columns, dims[2], dims[3]); ok {
		return b.MaxPool("", x, w)
	}
	var lines []string
	for _, r := range rows {
		var line []string
		for _, c := range columns {
			part := b.Slice("", x, Range{2, r.start, r.end}, Range{3, c.start, c.end})
			line = append(line, b.GlobalMaxPool("", part))
		}
		lines = append(lines, b.Concat("", 3, line...))
	}
	return b.Concat("", 2, lines...)
}
