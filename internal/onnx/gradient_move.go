package onnx

import "slices"

// Derivatives of operators that join, cut and rearrange.

func (s *backward) reshape() []string { return []string{s.Reshape("", s.dy(), s.in[0].dims...)} }

func (s *backward) expand() []string { return []string{s.shrunk(s.dy(), 0)} }

func (s *backward) transpose() []string {
	perm, ok := intsAttribute(s.NodeProto, "perm")
	if !ok {
		for i := range s.in[0].dims {
			perm = append([]int64{int64(i)}, perm...)
		}
	}
	back := make([]int64, len(perm))
	for i, p := range perm {
		back[p] = int64(i)
	}
	return []string{s.Transpose("", s.dy(), back...)}
}

func (s *backward) concat() []string {
	axis, err := axisOf(intAttribute(s.NodeProto, "axis", 1), len(s.in[0].dims))
	if err != nil {
		s.fail(err)
		return nil
	}
	dxs := make([]string, len(s.NodeProto.Input))
	start := int64(0)
	for i, in := range s.in {
		end := start + in.dims[axis]
		if s.moves(i) {
			dxs[i] = s.Slice("", s.dy(), Range{Axis: int64(axis), Start: start, End: end})
		}
		start = end
	}
	return dxs
}

// split joins the derivatives by the parts, with zeros for those that nothing hangs on.
func (s *backward) split() []string {
	for i, out := range s.Output {
		if s.dys[i] == "" {
			s.dys[i] = s.zeros(s.Dims(out))
		}
	}
	return []string{s.Concat("", intAttribute(s.NodeProto, "axis", 0), s.dys...)}
}

func (s *backward) spaceToDepth() []string {
	return []string{s.Node("DepthToSpace", "", []string{s.dy()}, Int("blocksize", intAttribute(s.NodeProto, "blocksize", 1)))}
}

// depthToSpace: the channels of a block lie together (CRD) or apart (DCR).
func (s *backward) depthToSpace() []string {
	size, block := s.in[0].dims, intAttribute(s.NodeProto, "blocksize", 1)
	perm := []int64{0, 3, 5, 1, 2, 4}
	if stringAttribute(s.NodeProto, "mode", "DCR") == "CRD" {
		perm = []int64{0, 1, 3, 5, 2, 4}
	}
	x := s.Reshape("", s.dy(), size[0], size[1]/(block*block), size[2], block, size[3], block)
	return []string{s.Reshape("", s.Transpose("", x, perm...), size...)}
}

// kept is a value's shape with 1 for some axes.
func kept(dims []int64, axes []bool) []int64 {
	small := slices.Clone(dims)
	for i, reduced := range axes {
		if reduced {
			small[i] = 1
		}
	}
	return small
}
