package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/convnet-playground/convnet/explorer"
	"github.com/convnet-playground/convnet/store"
)

// rivalry says how the pictures of a layer's channels compare with a dataset's images: by each channel's mean over its
// map, on the finished picture without transforms, and on the image that it responds to most.
type rivalry struct {
	Layer    string  `json:"layer"`
	Pictures int     `json:"pictures"`
	Dead     int     `json:"dead"`    // channels that no picture excites
	Above    int     `json:"above"`   // live ones whose picture excites them more than any image
	Ratio    float64 `json:"ratio"`   // median over live channels of the picture's mean over the best image's, of those where that is positive
	Weakest  []int   `json:"weakest"` // live channels that an image excites more
	Dataset  string  `json:"dataset"`
	Images   int     `json:"images"`
	live     []rival // for the median
}

type rival struct{ picture, image float64 }

// compare holds what was made against a dataset that the model has seen.
func (s *studio) compare(ctx context.Context, plan []planned) error {
	dataset, err := s.db.Dataset(ctx, s.flags.against)
	if err != nil {
		return err
	}
	channels := explorer.NewChannels(s.db)
	var all []rivalry
	for _, p := range plan {
		r, err := s.compareLayer(ctx, channels, dataset, p.layer.Name)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if s.app.json {
		for _, r := range all {
			if err := json.NewEncoder(s.app.stdout).Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(s.app.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "LAYER\tPICTURES\tDEAD\tABOVE EVERY IMAGE\tMEDIAN RATIO\n")
	for _, r := range all {
		live := r.Pictures - r.Dead
		fmt.Fprintf(w, "%s\t%d\t%d\t%d of %d (%.0f %%)\t%.2f\n", r.Layer, r.Pictures, r.Dead, r.Above, live, 100*float64(r.Above)/float64(max(live, 1)), r.Ratio)
	}
	return w.Flush()
}

func (s *studio) compareLayer(ctx context.Context, channels *explorer.Channels, dataset store.Dataset, name string) (rivalry, error) {
	r := rivalry{Layer: name, Dataset: dataset.Name, Weakest: []int{}}
	layer, err := s.db.Layer(ctx, s.model, name)
	if err != nil {
		return r, err
	}
	embeddings, err := s.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID, Layer: name})
	if err != nil {
		return r, err
	}
	i := slices.IndexFunc(embeddings, func(e store.Embedding) bool { return e.LayerID == layer.ID })
	if i < 0 {
		return r, fmt.Errorf("%s has not seen the dataset %s at layer %s; ingest it with --model %s --layers %s", s.flags.model, dataset.Name, name, s.flags.model, name)
	}
	statistics, err := channels.Statistics(ctx, embeddings[i].ID)
	if err != nil {
		return r, err
	}
	r.Images = statistics.Images
	pictures, err := s.db.Visualizations(ctx, layer.ID, store.VisualizationFilter{Newest: true})
	if err != nil {
		return r, err
	}
	for _, v := range pictures {
		if v.Objective == fmt.Sprintf("channel:%d", v.Channel) && v.Number == 0 {
			r.add(v, statistics.Channels[v.Channel])
		}
	}
	r.Ratio = medianRatio(r.live)
	return r, nil
}

func (r *rivalry) add(v store.Visualization, c explorer.ChannelStatistics) {
	r.Pictures++
	if v.Dead {
		r.Dead++
		return
	}
	r.live = append(r.live, rival{v.End, c.Mean.Highest})
	if v.End > c.Mean.Highest {
		r.Above++
	} else {
		r.Weakest = append(r.Weakest, v.Channel)
	}
}

func medianRatio(rivals []rival) float64 {
	var ratios []float64
	for _, r := range rivals {
		if r.image > 0 {
			ratios = append(ratios, r.picture/r.image)
		}
	}
	if len(ratios) == 0 {
		return 0
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}
