package search

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/internal/retrieval"
	"github.com/convnet-playground/convnet/store"
)

// EvaluateOptions says what of a dataset to evaluate; empty fields select nothing away.
type EvaluateOptions struct {
	Dataset, Model, Layer string
	Measures              []store.Measure       // nil: all metrics
	Progress              func(done, total int) // in layers; nil: nobody wants to know
}

// AllMeasures is every metric, Minkowski with its usual exponent.
func AllMeasures() []store.Measure {
	var all []store.Measure
	for _, m := range store.Metrics() {
		all = append(all, store.Measure{Metric: m, P: store.DefaultP})
	}
	return all
}

// Evaluate searches with every image of a dataset at every layer under every metric asked for, and stores what was found:
// what evaluations the database has and still hold is not done again. Each layer is stored when it is done, so that
// little is lost by an interruption.
//
// Each query is left out of its own results by identity, ties in distance are ordered by image id, and images without a
// category are found but do not ask.
func Evaluate(ctx context.Context, db *store.DB, o EvaluateOptions) error {
	if o.Measures = normalised(o.Measures); len(o.Measures) == 0 {
		o.Measures = AllMeasures()
	}
	s := NewService(db, nil)
	dataset, err := s.dataset(ctx, o.Dataset)
	if err != nil {
		return err
	}
	labels, err := readLabels(ctx, db, dataset.ID)
	if err != nil {
		return err
	}
	work, err := missing(ctx, db, dataset.ID, labels.hash, o)
	if err != nil {
		return err
	}
	for i, w := range work {
		if o.Progress != nil {
			o.Progress(i, len(work))
		}
		if err := evaluateLayer(ctx, db, w, labels); err != nil {
			return fmt.Errorf("evaluate layer %s of %s: %w", w.embedding.Layer, w.embedding.Model, err)
		}
	}
	if o.Progress != nil {
		o.Progress(len(work), len(work))
	}
	return nil
}

// labels are the categories of a dataset's images.
type labels struct {
	category map[int64]string
	hash     [32]byte // changes when an image comes, goes or changes its category
}

func readLabels(ctx context.Context, db *store.DB, datasetID int64) (labels, error) {
	images, err := db.Images(ctx, store.ImageFilter{DatasetID: datasetID})
	return labelsOf(images), err
}

// labelsOf takes images by id. The hash begins with the version of what is computed: another one makes all stale.
func labelsOf(images []store.Image) labels {
	l := labels{category: make(map[int64]string, len(images))}
	text := []byte("evaluation 1\n")
	images = slices.Clone(images)
	slices.SortFunc(images, byID)
	for _, img := range images {
		l.category[img.ID] = img.Category
		text = binary.LittleEndian.AppendUint64(text, uint64(img.ID))
		text = binary.LittleEndian.AppendUint64(text, uint64(len(img.Category)))
		text = append(text, img.Category...)
	}
	l.hash = sha256.Sum256(text)
	return l
}

var errChanged = errors.New("the dataset changed meanwhile: run the command again")

// layerWork is an embedding and the measures that it lacks.
type layerWork struct {
	embedding store.Embedding
	measures  []store.Measure
}

func missing(ctx context.Context, db *store.DB, datasetID int64, hash [32]byte, o EvaluateOptions) ([]layerWork, error) {
	embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: datasetID, Model: o.Model, Layer: o.Layer})
	if err != nil {
		return nil, err
	}
	heads, err := db.Evaluations(ctx, datasetID)
	if err != nil {
		return nil, err
	}
	var work []layerWork
	for _, e := range embeddings {
		w, done := layerWork{embedding: e}, upToDate(heads, e, hash)
		for _, m := range o.Measures {
			if !slices.Contains(done, m) {
				w.measures = append(w.measures, m)
			}
		}
		if len(w.measures) > 0 {
			work = append(work, w)
		}
	}
	return work, nil
}

// holds says whether an evaluation is of the embedding and over the images that there are now.
func holds(h store.EvaluationHead, e store.Embedding, hash [32]byte) bool {
	return h.EmbeddingID == e.ID && h.Images == e.Vectors && h.Labels == hash
}

// exactPlaces is up to which place a ranking must be exact: all of it for datasets of the usual size for playing, for
// larger ones as far as single places are remembered.
func exactPlaces(images int) int {
	const small = 513
	if images <= small {
		return small
	}
	return store.HitPlaces
}

func evaluateLayer(ctx context.Context, db *store.DB, w layerWork, l labels) error {
	all, err := evaluations(ctx, db, w, l)
	if err != nil {
		return err
	}
	var summary []store.Score
	for _, e := range all {
		summary = append(summary, summarise(e, l)...)
	}
	return db.PutEvaluations(ctx, all, summary)
}

// evaluations makes an evaluation for every measure of the work, in their order.
func evaluations(ctx context.Context, db *store.DB, w layerWork, l labels) ([]store.Evaluation, error) {
	ids, err := db.VectorIDs(ctx, w.embedding.ID)
	if err != nil {
		return nil, err
	}
	measures, position := shared(w.measures)
	var judges []*judge
	for range measures {
		judges = append(judges, newJudge(ids, l))
	}
	ranked, err := db.Rankings(ctx, w.embedding.ID, store.RankingQuery{
		Measures: measures, Depth: exactPlaces(len(ids)),
		Visit: func(m, image int, nearest []int32) { judges[m].judge(image, nearest) },
	})
	if err == nil && !slices.Equal(ids, ranked) {
		err = errChanged
	}
	if err != nil {
		return nil, err
	}
	var all []store.Evaluation
	for i, m := range w.measures {
		head := store.EvaluationHead{EmbeddingID: w.embedding.ID, Metric: MetricKey(m.Metric, m.P), Images: len(ids), Labels: l.hash}
		all = append(all, judges[position[i]].evaluation(head))
	}
	return all, nil
}

// shared lists every measure once, squared distances as distances, since they order images alike, and says where each is.
func shared(measures []store.Measure) (unique []store.Measure, position []int) {
	for _, m := range measures {
		if m.Metric == store.SqEuclidean {
			m = store.Measure{Metric: store.Euclidean, P: m.P}
		}
		at := slices.Index(unique, m)
		if at < 0 {
			at, unique = len(unique), append(unique, m)
		}
		position = append(position, at)
	}
	return unique, position
}

// summarise is the mean weighted score, over all queries (category "") and by category.
func summarise(e store.Evaluation, l labels) []store.Score {
	sums := map[string]store.Score{}
	for _, q := range e.Queries {
		for _, category := range []string{"", l.category[q.ImageID]} {
			s := sums[category]
			s.Weighted += retrieval.Weighted(ranksOf(q, e.Images))
			s.Queries++
			sums[category] = s
		}
	}
	var scores []store.Score
	for category, s := range sums {
		scores = append(scores, store.Score{
			EmbeddingID: e.EmbeddingID, Metric: e.Metric, Category: category,
			Weighted: s.Weighted / float64(s.Queries), Queries: s.Queries,
		})
	}
	return scores
}

// ranksOf is a stored query as the measures take it.
func ranksOf(q store.QueryRanks, images int) retrieval.Ranks {
	return retrieval.Ranks{Hits: q.Hits, Places: images - 1, Relevant: q.Relevant, Found: q.Found, Average: float64(q.Precision)}
}
