// Package quantile finds quantiles as NumPy does by default: type 7 of Hyndman and Fan, "Sample Quantiles in Statistical
// Packages" (1996). Gonum's stat.Quantile interpolates too, between other values (type 4).
package quantile

// Of is the quantile q, from 0 to 1, of at least one value in ascending order: between the two values around the place
// q·(n − 1) it is interpolated.
func Of(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}
