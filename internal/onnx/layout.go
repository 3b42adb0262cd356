package onnx

import (
	"math"

	"github.com/convnet-playground/convnet/internal/onnx/onnxpb"
)

// Flatten makes x two-dimensional: the dimensions before axis, and the rest.
func (b *Builder) Flatten(out, x string, axis int64) string {
	return b.Node("Flatten", out, []string{x}, Int("axis", axis))
}

// Reshape gives x new dimensions; 0 keeps the one at that place and -1 (once)
// is whatever is left. Give 0 or -1 for the batch, so that any N works.
func (b *Builder) Reshape(out, x string, dims ...int64) string {
	return b.Node("Reshape", out, []string{x, b.Int64s(b.unused("shape"), dims...)})
}

// Transpose reorders dimensions: dimension i of the output is perm[i] of x.
func (b *Builder) Transpose(out, x string, perm ...int64) string {
	return b.Node("Transpose", out, []string{x}, Ints("perm", perm...))
}

// Pad puts a constant around a map: pads are top, left, bottom, right; negative
// ones crop.
func (b *Builder) Pad(out, x string, pads [4]int64, fill float32) string {
	all := []int64{0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]}
	if b.opset() < 11 {
		return b.Node("Pad", out, []string{x}, Ints("pads", all...), Float("value", fill))
	}
	inputs := []string{x, b.Int64s(b.unused("pads"), all...)}
	if fill != 0 {
		inputs = append(inputs, b.scalar(fill))
	}
	return b.Node("Pad", out, inputs)
}

// Range is a part of one axis: Start ≤ index < End.
type Range struct{ Axis, Start, End int64 }

// Slice cuts ranges out of x.
func (b *Builder) Slice(out, x string, ranges ...Range) string {
	var axes, starts, ends []int64
	for _, r := range ranges {
		axes, starts, ends = append(axes, r.Axis), append(starts, r.Start), append(ends, r.End)
	}
	if b.opset() < 10 {
		return b.Node("Slice", out, []string{x}, Ints("starts", starts...), Ints("ends", ends...), Ints("axes", axes...))
	}
	return b.Node("Slice", out, []string{x, b.Int64s(b.unused("starts"), starts...),
		b.Int64s(b.unused("ends"), ends...), b.Int64s(b.unused("axes"), axes...)})
}

// ReduceMean averages over axes and drops them.
func (b *Builder) ReduceMean(out, x string, axes ...int64) string {
	return b.reduce("ReduceMean", out, x, axes)
}

// ReduceMax takes the maximum over axes and drops them.
func (b *Builder) ReduceMax(out, x string, axes ...int64) string {
	return b.reduce("ReduceMax", out, x, axes)
}

func (b *Builder) reduce(op, out, x string, axes []int64) string {
	if b.opset() < 18 {
		return b.Node(op, out, []string{x}, Ints("axes", axes...), Int("keepdims", 0))
	}
	return b.Node(op, out, []string{x, b.Int64s(b.unused("axes"), axes...)}, Int("keepdims", 0))
}

// Resize scales a map to height × width: mode "nearest" or "linear", pixel
// centres at half. It needs opset 13 or newer.
func (b *Builder) Resize(out, x, mode string, height, width int64) string {
	dims := b.Dims(x)
	if len(dims) != 4 {
		dims = make([]int64, 4) // Node will name the mistake
	}
	attributes := []*onnxpb.AttributeProto{String("mode", mode), String("coordinate_transformation_mode", "half_pixel")}
	if mode == "nearest" {
		attributes = append(attributes, String("nearest_mode", "round_prefer_floor"))
	}
	scales := b.Floats(b.unused("scales"), []int64{4}, []float32{1, 1, scale(dims[2], height), scale(dims[3], width)})
	return b.Node("Resize", out, []string{x, "", scales}, attributes...)
}

// scale is the factor that turns from into to when the product is rounded down,
// as Resize does. Scales are given rather than sizes because those would fix
// the batch size.
func scale(from, to int64) float32 {
	if from <= 0 {
		return 0
	}
	s := float32(to) / float32(from)
	for int64(s*float32(from)) < to {
		s = math.Nextafter32(s, float32(math.Inf(1)))
	}
	return s
}

func (b *Builder) opset() int { return opsetOf(b.model) }

// scalar adds a float32 constant of no dimensions.
func (b *Builder) scalar(v float32) string {
	return b.Floats(b.unused("constant"), []int64{}, []float32{v})
}

// Expand repeats x along dimensions of size 1 until it has the given shape.
func (b *Builder) Expand(out, x string, dims ...int64) string {
	return b.Node("Expand", out, []string{x, b.Int64s(b.unused("shape"), dims...)})
}

// ReduceSum adds over axes and keeps them with the size 1. It needs opset 13 or newer.
func (b *Builder) ReduceSum(out, x string, axes ...int64) string {
	return b.Node("ReduceSum", out, []string{x, b.Int64s(b.unused("axes"), axes...)}, Int("keepdims", 1))
}
