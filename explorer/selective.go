package explorer

import (
	"cmp"
	"context"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// selectivity returns what the channels of a layer made of the dataset that a choice names, and names the one it took where
// the choice does not say. It returns nil when the choice does not ask for it, and when none of the dataset's images
// have been seen there: the choice goes along from layer to layer.
func (w *web) selectivity(ctx context.Context, p *place, choice *gridChoice) (*LayerStatistics, error) {
	if !choice.byImages() {
		return nil, nil
	}
	dataset, e, err := w.embeddingOf(ctx, p, choice.dataset)
	if err != nil || e == nil {
		return nil, err
	}
	choice.dataset = dataset
	return w.channels.Statistics(ctx, e.ID)
}

// embeddingOf is the embedding of a dataset at a layer, or of the first one where none is named; nil where no image has been
// seen there.
func (w *web) embeddingOf(ctx context.Context, p *place, dataset string) (name string, e *store.Embedding, err error) {
	datasets, embeddings, err := w.embeddingsAt(ctx, p)
	i := slices.IndexFunc(datasets, func(d store.Dataset) bool { return dataset == "" || dataset == d.Name })
	if err != nil || i < 0 || embeddings[i].Vectors == 0 {
		return "", nil, err
	}
	return datasets[i].Name, &embeddings[i], nil
}

// channel returns the statistics of a channel, false where there are none.
func (s *LayerStatistics) channel(channel int) (ChannelStatistics, bool) {
	if s == nil || channel >= len(s.Channels) {
		return ChannelStatistics{}, false
	}
	return s.Channels[channel], true
}

// sortBySelectivity puts those channels first that prefer one category most.
func (s *LayerStatistics) sortBySelectivity(channels []int) {
	slices.SortStableFunc(channels, func(a, b int) int {
		first, _ := s.channel(a)
		second, _ := s.channel(b)
		return cmp.Compare(second.Selectivity, first.Selectivity)
	})
}

// sortByVariance puts those channels first whose means differ most between the images.
func (s *LayerStatistics) sortByVariance(channels []int) {
	slices.SortStableFunc(channels, func(a, b int) int {
		first, _ := s.channel(a)
		second, _ := s.channel(b)
		return cmp.Compare(second.Mean.StandardDeviation, first.Mean.StandardDeviation)
	})
}
