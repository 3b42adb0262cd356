package search

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/internal/retrieval"
)

// scoreDepth is how many of the nearest images the weighted search score looks at.
const scoreDepth = retrieval.Depth

// QueryScore is the weighted search score of one query. Among the 15 nearest images (the query itself is not one of
// them) a hit, an image of the query's category, at rank i counts (15 − i) / 15, i from 0; the score is the hits'
// share of what all ranks together could give, in percent. A smaller dataset is judged over the ranks it has.
type QueryScore struct {
	Weighted    float64 `json:"weighted"` // 0–100
	Hits        int     `json:"hits"`
	Of          int     `json:"of"`
	Category    string  `json:"category"`
	Explanation string  `json:"explanation"`
	Formula     string  `json:"formula"` // the score worked out: (15 + 14 + 12) ÷ 120 = 34 %
	Ranks       []bool  `json:"ranks"`   // hit or not, nearest first
}

// rankWeight is what a hit at rank i, from 0, counts.
func rankWeight(i int) float64 { return retrieval.Weight(i + 1) }

// weightedScore judges ranks, nearest first; without any there is no score, and it is 0.
func weightedScore(ranks []bool) float64 {
	r := retrieval.Ranks{Places: len(ranks)}
	for i, hit := range ranks[:min(len(ranks), scoreDepth)] {
		if hit {
			r.Hits |= 1 << i
		}
	}
	return retrieval.Weighted(r)
}

// scoreQuery is nil when there is nothing to judge: no category, or no other image.
func scoreQuery(category string, ranks []bool) *QueryScore {
	if category == "" || len(ranks) == 0 {
		return nil
	}
	s := &QueryScore{Weighted: weightedScore(ranks), Of: len(ranks), Category: category, Ranks: ranks}
	for _, hit := range ranks {
		if hit {
			s.Hits++
		}
	}
	verb := "are"
	if s.Hits == 1 {
		verb = "is"
	}
	s.Explanation = fmt.Sprintf("%d of %d %s “%s”", s.Hits, s.Of, verb, category)
	s.Formula = formula(ranks, s.Weighted)
	return s
}

// formula writes the score as the sum that it is.
func formula(ranks []bool, weighted float64) string {
	var points []string
	all := 0
	for i, hit := range ranks {
		all += scoreDepth - i
		if hit {
			points = append(points, strconv.Itoa(scoreDepth-i))
		}
	}
	if len(points) == 0 {
		points = []string{"0"}
	}
	return fmt.Sprintf("(%s) ÷ %d = %.0f %%", strings.Join(points, " + "), all, weighted)
}
