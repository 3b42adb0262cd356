package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// keepSeen is of how many datasets it is kept what networks have seen in them.
const keepSeen = 16

// seen is what networks have seen in a dataset, but for the vectors: what every page asks for. It is shared, and read once for
// each state of the file: nobody changes it.
type seen struct {
	embeddings  []store.Embedding // by model and depth
	models      []store.Model     // oldest first
	projections []store.Projection
	means       map[string]map[int64]*float64 // stored scores over all queries, by metric key and embedding id
}

// datasets are those of the file, shared likewise.
func (s *Service) datasets(ctx context.Context) ([]store.Dataset, error) {
	version, err := s.db.Version(ctx)
	if err != nil {
		return nil, err
	}
	return s.listed.get(ctx, fmt.Sprint(version), s.db.Datasets)
}

func (s *Service) seen(ctx context.Context, datasetID int64) (*seen, error) {
	version, err := s.db.Version(ctx)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(datasetID, " ", version)
	return s.sights.get(ctx, key, func(ctx context.Context) (*seen, error) { return s.readSeen(ctx, datasetID) })
}

func (s *Service) readSeen(ctx context.Context, datasetID int64) (*seen, error) {
	k := &seen{means: map[string]map[int64]*float64{}}
	var err error
	if k.embeddings, err = s.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: datasetID}); err != nil {
		return nil, err
	}
	if k.models, err = s.db.DatasetModels(ctx, datasetID); err != nil {
		return nil, err
	}
	if k.projections, err = s.db.Projections(ctx, store.ProjectionFilter{DatasetID: datasetID}); err != nil {
		return nil, err
	}
	scores, err := s.db.Scores(ctx, datasetID)
	for _, score := range scores {
		if score.Category != "" || score.Queries == 0 {
			continue
		}
		if k.means[score.Metric] == nil {
			k.means[score.Metric] = map[int64]*float64{}
		}
		k.means[score.Metric][score.EmbeddingID] = &score.Weighted
	}
	return k, err
}

// chosen are the embeddings that a selection's model, layer and pooling leave.
func (k *seen) chosen(model, layer, pooling string) []store.Embedding {
	unlike := func(wanted, is string) bool { return wanted != "" && wanted != is }
	return slices.DeleteFunc(slices.Clone(k.embeddings), func(e store.Embedding) bool {
		return unlike(model, e.Model) || unlike(layer, e.Layer) || unlike(pooling, e.Pooling)
	})
}

// maps are an embedding's projections, UMAP first.
func (k *seen) maps(embeddingID int64) []store.Projection {
	var list []store.Projection
	for _, p := range k.projections {
		if p.EmbeddingID == embeddingID {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(p, q store.Projection) int { return rank(p.Method) - rank(q.Method) })
	return list
}
