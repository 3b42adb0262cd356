package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// evaluated is an evaluation that holds, with what was evaluated.
type evaluated struct {
	store.Embedding
	measure store.Measure
	found   store.Evaluation
}

// evaluatedFilter says which evaluations are wanted; empty fields select nothing away.
type evaluatedFilter struct {
	datasetID    int64
	model, layer string
	measures     []store.Measure // nil: all that were evaluated
}

// readEvaluated returns the evaluations that hold, by model, depth and metric, and how many the dataset lacks or has only
// in a stale form.
func readEvaluated(ctx context.Context, db *store.DB, f evaluatedFilter, hash [32]byte) (all []evaluated, lacking int, err error) {
	embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: f.datasetID, Model: f.model, Layer: f.layer})
	if err != nil {
		return nil, 0, err
	}
	heads, err := db.Evaluations(ctx, f.datasetID)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range embeddings {
		standing := upToDate(heads, e, hash)
		for _, m := range wanted(f.measures, standing) {
			if !slices.Contains(standing, m) {
				lacking++
				continue
			}
			found, err := db.Evaluation(ctx, e.ID, MetricKey(m.Metric, m.P))
			if err != nil {
				return nil, 0, err
			}
			all = append(all, evaluated{e, m, found})
		}
	}
	return all, lacking, nil
}

// upToDate lists the measures under which an embedding's evaluation holds, in the order in which metrics are offered.
func upToDate(heads []store.EvaluationHead, e store.Embedding, hash [32]byte) []store.Measure {
	var list []store.Measure
	for _, h := range heads {
		if m, ok := parseMetricKey(h.Metric); ok && holds(h, e, hash) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, compareMeasures)
	return list
}

// wanted is what to look for at an embedding: the measures asked for, or the usual ones and all that are there besides.
func wanted(asked, standing []store.Measure) []store.Measure {
	if asked != nil {
		return asked
	}
	list := AllMeasures()
	for _, m := range standing {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

func compareMeasures(a, b store.Measure) int {
	at := func(m store.Measure) int { return slices.Index(store.Metrics(), m.Metric) }
	return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.P, b.P))
}

// parseMetricKey reads what MetricKey writes. Metrics other than Minkowski have the usual exponent, for comparing.
func parseMetricKey(key string) (store.Measure, bool) {
	name, exponent, _ := strings.Cut(key, ":")
	metric, err := store.ParseMetric(name)
	m := store.Measure{Metric: metric, P: store.DefaultP}
	if err == nil && exponent != "" {
		m.P, err = strconv.ParseFloat(exponent, 64)
	}
	return m, err == nil
}

// values is the measure's value for every query, in the order of the images; NaN where an image did not ask, or is not of
// the category (nil: of any).
func (e evaluated) values(images []store.Image, j judgement, category *string) []float64 {
	list := make([]float64, len(images))
	at := 0
	for i, img := range images {
		for at < len(e.found.Queries) && e.found.Queries[at].ImageID < img.ID {
			at++
		}
		list[i] = math.NaN()
		if at < len(e.found.Queries) && e.found.Queries[at].ImageID == img.ID && (category == nil || *category == img.Category) {
			list[i] = j.of(ranksOf(e.found.Queries[at], e.found.Images), j.k)
		}
	}
	return list
}
