package store

import "math"

// Metric is a way to measure how far two vectors are from each other.
type Metric string

// The four metrics. Smaller is nearer for all of them.
const (
	Cosine      Metric = "cosine"      // 1 − x·y / (|x||y|), in [0, 2]; 1 if one vector is zero, 0 if both are
	Euclidean   Metric = "euclidean"   // (Σ |x−y|²)^½
	SqEuclidean Metric = "sqeuclidean" // Σ |x−y|²
	Minkowski   Metric = "minkowski"   // (Σ |x−y|^p)^(1/p)
)

// DefaultP is Minkowski's exponent when none is given.
const DefaultP = 3

// Metrics lists all metrics in the order in which they are offered.
func Metrics() []Metric { return []Metric{Cosine, Euclidean, SqEuclidean, Minkowski} }

// ParseMetric returns the metric of that name.
func ParseMetric(name string) (Metric, error) {
	for _, m := range Metrics() {
		if string(m) == name {
			return m, nil
		}
	}
	return "", sentence(ErrInvalid, "there is no metric %q: use cosine, euclidean, sqeuclidean or minkowski", name)
}

// checkP validates Minkowski's exponent; 0 means DefaultP.
func checkP(p float64) (float64, error) {
	switch {
	case p == 0:
		return DefaultP, nil
	case p >= 1 && !math.IsInf(p, 1):
		return p, nil
	}
	return 0, sentence(ErrInvalid, "minkowski needs a p of at least 1, not %v", p)
}
