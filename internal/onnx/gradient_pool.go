package onnx

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Derivatives of poolings.

// maxPool gives each number to the place that was the largest under its window; of equal ones, to the first.
func (s *backward) maxPool() []string {
	size := s.in[0].dims
	if w, ok := s.tiledBehindReLU(); ok {
		return []string{s.largestOfTiles(w)}
	}
	flat := s.scatter(times(size...), s.indices(), s.dy())
	return []string{s.Reshape("", flat, size...)}
}

// tiledBehindReLU reports whether a pooling's windows cover a ReLU's map side by side, and returns them.
func (s *backward) tiledBehindReLU() (window, bool) {
	size, out := s.in[0].dims, s.Dims(s.y())
	kernel, _ := intsAttribute(s.NodeProto, "kernel_shape")
	w, err := windowOf(&s.node, kernel, len(size)-2)
	if err != nil || s.opt.RedirectReLU || !s.isTiled(w, size[2:], out[2:]) {
		return w, false
	}
	for i, k := range kernel {
		if out[i+2]*k != size[i+2] || k > maxTile {
			return w, false
		}
	}
	return w, slices.ContainsFunc(s.nodes, func(n *onnxpb.NodeProto) bool { return n.GetOpType() == "Relu" && n.GetOutput()[0] == s.x(0) })
}

// maxTile keeps the numbers of a tile apart in largestOfTiles.
const maxTile = 4

// largestOfTiles does without the places of the maxima, which runtimes are slow to tell: the largest is what equals the
// pooling's result. So that of equal numbers only the first does, each is made smaller than the one before it in its
// tile, by as little as float32 can tell. Zeros stay equal, but a ReLU lets nothing through where it is zero.
func (s *backward) largestOfTiles(w window) string {
	size := s.in[0].dims
	height, width := size[2], size[3]
	order := make([]float32, height*width)
	for i := range order {
		y, x := int64(i)/width%w.kernel[0], int64(i)%width%w.kernel[1]
		order[i] = 1 - float32(y*w.kernel[1]+x)/(1<<22)
	}
	ordered := s.Mul("", s.x(0), s.Floats(s.unused("order"), []int64{1, 1, height, width}, order))
	largest := s.Node("MaxPool", "", []string{ordered}, Ints("kernel_shape", w.kernel...), Ints("strides", w.stride...))
	first := s.op("Equal", ordered, s.enlarged(largest, w.kernel, size))
	return s.choose(first, s.enlarged(s.dy(), w.kernel, size), s.number(0))
}

// indices makes the pooling yield the place of each maximum too, counted through the whole map.
func (s *backward) indices() string {
	if len(s.Output) > 1 && s.Output[1] != "" {
		return s.Output[1]
	}
	places := s.unused("places")
	n := proto.Clone(s.NodeProto).(*onnxpb.NodeProto)
	n.Output = []string{n.Output[0], places}
	at := slices.Index(s.model.Graph.Node, s.NodeProto)
	s.model.Graph.Node[at] = n
	s.values[places] = value{dims: s.Dims(n.Output[0])}
	return places
}

// scatter adds numbers up at places among zeros: a vector of the given length.
func (s *backward) scatter(length int64, places, numbers string) string {
	return s.Node("ScatterElements", "", []string{s.zeros([]int64{length}), s.Reshape("", places, -1), s.Reshape("", numbers, -1)},
		String("reduction", "add"))
}

// averagePool spreads each number over its window.
func (s *backward) averagePool() []string {
	size, out := s.in[0].dims, s.Dims(s.y())
	kernel, _ := intsAttribute(s.NodeProto, "kernel_shape")
	w, err := windowOf(&s.node, kernel, len(size)-2)
	if err != nil {
		s.fail(err)
		return nil
	}
	spread := s.Div("", s.dy(), s.counts(w))
	channels := size[1]
	ones := s.ones(append([]int64{channels, 1}, kernel...))
	if s.isTiled(w, size[2:], out[2:]) {
		return []string{s.enlarged(spread, w.kernel, size)}
	}
	return []string{s.unconv(spread, ones, channels)}
}

// counts is by how many numbers each window's sum was divided: a map that depends on the place where windows reach over
// the border.
func (s *backward) counts(w window) string {
	size, out := s.in[0].dims, s.Dims(s.y())
	padding := intAttribute(s.NodeProto, "count_include_pad", 0) == 1
	counts := ""
	for i := range w.kernel {
		line := make([]float32, out[i+2])
		before := w.before(i, size[i+2], out[i+2])
		for y := range line {
			line[y] = float32(w.counted(i, int64(y)*w.stride[i]-before, size[i+2], padding))
		}
		dims := slices.Repeat([]int64{1}, len(size))
		dims[i+2] = out[i+2]
		along := s.Floats(s.unused("counts"), dims, line)
		if counts == "" {
			counts = along
		} else {
			counts = s.Mul("", counts, along)
		}
	}
	return counts
}

// counted is how many places of a window that starts at the given one count: those inside the map or, with padding,
// inside it and its padding.
func (w window) counted(i int, start, size int64, padding bool) int64 {
	low, high := int64(0), size
	if padding {
		low, high = -w.begin[i], size+w.end[i]
		if w.auto != "NOTSET" {
			low, high = start, start+w.dilation[i]*w.kernel[i]
		}
	}
	count := int64(0)
	for k := range w.kernel[i] {
		if at := start + k*w.dilation[i]; at >= low && at < high {
			count++
		}
	}
	return max(count, 1)
}

// isTiled reports whether windows lie side by side, without gaps and padding.
func (s *backward) isTiled(w window, size, out []int64) bool {
	for i := range w.kernel {
		if w.stride[i] != w.kernel[i] || w.dilation[i] != 1 || w.before(i, size[i], out[i]) != 0 {
			return false
		}
	}
	return len(w.kernel) == 2
}

// enlarged repeats every number over a tile, and crops the result or fills it up with zeros.
func (s *backward) enlarged(x string, tile, size []int64) string {
	x = s.Node("Resize", "", []string{x, "", s.Floats(s.unused("scales"), []int64{4}, []float32{1, 1, float32(tile[0]), float32(tile[1])})},
		String("mode", "nearest"), String("coordinate_transformation_mode", "asymmetric"), String("nearest_mode", "floor"))
	got := s.Dims(x)
	if len(got) != 4 || slices.Equal(got, size) {
		return x
	}
	return s.padded(x, []int64{0, 0, size[2] - got[2], size[3] - got[3]})
}

func (s *backward) globalAverage() []string {
	size := s.in[0].dims
	return []string{s.Expand("", s.times(s.dy(), 1/float32(times(size[2:]...))), size...)}
}

func (s *backward) globalMax() []string {
	size := s.in[0].dims
	flat := []int64{size[0], size[1], times(size[2:]...)}
	place := s.Node("ArgMax", "", []string{s.Reshape("", s.x(0), flat...)}, Int("axis", 2), Int("keepdims", 1))
	dx := s.Node("ScatterElements", "", []string{s.zeros(flat), place, s.Reshape("", s.dy(), flat[0], flat[1], 1)}, Int("axis", 2))
	return []string{s.Reshape("", dx, size...)}
}
