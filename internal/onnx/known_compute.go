package onnx

import (
	"cmp"
	"math"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// What values hold that are computed from others. Integers that would overflow and numbers that are not finite are
// not known; float32 is computed in float64 and rounded once, which gives the same number for every operator here.

// ofOne are the operators of one number; one of the two is nil where the operator does not take that kind.
var ofOne = map[string]struct {
	ints   func(x int64) (int64, bool)
	floats func(x float64) float64
}{
	"Abs": {func(x int64) (int64, bool) { return max(x, -x), x != math.MinInt64 }, math.Abs},
	"Neg": {func(x int64) (int64, bool) { return -x, x != math.MinInt64 }, func(x float64) float64 { return -x }},
	"Not": {func(x int64) (int64, bool) { return truth(x == 0), true }, nil},
	"Sign": {func(x int64) (int64, bool) { return int64(cmp.Compare(x, 0)), true },
		func(x float64) float64 { return float64(cmp.Compare(x, 0)) }},
	"Ceil":       {nil, math.Ceil},
	"Floor":      {nil, math.Floor},
	"Reciprocal": {nil, func(x float64) float64 { return 1 / x }},
	"Round":      {nil, math.RoundToEven},
	"Sqrt":       {nil, math.Sqrt},
}

// ofTwo are the operators of two numbers.
var ofTwo = map[string]struct {
	ints   func(x, y int64) (int64, bool)
	floats func(x, y float64) float64
}{
	"Add": {sum, func(x, y float64) float64 { return x + y }},
	"And": {func(x, y int64) (int64, bool) { return truth(x != 0 && y != 0), true }, nil},
	"Div": {quotient, func(x, y float64) float64 { return x / y }},
	"Max": {func(x, y int64) (int64, bool) { return max(x, y), true }, math.Max},
	"Min": {func(x, y int64) (int64, bool) { return min(x, y), true }, math.Min},
	"Mod": {modulo, nil},
	"Mul": {product, func(x, y float64) float64 { return x * y }},
	"Or":  {func(x, y int64) (int64, bool) { return truth(x != 0 || y != 0), true }, nil},
	"Pow": {power, nil},
	"Sub": {difference, func(x, y float64) float64 { return x - y }},
	"Sum": {nil, func(x, y float64) float64 { return x + y }},
	"Xor": {func(x, y int64) (int64, bool) { return truth((x != 0) != (y != 0)), true }, nil},

	"C's remainder": {remainder, math.Mod}, // a Mod with the attribute fmod
}

// comparisons are told how the first number compares with the second: -1, 0 or 1.
var comparisons = map[string]func(sign int) bool{
	"Equal":          func(sign int) bool { return sign == 0 },
	"Greater":        func(sign int) bool { return sign > 0 },
	"GreaterOrEqual": func(sign int) bool { return sign >= 0 },
	"Less":           func(sign int) bool { return sign < 0 },
	"LessOrEqual":    func(sign int) bool { return sign <= 0 },
}

// mapped is an operator of one input.
func (n *node) mapped(int, []int64) value {
	op := ofOne[n.GetOpType()]
	x := n.in[0]
	if x.ints != nil && op.ints != nil {
		return value{ints: compute(len(x.ints), func(i int) (int64, bool) { return op.ints(x.ints[i]) })}
	}
	if x.floats != nil && op.floats != nil {
		return value{floats: compute(len(x.floats), func(i int) (float32, bool) { return rounded(op.floats(float64(x.floats[i]))) })}
	}
	return value{}
}

// folded is an operator of two or more inputs that are lined up as in broadcasting.
func (n *node) folded(_ int, dims []int64) value {
	op := n.GetOpType()
	if op == "Mod" && intAttribute(n.NodeProto, "fmod", 0) != 0 {
		op = "C's remainder"
	}
	all := n.in[0].picked(cyclicOver(n.in[0].dims, dims))
	for _, v := range n.in[1:] {
		all = combine(op, all, v.picked(cyclicOver(v.dims, dims)))
	}
	return all
}

// reduced is a reduction to a single number.
func (n *node) reduced(_ int, dims []int64) value {
	if times(dims...) != 1 {
		return value{}
	}
	op := map[string]string{"ReduceMax": "Max", "ReduceMin": "Min", "ReduceProd": "Mul", "ReduceSum": "Add"}[n.GetOpType()]
	x := n.in[0]
	if x.floats != nil || len(x.ints) == 0 {
		return value{} // the order of a sum decides how it is rounded
	}
	all := value{ints: x.ints[:1]}
	for i := 1; i < len(x.ints); i++ {
		all = combine(op, all, value{ints: x.ints[i : i+1]})
	}
	return all
}

// combine works on lists of one length, number by number.
func combine(op string, x, y value) value {
	compare, do := comparisons[op], ofTwo[op]
	switch {
	case x.ints != nil && y.ints != nil && compare != nil:
		return value{ints: compute(len(x.ints), func(i int) (int64, bool) {
			return truth(compare(cmp.Compare(x.ints[i], y.ints[i]))), true
		})}
	case x.floats != nil && y.floats != nil && compare != nil:
		return value{ints: compute(len(x.floats), func(i int) (int64, bool) {
			a, b := x.floats[i], y.floats[i]
			return truth(compare(cmp.Compare(a, b))), a == a && b == b
		})}
	case x.ints != nil && y.ints != nil && do.ints != nil:
		return value{ints: compute(len(x.ints), func(i int) (int64, bool) { return do.ints(x.ints[i], y.ints[i]) })}
	case x.floats != nil && y.floats != nil && do.floats != nil:
		return value{floats: compute(len(x.floats), func(i int) (float32, bool) {
			return rounded(do.floats(float64(x.floats[i]), float64(y.floats[i])))
		})}
	}
	return value{}
}

// cast is a Cast between integers and float32. A number that the new type does not hold is not known.
func (n *node) cast(int, []int64) value {
	x := n.in[0]
	to := onnxpb.TensorProto_DataType(intAttribute(n.NodeProto, "to", 0))
	limits, whole := integerTypes[to]
	switch {
	case to == onnxpb.TensorProto_FLOAT && x.ints != nil:
		return value{floats: compute(len(x.ints), func(i int) (float32, bool) { return float32(x.ints[i]), true })}
	case to == onnxpb.TensorProto_FLOAT:
		return value{floats: x.floats}
	case to == onnxpb.TensorProto_BOOL && x.ints != nil:
		return value{ints: compute(len(x.ints), func(i int) (int64, bool) { return truth(x.ints[i] != 0), true })}
	case whole && x.ints != nil:
		return value{ints: compute(len(x.ints), func(i int) (int64, bool) {
			return x.ints[i], limits[0] <= x.ints[i] && x.ints[i] <= limits[1]
		})}
	case whole && x.floats != nil:
		return value{ints: compute(len(x.floats), func(i int) (int64, bool) {
			v := math.Trunc(float64(x.floats[i]))
			return int64(v), float64(limits[0]) <= v && v <= float64(limits[1]) && v < math.MaxInt64
		})}
	}
	return value{}
}
