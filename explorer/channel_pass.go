package explorer

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// channelPass gathers the statistics of all channels of a layer while the images go by once.
type channelPass struct {
	images     int
	channels   []channelTally
	categories map[string]*categoryTally
}

// channelTally is what has been gathered about a channel.
type channelTally struct {
	mean, max                          moments
	active                             int
	highestMax, highestMean, lowestNeg ranking // lowestNeg ranks the negated means
}

// categoryTally is what has been gathered about a category.
type categoryTally struct {
	images int
	sums   []float64 // of the channels' means
}

// layerStatistics reads an embedding's channel values once; memory does not grow with the number of images.
func layerStatistics(ctx context.Context, db *store.DB, embeddingID int64) (*LayerStatistics, error) {
	p := &channelPass{categories: map[string]*categoryTally{}}
	err := db.ChannelValues(ctx, embeddingID, func(v store.ChannelValues) error {
		p.add(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := p.statistics()
	s.EmbeddingID = embeddingID
	return s, nil
}

func (p *channelPass) add(v store.ChannelValues) {
	if p.images == 0 {
		p.channels = make([]channelTally, len(v.Mean))
	}
	p.images++
	share := 1 / float64(p.images)
	for i := range p.channels {
		c := &p.channels[i]
		mean, maximum := v.Mean[i], v.Max[i]
		c.mean.add(float64(mean), share)
		c.max.add(float64(maximum), share)
		if maximum > 0 {
			c.active++
		}
		c.highestMax.add(v.ImageID, maximum)
		c.highestMean.add(v.ImageID, mean)
		c.lowestNeg.add(v.ImageID, -mean)
	}
	if v.Category != "" {
		p.addCategory(v)
	}
}

func (p *channelPass) addCategory(v store.ChannelValues) {
	c := p.categories[v.Category]
	if c == nil {
		c = &categoryTally{sums: make([]float64, len(v.Mean))}
		p.categories[v.Category] = c
	}
	c.images++
	for i, mean := range v.Mean {
		c.sums[i] += float64(mean)
	}
}

func (p *channelPass) statistics() *LayerStatistics {
	s := &LayerStatistics{Images: p.images, Categories: []store.CategoryCount{}, Channels: make([]ChannelStatistics, len(p.channels))}
	for _, name := range slices.Sorted(maps.Keys(p.categories)) {
		s.Categories = append(s.Categories, store.CategoryCount{Name: name, Images: p.categories[name].images})
	}
	for i := range p.channels {
		s.Channels[i] = p.channel(i, s.Categories)
	}
	return s
}

func (p *channelPass) channel(i int, categories []store.CategoryCount) ChannelStatistics {
	c := &p.channels[i]
	s := ChannelStatistics{
		Channel: i, Mean: c.mean.spread(p.images), Max: c.max.spread(p.images),
		ActiveShare: float64(c.active) / float64(p.images),
		HighestMax:  c.highestMax.list(1), HighestMean: c.highestMean.list(1), LowestMean: c.lowestNeg.list(-1),
		CategoryMeans: make([]float64, len(categories)),
	}
	s.Dead = isDead(s.Mean, s.Max, p.images)
	for j, category := range categories {
		s.CategoryMeans[j] = p.categories[category.Name].sums[i] / float64(category.Images)
	}
	index, best := selectivity(s.CategoryMeans, s.Mean.Lowest)
	if s.Selectivity = index; best >= 0 {
		s.Preferred = categories[best].Name
	}
	return s
}

// moments gathers mean and variance by Welford's method, which does not lose small deviations from a large mean.
type moments struct{ mean, squares, lowest, highest float64 }

// add takes in a value; share is 1 over the number of values, this one included.
func (m *moments) add(x, share float64) {
	if share == 1 {
		m.lowest, m.highest = x, x
	}
	m.lowest, m.highest = min(m.lowest, x), max(m.highest, x)
	off := x - m.mean
	m.mean += off * share
	m.squares += off * (x - m.mean)
}

func (m *moments) spread(n int) Spread {
	return Spread{Mean: m.mean, StandardDeviation: math.Sqrt(m.squares / float64(n)), Lowest: m.lowest, Highest: m.highest}
}

// ranking keeps the images with the highest values. Images come by id, so an equal value goes behind.
type ranking struct {
	n    int
	best [ActivatingImages]ImageValue
}

func (r *ranking) add(imageID int64, value float32) {
	if r.n == len(r.best) && value <= r.best[r.n-1].Value {
		return
	}
	if r.n < len(r.best) {
		r.n++
	}
	i := r.n - 1
	for ; i > 0 && r.best[i-1].Value < value; i-- {
		r.best[i] = r.best[i-1]
	}
	r.best[i] = ImageValue{imageID, value}
}

// list returns the images with their values, times sign.
func (r *ranking) list(sign float32) []ImageValue {
	all := slices.Clone(r.best[:r.n])
	for i := range all {
		all[i].Value = sign*all[i].Value + 0 // no negative zero
	}
	return all
}
