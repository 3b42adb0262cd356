package search

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// Score is how well one layer finds images of the query's category under one metric: a line of what `convnet evaluate` and
// `convnet scores` write. All measures are in [0, 1] but the weighted score, which is a percentage. Package retrieval
// defines them.
type Score struct {
	Dataset       string       `json:"dataset"`
	Model         string       `json:"model"`
	Layer         string       `json:"layer"`
	Pooling       string       `json:"pooling"`
	Dimension     int          `json:"dimension"`
	Metric        store.Metric `json:"metric"`
	P             float64      `json:"p,omitempty"` // minkowski's exponent; absent for the other metrics
	WeightedScore float64      `json:"weighted_score"`
	PrecisionAt1  float64      `json:"precision_at_1"`
	PrecisionAt5  float64      `json:"precision_at_5"`
	PrecisionAt10 float64      `json:"precision_at_10"`
	RecallAt10    float64      `json:"recall_at_10"`
	MAP           float64      `json:"map"`
	MAPAt10       float64      `json:"map_at_10"`
	RPrecision    float64      `json:"r_precision"`
	NDCGAt10      float64      `json:"ndcg_at_10"`
	N             int          `json:"n"` // queries that the means are over

	// 95 % bootstrap intervals over the queries.
	WeightedScoreLow  float64 `json:"weighted_score_low"`
	WeightedScoreHigh float64 `json:"weighted_score_high"`
	MAPLow            float64 `json:"map_low"`
	MAPHigh           float64 `json:"map_high"`
}

// Scores lists the scores that were evaluated and still hold, by model, depth and metric.
func Scores(ctx context.Context, db *store.DB, o EvaluateOptions) ([]Score, error) {
	dataset, err := NewService(db, nil).dataset(ctx, o.Dataset)
	if err != nil {
		return nil, err
	}
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: dataset.ID})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(images, byID)
	filter := evaluatedFilter{datasetID: dataset.ID, model: o.Model, layer: o.Layer, measures: normalised(o.Measures)}
	all, _, err := readEvaluated(ctx, db, filter, labelsOf(images).hash)
	if err != nil {
		return nil, err
	}
	return scoresOf(dataset.Name, all, images, retrieval.NewBootstrap), nil
}

func scoresOf(dataset string, all []evaluated, images []store.Image, resample resampling) []Score {
	weighted, precision := mustJudgement("weighted", 0), mustJudgement("map", 0)
	lists := make([][]float64, 0, 2*len(all))
	for _, e := range all {
		lists = append(lists, e.values(images, weighted, nil), e.values(images, precision, nil))
	}
	b := resample(lists)
	scores := make([]Score, len(all))
	for i, e := range all {
		s := e.score(dataset)
		s.WeightedScoreLow, s.WeightedScoreHigh = b.Interval(2 * i)
		s.WeightedScoreLow, s.WeightedScoreHigh = 100*s.WeightedScoreLow, 100*s.WeightedScoreHigh
		s.MAPLow, s.MAPHigh = b.Interval(2*i + 1)
		scores[i] = s
	}
	return scores
}

func (e evaluated) score(dataset string) Score {
	mean := func(name string, k int) float64 { return e.mean(mustJudgement(name, k)) }
	s := Score{
		Dataset: dataset, Model: e.Model, Layer: e.Layer, Pooling: e.Pooling, Dimension: e.Dimension, Metric: e.measure.Metric,
		WeightedScore: 100 * mean("weighted", 0),
		PrecisionAt1:  mean("precision", 1), PrecisionAt5: mean("precision", 5), PrecisionAt10: mean("precision", 10),
		RecallAt10: mean("recall", 10), MAP: mean("map", 0), MAPAt10: mean("map_at", 10),
		RPrecision: mean("r_precision", 0), NDCGAt10: mean("ndcg", 10), N: len(e.found.Queries),
	}
	if s.Metric == store.Minkowski {
		s.P = e.measure.P
	}
	return s
}

// mean is a measure's mean over all queries.
func (e evaluated) mean(j judgement) float64 {
	sum := 0.0
	for _, q := range e.found.Queries {
		sum += j.of(ranksOf(q, e.found.Images), j.k)
	}
	return sum / float64(max(1, len(e.found.Queries)))
}

// normalised gives metrics other than Minkowski the usual exponent, which they ignore, for comparing.
func normalised(measures []store.Measure) []store.Measure {
	list := slices.Clone(measures) // nil stays nil
	for i, m := range list {
		if m.Metric != store.Minkowski || m.P == 0 {
			list[i].P = store.DefaultP
		}
	}
	return list
}

func byID(a, b store.Image) int { return int(a.ID - b.ID) }

// scoreColumns are the columns of the CSV form, named as in the JSON one.
var scoreColumns = []struct {
	name string
	text func(Score) string
}{
	{"dataset", func(s Score) string { return s.Dataset }},
	{"model", func(s Score) string { return s.Model }},
	{"layer", func(s Score) string { return s.Layer }},
	{"pooling", func(s Score) string { return s.Pooling }},
	{"dimension", func(s Score) string { return strconv.Itoa(s.Dimension) }},
	{"metric", func(s Score) string { return string(s.Metric) }},
	{"p", func(s Score) string {
		if s.Metric != store.Minkowski {
			return ""
		}
		return number(s.P)
	}},
	{"weighted_score", func(s Score) string { return number(s.WeightedScore) }},
	{"precision_at_1", func(s Score) string { return number(s.PrecisionAt1) }},
	{"precision_at_5", func(s Score) string { return number(s.PrecisionAt5) }},
	{"precision_at_10", func(s Score) string { return number(s.PrecisionAt10) }},
	{"recall_at_10", func(s Score) string { return number(s.RecallAt10) }},
	{"map", func(s Score) string { return number(s.MAP) }},
	{"map_at_10", func(s Score) string { return number(s.MAPAt10) }},
	{"r_precision", func(s Score) string { return number(s.RPrecision) }},
	{"ndcg_at_10", func(s Score) string { return number(s.NDCGAt10) }},
	{"n", func(s Score) string { return strconv.Itoa(s.N) }},
	{"weighted_score_low", func(s Score) string { return number(s.WeightedScoreLow) }},
	{"weighted_score_high", func(s Score) string { return number(s.WeightedScoreHigh) }},
	{"map_low", func(s Score) string { return number(s.MAPLow) }},
	{"map_high", func(s Score) string { return number(s.MAPHigh) }},
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// WriteScores writes scores as CSV, with a line of names first.
func WriteScores(w io.Writer, scores []Score) error {
	out := csv.NewWriter(w)
	line := make([]string, len(scoreColumns))
	for i, c := range scoreColumns {
		line[i] = c.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, s := range scores {
		for i, c := range scoreColumns {
			line[i] = c.text(s)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
