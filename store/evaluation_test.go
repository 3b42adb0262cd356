package store_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store"
	"github.com/convnet-playground/convnet/store/storetest"
)

func someEvaluation(embedding int64, metric string) store.Evaluation {
	return store.Evaluation{
		EvaluationHead: store.EvaluationHead{EmbeddingID: embedding, Metric: metric, Images: 6, Labels: [32]byte{1, 2, 3}},
		Categories:     []string{"cat", "dog"},
		Queries: []store.QueryRanks{
			{ImageID: 1, Relevant: 2, Hits: 1<<63 | 5, Found: 1, Precision: 0.75, Nearest: []int{0, 1, 0}},
			{ImageID: 300, Relevant: 400, Found: 0, Nearest: []int{}},
		},
	}
}

func TestEvaluations(t *testing.T) {
	db := storetest.New(t, storetest.Spec{}, storetest.Spec{Dataset: "two"})
	first, second := someEvaluation(1, "cosine"), someEvaluation(3, "minkowski:3")
	summary := []store.Score{{EmbeddingID: 1, Metric: "cosine", Weighted: 40, Queries: 2}}
	for range 2 { // the second time in place of the first
		if err := db.PutEvaluations(t.Context(), []store.Evaluation{first, second}, summary); err != nil {
			t.Fatal(err)
		}
	}
	if got := must[store.Evaluation](t)(db.Evaluation(t.Context(), 1, "cosine")); !reflect.DeepEqual(got, first) {
		t.Errorf("got %+v, want %+v", got, first)
	}
	if heads := must[[]store.EvaluationHead](t)(db.Evaluations(t.Context(), 1)); !slices.Equal(heads, []store.EvaluationHead{first.EvaluationHead}) {
		t.Errorf("heads %+v", heads)
	}
	if _, err := db.Evaluation(t.Context(), 1, "euclidean"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what was not evaluated: %v", err)
	}
	sound(t, db)
	update(t, db, func(tx *store.Tx) error { return tx.DeleteScores(1) })
	if heads := must[[]store.EvaluationHead](t)(db.Evaluations(t.Context(), 1)); len(heads) != 0 {
		t.Errorf("deleted evaluations: %+v", heads)
	}
	if heads := must[[]store.EvaluationHead](t)(db.Evaluations(t.Context(), 2)); len(heads) != 1 {
		t.Errorf("evaluations of the other dataset: %+v", heads)
	}
}

func TestDamagedEvaluationIsRepaired(t *testing.T) {
	path := storetest.File(t, storetest.Spec{})
	for _, damage := range []string{
		`UPDATE score SET ranks = substr(ranks, 1, length(ranks) - 1)`,
		`UPDATE score SET ranks = CAST(x'00' || ranks AS BLOB)`,
		`UPDATE score SET categories = '["cat"]'`,
		`UPDATE score SET categories = '{}'`,
		`UPDATE score SET images = 1`,
	} {
		db := openFile(t, path, store.ReadWrite)
		if err := db.PutEvaluations(t.Context(), []store.Evaluation{someEvaluation(1, "cosine")}, nil); err != nil {
			t.Fatal(err)
		}
		db.Close()
		raw(t, path, damage)
		db = openFile(t, path, store.ReadWrite)
		problems := must[[]store.Problem](t)(db.Check(t.Context(), store.CheckOptions{Repair: true}))
		if len(problems) != 1 || problems[0].Kind != store.ProblemEvaluation || !problems[0].Repaired {
			t.Errorf("%s: %+v", damage, problems)
		}
		sound(t, db)
		db.Close()
	}
}

func TestRankingsAgreeWithNeighbors(t *testing.T) {
	db := storetest.New(t, storetest.Spec{Images: storetest.Images(70, "a", "b", "c"), Dimension: 20})
	q := store.RankingQuery{Depth: 20, Measures: []store.Measure{{Metric: store.Cosine}, {Metric: store.Euclidean}, {Metric: store.SqEuclidean}, {Metric: store.Minkowski}}}
	nearest := make([][70][]int32, len(q.Measures))
	q.Visit = func(m, i int, order []int32) { nearest[m][i] = slices.Clone(order) }
	ids := must[[]int64](t)(db.Rankings(t.Context(), 1, q))
	if len(ids) != 70 || !slices.IsSorted(ids) {
		t.Fatalf("ids %v", ids)
	}
	for m, measure := range q.Measures {
		for i, id := range ids {
			found := must[store.Result](t)(db.Neighbors(t.Context(), 1, store.Query{
				Vector: must[[]float32](t)(db.Vector(t.Context(), 1, id)), Metric: measure.Metric, K: 20, Exclude: []int64{id}}))
			for rank, n := range found.Neighbors {
				if got := ids[nearest[m][i][rank]]; got != n.ImageID {
					t.Fatalf("%s, image %d, rank %d: %d, a search finds %d", measure.Metric, id, rank, got, n.ImageID)
				}
			}
		}
	}
	q.Measures = []store.Measure{{Metric: "manhattan"}}
	if _, err := db.Rankings(t.Context(), 1, q); err == nil || !strings.Contains(err.Error(), "manhattan") {
		t.Errorf("an unknown metric: %v", err)
	}
	if _, err := db.Rankings(t.Context(), 77, q); err == nil {
		t.Error("an embedding that is not there was ranked")
	}
}
