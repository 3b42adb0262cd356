package onnx

// normalizes reports whether a node scales its map by numbers taken from the whole of it.
func (s *step) normalizes(t *trace) bool {
	if s.output != 0 {
		return false
	}
	switch s.GetOpType() {
	case "InstanceNormalization", "GroupNormalization", "DynamicQuantizeLinear":
		return true
	case "MeanVarianceNormalization":
		return s.normalizesAxes(t)
	case "LayerNormalization":
		from, err := axisOf(intAttribute(s.NodeProto, "axis", -1), len(s.dims))
		return err != nil || t.rows.at >= from || t.columns.at >= from
	}
	return false
}

// normalizesAxes is for an operator that names its axes one by one.
func (s *step) normalizesAxes(t *trace) bool {
	axes, given := intsAttribute(s.NodeProto, "axes")
	if !given {
		axes = []int64{0, 2, 3}
	}
	for _, axis := range axes {
		at, err := axisOf(axis, len(s.dims))
		if err != nil || at == t.rows.at || at == t.columns.at {
			return true
		}
	}
	return false
}
