package onnx

import "math"

// resize is the route of a Resize or Upsample. It computes in float32 as ONNX Runtime does, because rounding decides
// which unit is the nearest.
func (s *step) resize(a axis) axis {
	size, units := int64(len(a.seen)), s.dims[a.at]
	scale := s.scale(a.at, size, units)
	place := s.coordinates(scale, size, units)
	if place == nil || intAttribute(s.NodeProto, "antialias", 0) != 0 || scale <= 0 {
		return a.collapsed()
	}
	if units == size && scale == 1 {
		return a
	}
	l := lens{place: float64(place(0)), stride: 1 / float64(scale)}
	switch stringAttribute(s.NodeProto, "mode", "nearest") {
	case "nearest":
		nearest := s.nearest(scale)
		return a.through(units, l, func(y int64) taps { return one(min(max(nearest(place(y)), 0), size-1)) })
	case "linear", "bilinear":
		l.reach = 1
		return a.through(units, l, func(y int64) taps { return linearTaps(place(y), size) })
	case "cubic":
		l.reach = 3
		return a.through(units, l, func(y int64) taps { return cubicTaps(place(y), size) })
	}
	return a.collapsed()
}

// scale is the factor along an axis.
func (s *step) scale(at int, size, units int64) float32 {
	if asked, err := scalingOf(&s.node); err == nil && asked.scales != nil {
		return asked.scales[at]
	}
	return float32(units) / float32(max(size, 1))
}

// coordinates says where a unit of the output lies among those of the input; nil where that is not known.
func (s *step) coordinates(scale float32, size, units int64) func(int64) float32 {
	mode := stringAttribute(s.NodeProto, "coordinate_transformation_mode", "half_pixel")
	if s.opset < 11 || s.GetOpType() == "Upsample" {
		mode = "asymmetric"
	}
	halfPixel := func(y int64) float32 { return (float32(y)+0.5)/scale - 0.5 }
	switch {
	case mode == "half_pixel", mode == "pytorch_half_pixel" && units > 1:
		return halfPixel
	case mode == "asymmetric":
		return func(y int64) float32 { return float32(y) / scale }
	case mode == "align_corners" && units > 1:
		return func(y int64) float32 { return float32(y) * float32(size-1) / float32(units-1) }
	case mode == "align_corners", mode == "pytorch_half_pixel":
		return func(int64) float32 { return 0 }
	}
	return nil
}

// nearest rounds a place to a unit.
func (s *step) nearest(scale float32) func(float32) int64 {
	mode := stringAttribute(s.NodeProto, "nearest_mode", "round_prefer_floor")
	if s.opset < 11 || s.GetOpType() == "Upsample" {
		mode = "floor"
		if scale < 1 {
			mode = "ceil"
		}
	}
	round := map[string]func(float64) float64{
		"round_prefer_floor": func(x float64) float64 { return math.Ceil(x - 0.5) },
		"round_prefer_ceil":  math.Round,
		"floor":              math.Floor,
		"ceil":               math.Ceil,
	}[mode]
	if round == nil {
		round = math.Floor
	}
	return func(x float32) int64 { return int64(round(float64(x))) }
}

// linearTaps are the two units beside a place, or the one it falls on. Beyond the border the last one counts.
func linearTaps(place float32, size int64) taps {
	place = min(max(place, 0), float32(size-1))
	first := int64(place)
	if float32(first) == place {
		return one(first)
	}
	return taps{first, 1, 2}
}

// cubicTaps are the four units around a place, or the one it falls on. Beyond the border the last one counts.
func cubicTaps(place float32, size int64) taps {
	first := int64(math.Floor(float64(place)))
	if float32(first) == place {
		return one(min(max(first, 0), size-1))
	}
	from, to := min(max(first-1, 0), size-1), min(max(first+2, 0), size-1)
	return taps{from, 1, to - from + 1}
}
