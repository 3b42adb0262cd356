package pooling

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kinds of pooling.
const (
	Average = "avg" // arithmetic mean
	Max     = "max" // maximum
	GeM     = "gem" // generalised mean of the positive part, less that of the negative part
)

// MaxDimension is the longest embedding; sqlite-vec stores no longer vectors.
const MaxDimension = 8192

// maxGrid bounds the grid; finer ones describe the map rather than summarise it.
const maxGrid = 8

// Pooling says how a feature map becomes an embedding: one number per channel
// and cell of a Grid × Grid grid.
type Pooling struct {
	Kind string  // avg, max or gem
	P    float64 // the exponent; gem only
	Grid int
}

// Default is what ingest uses when nothing else is asked for: per cell
//
//	mean(max(x, 0)^3)^(1/3) − mean(max(−x, 0)^3)^(1/3)
//
// It was chosen by the weighted search score of three networks on four datasets,
// against the original's flattened maps (scripts/pooling; table in BENCHMARKS.md):
//   - a grid of 3, because 1 and 2 lose where images are aligned (clothing), and
//     4 is no better;
//   - p = 3, the middle of what satisfies every network: plain averages (p = 1)
//     and p = 4 fall short on one or another;
//   - both signs, because layers before their activation say something with both:
//     the positive part alone loses half of DenseNet121's convolutions, both
//     signs side by side are too long for MobileNetV2, and |x| confuses them.
var Default = Pooling{Kind: GeM, P: 3, Grid: 3}

// Parse reads what String writes: "avg/1x1", "max/2x2", "gem:3/2x2".
// Without a grid it is 1, and without an exponent gem has 3.
func Parse(s string) (Pooling, error) {
	kind, grid, gridded := strings.Cut(s, "/")
	kind, exponent, raised := strings.Cut(kind, ":")
	p := Pooling{Kind: kind, Grid: 1}
	if kind == GeM {
		p.P = 3
	}
	if raised {
		v, err := strconv.ParseFloat(exponent, 64)
		if err != nil || kind != GeM {
			return Pooling{}, badPooling(s)
		}
		p.P = v
	}
	if gridded {
		g, same, ok := strings.Cut(grid, "x")
		n, err := strconv.Atoi(g)
		if err != nil || !ok || g != same {
			return Pooling{}, badPooling(s)
		}
		p.Grid = n
	}
	if p.Validate() != nil {
		return Pooling{}, badPooling(s)
	}
	return p, nil
}

func badPooling(s string) error {
	return fmt.Errorf("no pooling is called %q: use avg, max or gem:P (P from 1 to 10), and a grid such as in gem:3/2x2 (up to %dx%d)", s, maxGrid, maxGrid)
}

// String is the pooling's name, part of an embedding's identity.
func (p Pooling) String() string {
	kind := p.Kind
	if kind == GeM {
		kind += ":" + strconv.FormatFloat(p.P, 'g', -1, 64)
	}
	return fmt.Sprintf("%s/%dx%d", kind, p.Grid, p.Grid)
}

// Validate reports a kind, exponent or grid that does not exist.
func (p Pooling) Validate() error {
	ok := p.Kind == Average || p.Kind == Max
	if p.Kind == GeM {
		ok = p.P >= 1 && p.P <= 10 && !math.IsNaN(p.P)
	}
	if !ok || p.Grid < 1 || p.Grid > maxGrid {
		return badPooling(p.String())
	}
	return nil
}

// Fit is p with the grid made smaller where the layer asks for it: the grid is
// no finer than the map, and the embedding no longer than MaxDimension.
func (p Pooling) Fit(channels, height, width int) Pooling {
	p.Grid = max(1, min(p.Grid, height, width))
	for p.Grid > 1 && p.Dimension(channels) > MaxDimension {
		p.Grid--
	}
	return p
}

// Dimension is the length of the embedding of a map with that many channels.
func (p Pooling) Dimension(channels int) int { return channels * p.Grid * p.Grid }
