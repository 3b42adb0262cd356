package search

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

// oneByOne is Evaluate by its definition: search with every image and average.
func oneByOne(t *testing.T, db *store.DB, e store.Embedding, metric store.Metric, p float64) map[string]store.Score {
	t.Helper()
	images, err := db.Images(t.Context(), store.ImageFilter{DatasetID: e.DatasetID})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]store.Score{}
	for _, img := range images {
		page, err := NewService(db, nil).Search(t.Context(), Request{Model: e.Model, Layer: e.Layer, Metric: metric, P: p, Ask: AskFor(img.Name)})
		if err != nil {
			t.Fatal(err)
		}
		if page.Score == nil {
			continue
		}
		for _, category := range []string{"", img.Category} {
			s := sums[category]
			s.Weighted, s.Queries = s.Weighted+page.Score.Weighted, s.Queries+1
			sums[category] = s
		}
	}
	for category, s := range sums {
		s.Weighted /= float64(s.Queries)
		sums[category] = s
	}
	return sums
}

func TestEvaluateAgreesWithSearching(t *testing.T) {
	repeated := storetest.Spec{ // every vector four times: ranks are decided by image id
		Images: storetest.Images(48, "cat", "dog", "cow", "dog"), Dimension: 12,
		Vector: func(image, layer int) []float32 {
			v := make([]float32, 12)
			for i := range v {
				v[i] = float32((image/4*7+i*i*(layer+1))%13) - 3
			}
			return v
		},
	}
	partly := storetest.Spec{Images: append(storetest.Images(9, "cat", "dog"), storetest.Image{Name: "none.png", Data: storetest.PNG(8, 8, 99)})}
	tests := map[string]storetest.Spec{
		"clusters":        {Images: storetest.Images(40, "cat", "dog", "cow"), Dimension: 32},
		"ties":            repeated,
		"some unlabelled": partly,
		"two images":      {Images: storetest.Images(2, "cat")},
	}
	metrics := []struct {
		metric store.Metric
		p      float64
	}{{store.Cosine, 0}, {store.Euclidean, 0}, {store.SqEuclidean, 0}, {store.Minkowski, 3}, {store.Minkowski, 1.5}}
	for name, spec := range tests {
		db := storetest.New(t, spec)
		embeddings, err := db.Embeddings(t.Context(), store.EmbeddingFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range metrics {
			t.Run(name+"/"+MetricKey(m.metric, m.p), func(t *testing.T) {
				if err := Evaluate(t.Context(), db, EvaluateOptions{Measures: []store.Measure{{Metric: m.metric, P: m.p}}}); err != nil {
					t.Fatal(err)
				}
				for _, e := range embeddings {
					checkSummary(t, db, e, MetricKey(m.metric, m.p), oneByOne(t, db, e, m.metric, m.p))
				}
			})
		}
	}
}

func checkSummary(t *testing.T, db *store.DB, e store.Embedding, key string, want map[string]store.Score) {
	t.Helper()
	all, err := db.Scores(t.Context(), e.DatasetID)
	if err != nil {
		t.Fatal(err)
	}
	got := slices.DeleteFunc(all, func(s store.Score) bool { return s.EmbeddingID != e.ID || s.Metric != key })
	if len(got) != len(want) {
		t.Fatalf("%d scores, want %d", len(got), len(want))
	}
	for _, s := range got {
		w := want[s.Category]
		if math.Abs(s.Weighted-w.Weighted) > 1e-9 || s.Queries != w.Queries {
			t.Errorf("layer %s: %+v, one by one %+v", e.Layer, s, w)
		}
	}
}

// Reference values: scikit-learn's rankings and measures, scripts/fixtures/scores. Average precision is kept in 32 bits.
func TestScoresAgreeWithScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/scores.json")
	if err != nil {
		t.Fatal(err)
	}
	var reference struct {
		Vectors    [][]float32
		Categories []int
		Scores     map[string]map[string]float64
	}
	if err := json.Unmarshal(data, &reference); err != nil {
		t.Fatal(err)
	}
	spec := storetest.Spec{Dimension: len(reference.Vectors[0]), Layers: []string{"only"}, Images: storetest.Images(len(reference.Vectors)),
		Vector: func(image, _ int) []float32 { return reference.Vectors[image] }}
	for i, c := range reference.Categories {
		spec.Images[i].Category = fmt.Sprint("category ", c)
	}
	db := storetest.New(t, spec)
	if err := Evaluate(t.Context(), db, EvaluateOptions{}); err != nil {
		t.Fatal(err)
	}
	scores, err := Scores(t.Context(), db, EvaluateOptions{})
	if err != nil || len(scores) != 4 {
		t.Fatalf("%d scores, error %v", len(scores), err)
	}
	for _, s := range scores {
		want := reference.Scores[MetricKey(s.Metric, s.P)]
		for name, got := range map[string]float64{
			"weighted_score": s.WeightedScore, "precision_at_1": s.PrecisionAt1, "precision_at_5": s.PrecisionAt5, "precision_at_10": s.PrecisionAt10,
			"recall_at_10": s.RecallAt10, "map": s.MAP, "map_at_10": s.MAPAt10, "r_precision": s.RPrecision, "ndcg_at_10": s.NDCGAt10,
		} {
			if math.Abs(got-want[name]) > 1e-7 {
				t.Errorf("%s by %s: %v, scikit-learn has %v", name, s.Metric, got, want[name])
			}
		}
		if s.N != len(reference.Vectors) || s.WeightedScoreLow >= s.WeightedScore || s.WeightedScoreHigh <= s.WeightedScore || s.MAPLow >= s.MAP || s.MAPHigh <= s.MAP {
			t.Errorf("%+v", s)
		}
	}
}

