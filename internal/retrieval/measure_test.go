package retrieval

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// judge is Judge for a ranking written as hits and misses.
func judge(hits string) Ranks {
	nearest, category, relevant := []int32{}, []int32{}, 0
	for i, h := range hits {
		nearest, category = append(nearest, int32(i)), append(category, h-'0')
		relevant += int(h - '0')
	}
	return Judge(nearest, category, 1, relevant)
}

// measures computes one measure by the name that fixtures and interfaces have for it.
func measures(r Ranks, name string) float64 {
	var k int
	for prefix, at := range map[string]func(Ranks, int) float64{"precision_at_": Precision, "recall_at_": Recall, "map_at_": AveragePrecision, "ndcg_at_": NDCG} {
		if n, _ := fmt.Sscanf(name, prefix+"%d", &k); n == 1 {
			return at(r, k)
		}
	}
	return map[string]float64{"weighted_score": Weighted(r), "map": r.Average, "r_precision": RPrecision(r)}[name]
}

// Reference values: scikit-learn 1.2.1, scripts/fixtures/scores.
func TestMeasuresAgreeWithScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/rankings.json")
	if err != nil {
		t.Fatal(err)
	}
	var rankings []struct {
		Hits     string
		Measures map[string]float64
	}
	if err := json.Unmarshal(data, &rankings); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, r := range rankings {
		ranks := judge(r.Hits)
		for name, want := range r.Measures {
			if got := measures(ranks, name); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s of %s: %v, scikit-learn has %v", name, r.Hits, got, want)
			}
			compared++
		}
	}
	if compared < 300 {
		t.Errorf("only %d values were compared", compared)
	}
}

func TestMeasuresByHand(t *testing.T) {
	log := math.Log2
	tests := []struct {
		name, hits string
		want       map[string]float64
	}{
		{"two of three relevant images at places 1 and 4", "1001001", map[string]float64{
			"precision_at_1": 1, "precision_at_5": 2. / 5, "recall_at_5": 2. / 3,
			"map":         (1 + 2./4 + 3./7) / 3,
			"map_at_5":    (1 + 2./4) / 3,
			"map_at_1":    1, // one place, and the best that could be there
			"r_precision": 1. / 3,
			"ndcg_at_5":   (1 + 1/log(5)) / (1 + 1/log(3) + 1/log(4)),
			// places 1 and 4 of seven count 15 + 12, and 7 for the last; all of them 15 + … + 9
			"weighted_score": 100 * (15. + 12 + 9) / (15 + 14 + 13 + 12 + 11 + 10 + 9),
		}},
		{"nothing relevant", "0000", map[string]float64{"precision_at_1": 0, "recall_at_5": 0, "map": 0, "map_at_5": 0, "r_precision": 0, "ndcg_at_10": 0, "weighted_score": 0}},
		{"all relevant", "11", map[string]float64{"precision_at_1": 1, "precision_at_5": 2. / 5, "recall_at_5": 1, "map": 1, "r_precision": 1, "ndcg_at_10": 1, "weighted_score": 100}},
		{"no other image", "", map[string]float64{"precision_at_1": 0, "map": 0, "r_precision": 0, "ndcg_at_10": 0, "weighted_score": 0}},
	}
	for _, tt := range tests {
		for name, want := range tt.want {
			if got := measures(judge(tt.hits), name); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %s is %v, want %v", tt.name, name, got, want)
			}
		}
	}
}

// All 64 places of the largest cut-off count.
func TestLargestCut(t *testing.T) {
	hits := ""
	for i := range 100 {
		hits += fmt.Sprint(i % 2)
	}
	r := judge(hits)
	if got := Precision(r, MaxCut); got != 0.5 {
		t.Errorf("precision@64 of alternating hits is %v", got)
	}
	if got := Recall(r, MaxCut); got != 32./50 {
		t.Errorf("recall@64 is %v", got)
	}
}
