package onnx

import (
	"slices"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// step is a node with what is known of its inputs, fields included.
type step struct {
	node
	traces []*trace
	from   int // the first input that depends on the picture
	output int // the one that is being traced
	dims   []int64
}

func newStep(p *onnxpb.NodeProto, opset int, values map[string]value, traces map[string]*trace) *step {
	s := &step{node: node{NodeProto: p, opset: opset}, from: -1}
	for i, name := range p.GetInput() {
		s.in = append(s.in, values[name])
		s.traces = append(s.traces, traces[name])
		if traces[name] != nil && s.from < 0 {
			s.from = i
		}
	}
	return s
}

// route leads one axis of the picture from a node's one traced input to its output.
type route func(*step, axis) axis

// routes has the operators that do more than compute element by element, which all others are taken to do.
var routes = map[string]route{
	"AveragePool": (*step).slide, "Conv": (*step).slide, "LpPool": (*step).slide, "MaxPool": (*step).slide,
	"ConvTranspose":     (*step).unslide,
	"GlobalAveragePool": (*step).pool, "GlobalLpPool": (*step).pool, "GlobalMaxPool": (*step).pool,
	"Resize": (*step).resize, "Upsample": (*step).resize,
	"DepthToSpace": (*step).unblock, "SpaceToDepth": (*step).block,

	"Gather": (*step).gather, "GatherElements": (*step).gatherElements, "Pad": (*step).pad, "Slice": (*step).slice,
	"Split": (*step).split, "Tile": (*step).tile, "Transpose": (*step).transpose,
	"Flatten": (*step).reshape, "Reshape": (*step).reshape, "Squeeze": (*step).reshape, "Unsqueeze": (*step).reshape,

	"GatherND": (*step).anywhere, "GridSample": (*step).anywhere, "ScatterElements": (*step).scatter, "ScatterND": (*step).scatter,

	"Einsum": (*step).einsum, "Gemm": (*step).matMul, "MatMul": (*step).matMul,
	"ReduceL1": (*step).reduce, "ReduceL2": (*step).reduce, "ReduceLogSum": (*step).reduce, "ReduceLogSumExp": (*step).reduce,
	"ReduceMax": (*step).reduce, "ReduceMean": (*step).reduce, "ReduceMin": (*step).reduce, "ReduceProd": (*step).reduce,
	"ReduceSum": (*step).reduce, "ReduceSumSquare": (*step).reduce,
	"ArgMax": (*step).search, "ArgMin": (*step).search, "TopK": (*step).search,
	"CumSum":  (*step).cumulate,
	"Softmax": (*step).normalize, "LogSoftmax": (*step).normalize, "Hardmax": (*step).normalize,
	"LpNormalization": (*step).normalize, "DynamicQuantizeLinear": (*step).quantize,
}

// trace follows the picture to an output of the given shape.
func (s *step) trace(output int, dims []int64) *trace {
	s.output, s.dims = output, dims
	op := s.GetOpType()
	if s.from < 0 || op == "Shape" || op == "Size" || op == "ConstantOfShape" {
		return nil
	}
	var t *trace
	switch lead, ok := routes[op]; {
	case op == "Concat":
		t = s.concat()
	case !ok:
		t = s.blend()
	case s.several():
		t = s.everything()
	default:
		x := s.traces[s.from]
		t = &trace{rows: s.lead(lead, x.rows), columns: s.lead(lead, x.columns), gated: x.gated}
	}
	t.gated = t.gated || s.normalizes(t)
	t.rows, t.columns = s.fitted(t.rows), s.fitted(t.columns)
	return t
}

// lead takes the route; an axis that is gone has one unit, whatever is done to the others.
func (s *step) lead(r route, a axis) axis {
	if a.at == gone {
		return a
	}
	return r(s, a)
}

// several reports whether more than one input depends on the picture.
func (s *step) several() bool {
	return slices.ContainsFunc(s.traces[s.from+1:], func(t *trace) bool { return t != nil })
}

// fitted holds an axis against the output's shape. What the rules here do not follow sees everything: a field may be
// too large, never too small.
func (s *step) fitted(a axis) axis {
	if a.at == gone && len(a.seen) == 1 {
		return a
	}
	if a.at >= 0 && a.at < len(s.dims) {
		if a = a.spread(s.dims[a.at]); int64(len(a.seen)) == s.dims[a.at] {
			return a
		}
	}
	a = a.collapsed()
	a.at = gone
	return a
}

// blend joins inputs element by element; shapes are lined up at their last dimensions.
func (s *step) blend() *trace {
	traces := s.lined()
	maps := slices.DeleteFunc(slices.Clone(traces), (*trace).isGate)
	if len(maps) == 0 {
		maps = traces
	}
	joined := *maps[0]
	for _, t := range maps[1:] {
		joined = trace{joined.rows.merge(t.rows), joined.columns.merge(t.columns), joined.gated || t.gated}
	}
	joined.gated = joined.gated || len(maps) < len(traces)
	return &joined
}

// lined are the traced inputs, their axes counted as in the output.
func (s *step) lined() []*trace {
	var lined []*trace
	for i, t := range s.traces {
		if t == nil {
			continue
		}
		lead := len(s.dims) - len(s.in[i].dims)
		lined = append(lined, &trace{t.rows.shifted(lead), t.columns.shifted(lead), t.gated})
	}
	return lined
}

func (a axis) shifted(by int) axis {
	if a.at != gone {
		a.at = max(a.at+by, gone)
	}
	return a
}

// everything joins inputs that are used as a whole.
func (s *step) everything() *trace {
	var joined *trace
	for _, t := range s.traces {
		if t == nil {
			continue
		}
		whole := &trace{t.rows.collapsed(), t.columns.collapsed(), t.gated}
		if joined == nil {
			joined = whole
			continue
		}
		joined = &trace{joined.rows.merge(whole.rows), joined.columns.merge(whole.columns), joined.gated || whole.gated}
	}
	joined.rows.at, joined.columns.at = gone, gone
	return joined
}

// concat joins maps side by side; along an axis of the picture, one behind the other.
func (s *step) concat() *trace {
	along, err := axisOf(intAttribute(s.NodeProto, "axis", 1), len(s.dims))
	first := s.traces[s.from]
	if err != nil || first.rows.at == along || first.columns.at == along {
		return s.everything()
	}
	joined := *first
	for _, t := range s.traces[s.from+1:] {
		if t != nil {
			joined = trace{joined.rows.merge(t.rows), joined.columns.merge(t.columns), joined.gated || t.gated}
		}
	}
	return &joined
}
