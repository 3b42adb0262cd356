package search

import (
	"fmt"
	"math"
	"strconv"

	"github.com/convnet-playground/convnet/store"
)

const (
	defaultK = 15
	// maxK keeps a page's size and a request's time in bounds; whole rankings are what `convnet embeddings` is for.
	maxK = 1000

	defaultP = 3
	// Below 1 minkowski is no metric; far above, powers of small differences vanish and only the largest one counts.
	minP, maxP = 1, 64
)

// Request says what to search for. The zero value of each field asks for its default: the first dataset, the model and
// layer with the best stored score (or the last layer), cosine, the dataset's first image, 15 results.
type Request struct {
	Dataset, Model, Layer string
	Pooling               string // needed only when a layer was ingested under several; default: the newest
	Metric                store.Metric
	P                     float64 // minkowski only; default 3
	K                     int

	Ask      Ask       // what to search with
	Vector   []float32 // or a vector of the embedding's own kind
	Category string    // what the query shows, where who asks says so; "" is the category of its images
}

// withDefaults fills in what does not depend on the database, and refuses what no database could answer.
func (r Request) withDefaults() (Request, error) {
	if r.Metric == "" {
		r.Metric = store.Cosine
	}
	if r.K == 0 {
		r.K = defaultK
	}
	if r.K < 1 || r.K > maxK {
		return r, badRequestf("k must be between 1 and %d, not %d.", maxK, r.K)
	}
	if r.Metric != store.Minkowski {
		r.P = 0
		return r, nil
	}
	if r.P == 0 {
		r.P = defaultP
	}
	if math.IsNaN(r.P) || r.P < minP || r.P > maxP {
		return r, badRequestf("p must be between %d and %d, not %v.", minP, maxP, r.P)
	}
	return r, nil
}

// MetricKey names a metric together with its exponent, as stored scores do: "cosine", "minkowski:3".
func MetricKey(metric store.Metric, p float64) string {
	if metric != store.Minkowski {
		return string(metric)
	}
	if p == 0 {
		p = defaultP
	}
	return fmt.Sprintf("%s:%s", metric, strconv.FormatFloat(p, 'g', -1, 64))
}