// Worked out by hand: images at 0, 10, 1, 9, 2, 9 on a line, categories a and b in turn.
func TestScoresByHand(t *testing.T) {
	db := storetest.New(t, line([]float32{0, 10, 1, 9, 2, 9}, "a", "b"))
	o := EvaluateOptions{Layer: "early", Measures: []store.Measure{{Metric: store.Euclidean}}}
	if err := Evaluate(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	scores, err := Scores(t.Context(), db, o)
	if err != nil || len(scores) != 1 {
		t.Fatalf("%d scores, error %v", len(scores), err)
	}
	// Every image has its two fellows in front: all hits at places 1 and 2 of 5.
	s := scores[0]
	for name, pair := range map[string][2]float64{
		"weighted": {s.WeightedScore, 100 * 29. / 65}, "precision at 1": {s.PrecisionAt1, 1}, "precision at 5": {s.PrecisionAt5, 2. / 5},
		"precision at 10": {s.PrecisionAt10, 2. / 10}, "recall": {s.RecallAt10, 1}, "map": {s.MAP, 1}, "r-precision": {s.RPrecision, 1}, "ndcg": {s.NDCGAt10, 1},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

// evaluatedLayers evaluates and returns how many layers that took.
func evaluatedLayers(t *testing.T, db *store.DB, o EvaluateOptions) (layers int) {
	t.Helper()
	o.Progress = func(_, total int) { layers = total }
	if err := Evaluate(t.Context(), db, o); err != nil {
		t.Fatal(err)
	}
	return layers
}

func TestEvaluateDoesOnlyWhatIsLacking(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(12, "cat", "dog")})
	cosine := []store.Measure{{Metric: store.Cosine}}
	for i, step := range []struct {
		o    EvaluateOptions
		want int
	}{
		{EvaluateOptions{Layer: "early", Measures: cosine}, 1},
		{EvaluateOptions{Measures: cosine}, 1}, // the other layer
		{EvaluateOptions{}, 2},                 // the other metrics
		{EvaluateOptions{}, 0},
	} {
		if got := evaluatedLayers(t, db, step.o); got != step.want {
			t.Errorf("step %d: %d layers were evaluated, want %d", i, got, step.want)
		}
	}
	// An image that changes its category makes everything stale, whoever forgot to say so.
	err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.UpdateImage(1, "cat/000.png", "dog") })
	if err != nil {
		t.Fatal(err)
	}
	if scores, err := Scores(t.Context(), db, EvaluateOptions{}); err != nil || len(scores) != 0 {
		t.Errorf("%d stale scores are shown, error %v", len(scores), err)
	}
	if got := evaluatedLayers(t, db, EvaluateOptions{}); got != 2 {
		t.Errorf("%d layers were evaluated again", got)
	}
}

func TestEvaluateOneImage(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(1, "cat")})
	if err := Evaluate(t.Context(), db, EvaluateOptions{}); err != nil {
		t.Fatal(err)
	}
	scores, err := Scores(t.Context(), db, EvaluateOptions{})
	if err != nil || len(scores) != 8 || scores[0].N != 0 || scores[0].MAP != 0 {
		t.Errorf("got %+v, error %v", scores, err)
	}
}

func TestEvaluateStops(t *testing.T) {
	db := storetest.New(t, storetest.Spec{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Evaluate(ctx, db, EvaluateOptions{}); err == nil {
		t.Error("a cancelled evaluation said that it is done")
	}
}
