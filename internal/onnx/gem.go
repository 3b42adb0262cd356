package onnx

// signedMean is gem(max(x, 0)) − gem(max(−x, 0)), where gem is the generalised
// mean mean(x^p)^(1/p) of a cell: the plain one of a map without negative values.
func (b *Builder) signedMean(x string, p Pooling) string {
	grid := int64(p.Grid)
	switch v := b.values[x]; {
	case p.P == 1: // mean(max(x, 0)) − mean(max(−x, 0)) is the mean
		return b.cellMean(x, grid)
	case v.nonNegative:
		return b.root(b.cellMean(b.power(x, p.P), grid), p.P)
	}
	positive, negative := b.powers(x, p.P)
	return b.Sub("", b.root(b.cellMean(positive, grid), p.P), b.root(b.cellMean(negative, grid), p.P))
}

// powers are max(x, 0)^p and max(−x, 0)^p. Passes over the map are what pooling
// costs, so there are as few as possible: x³ has the sign of x, and the negative
// part is what the positive part lacks, exactly.
func (b *Builder) powers(x string, p float64) (positive, negative string) {
	if p == 3 {
		cube := b.power(x, 3)
		positive = b.Relu("", cube)
		return positive, b.Sub("", positive, cube)
	}
	positive = b.Relu("", x)
	return b.power(positive, p), b.power(b.Sub("", positive, x), p)
}

// power is x^p for x ≥ 0 (or p = 3); small whole exponents by products, which are an order
// of magnitude faster than Pow.
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
