package onnx

import "slices"

// signedMean is gem(max(x, 0)) − gem(max(−x, 0)) of each cell, where gem is the
// generalised mean, mean(x^p)^(1/p). For a map without negative values that is
// the plain generalised mean, and for p = 1 the average. A cell of zeros gives 0.
func (b *Builder) signedMean(x string, p Pooling) string {
	switch {
	case p.P == 1:
		return b.cellMean(x, int64(p.Grid))
	case p.P == 2 || p.P == 3 || p.P == 4:
		return b.rawSignedMean(x, p)
	}
	peak := b.peak(x)
	return b.Mul("", b.rawSignedMean(b.Div("", x, peak), p), peak)
}

// peak is each channel's largest magnitude, never zero. Dividing by it keeps
// high powers within the range of float32; the cube of any real activation is.
func (b *Builder) peak(x string) string {
	highest := b.GlobalMaxPool("", x)
	lowest := b.GlobalMaxPool("", b.negative(x))
	return b.Node("Max", "", []string{highest, lowest, b.scalar(1e-12)})
}

func (b *Builder) rawSignedMean(x string, p Pooling) string {
	part := func(power string) string { return b.root(b.cellMean(power, int64(p.Grid)), p.P) }
	if b.values[x].nonNegative {
		return part(b.power(x, p.P))
	}
	positive, negative := b.powers(x, p.P)
	return b.Sub("", part(positive), part(negative))
}

// powers are max(x, 0)^p and max(−x, 0)^p. Passes over the map are what pooling
// costs, so there are as few as possible: x³ has the sign of x.
func (b *Builder) powers(x string, p float64) (positive, negative string) {
	if p == 3 {
		cube := b.power(x, 3)
		return b.Relu("", cube), b.Relu("", b.negative(cube))
	}
	return b.power(b.Relu("", x), p), b.power(b.Relu("", b.negative(x)), p)
}

// negative is −x, by an operator that ONNX Runtime runs in the blocked layout of
// convolutions; for Neg and Sub it would copy the map out of it and back.
func (b *Builder) negative(x string) string {
	channels := b.Dims(x)[1]
	constant := func(name string, v float32) string {
		return b.Floats(b.unused(name), []int64{channels}, slices.Repeat([]float32{v}, int(channels)))
	}
	zero := constant("zero", 0)
	return b.BatchNormalization("", x, BatchNorm{Scale: constant("minus", -1), Bias: zero, Mean: zero, Variance: constant("one", 1)})
}

// power is x^p for x ≥ 0, or any x when p is 3. Small whole exponents are
// products, which are an order of magnitude faster than Pow.
func (b *Builder) power(x string, p float64) string {
	switch p {
	case 2:
		return b.Mul("", x, x)
	case 3:
		return b.Mul("", b.Mul("", x, x), x)
	case 4:
		square := b.Mul("", x, x)
		return b.Mul("", square, square)
	}
	return b.Pow("", x, float32(p))
}

func (b *Builder) root(x string, p float64) string {
	if p == 2 {
		return b.Sqrt("", x)
	}
	return b.Pow("", x, float32(1/p))
}
