package onnx

import "fmt"

// Derivatives of matrix products.

// gemm is α·A·B + β·C with A and B perhaps transposed.
func (s *backward) gemm() []string {
	alpha, beta := floatAttribute(s.NodeProto, "alpha", 1), floatAttribute(s.NodeProto, "beta", 1)
	a, b := s.x(0), s.x(1)
	transA, transB := intAttribute(s.NodeProto, "transA", 0), intAttribute(s.NodeProto, "transB", 0)
	product := func(x, y string, transX, transY int64) string {
		return s.Node("Gemm", "", []string{x, y}, Int("transA", transX), Int("transB", transY), Float("alpha", alpha))
	}
	dxs := make([]string, len(s.NodeProto.Input))
	if s.moves(0) {
		if dxs[0] = product(s.dy(), b, 0, 1-transB); transA == 1 {
			dxs[0] = product(b, s.dy(), transB, 1)
		}
	}
	if s.moves(1) {
		if dxs[1] = product(a, s.dy(), 1-transA, 0); transB == 1 {
			dxs[1] = product(s.dy(), a, 1, transA)
		}
	}
	if s.moves(2) {
		dxs[2] = s.shrunk(s.times(s.dy(), beta), 2)
	}
	return dxs
}

func (s *backward) matMul() []string {
	if len(s.in[0].dims) < 2 || len(s.in[1].dims) < 2 {
		s.fail(fmt.Errorf("node %s (MatMul): the derivative of a product with a vector is not supported", s.Name))
		return nil
	}
	dxs := make([]string, 2)
	if s.moves(0) {
		dxs[0] = s.shrunk(s.MatMul("", s.dy(), s.flipped(s.x(1))), 0)
	}
	if s.moves(1) {
		dxs[1] = s.shrunk(s.MatMul("", s.flipped(s.x(0)), s.dy()), 1)
	}
	return dxs
}

// flipped exchanges the last two axes.
func (r *reverse) flipped(x string) string {
	rank := len(r.Dims(x))
	if rank < 2 {
		return x // an earlier mistake
	}
	perm := make([]int64, rank)
	for i := range perm {
		perm[i] = int64(i)
	}
	perm[rank-1], perm[rank-2] = perm[rank-2], perm[rank-1]
	return r.Transpose("", x, perm...)
}
