package search

import (
	"fmt"

	"github.com/convnet-playground/convnet/internal/retrieval"
)

// Measure is a measure of retrieval; package retrieval has the definitions as formulas.
type Measure struct {
	Name       string `json:"name"`  // in addresses and exports: precision, with a cut-off precision_at_10
	Label      string `json:"label"` // on pages: Precision
	Cut        bool   `json:"cut"`   // it looks at the first k places only
	Definition string `json:"definition"`

	of func(r retrieval.Ranks, k int) float64 // in [0, 1]
}

var measures = []Measure{
	{"weighted", "Weighted score", false, "Among the 15 nearest images, a hit at the first place counts 15, at the second 14, down to 1 at the last. The hits’ share of all that could be had. The original playground’s measure.",
		func(r retrieval.Ranks, _ int) float64 { return retrieval.Weighted(r) / 100 }},
	{"precision", "Precision", true, "How many of the k nearest images are of the query’s category, as a share of k.", retrieval.Precision},
	{"recall", "Recall", true, "How many of all images of the query’s category are among the k nearest.", retrieval.Recall},
	{"map", "MAP", false, "Mean average precision: at the place of every image of the query’s category, the share of hits down to there; their mean. It judges the whole ranking. The same as scikit-learn’s average_precision_score.",
		func(r retrieval.Ranks, _ int) float64 { return r.Average }},
	{"map_at", "MAP", true, "The same over the k nearest images only, divided by the hits that could be among them.", retrieval.AveragePrecision},
	{"r_precision", "R-precision", false, "With R images that could be found: how many of the R nearest are, as a share of R.",
		func(r retrieval.Ranks, _ int) float64 { return retrieval.RPrecision(r) }},
	{"ndcg", "NDCG", true, "Normalised discounted cumulative gain: a hit at place i counts 1 / log₂(i + 1); the sum over the k nearest as a share of the sum that the best order has. The same as scikit-learn’s ndcg_score.", retrieval.NDCG},
}

// judgement is a measure with its cut-off, 0 where it has none.
type judgement struct {
	Measure
	k int
}

// String is the label with the cut-off: Precision@10.
func (j judgement) String() string {
	if j.Cut {
		return fmt.Sprintf("%s@%d", j.Label, j.k)
	}
	return j.Label
}

// key is the name with the cut-off: precision_at_10.
func (j judgement) key() string {
	switch {
	case j.Name == "map_at":
		return fmt.Sprintf("map_at_%d", j.k)
	case j.Cut:
		return fmt.Sprintf("%s_at_%d", j.Name, j.k)
	default:
		return j.Name
	}
}

// judgementOf finds a measure by its name; k is its cut-off, should it have one.
func judgementOf(name string, k int) (judgement, error) {
	for _, m := range measures {
		if m.Name == name {
			if !m.Cut {
				k = 0
			}
			return judgement{m, k}, nil
		}
	}
	return judgement{}, unknown("measure", name, "here", names(measures, func(m Measure) string { return m.Name }))
}

func mustJudgement(name string, k int) judgement {
	j, err := judgementOf(name, k)
	if err != nil {
		panic(err) // a mistake in this program
	}
	return j
}
