package search

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/convnet-playground/convnet/store"
)

// mapValues is a number for every point of a layout, NaN where there is none.
type mapValues struct {
	name      string // distance, score, channel 17
	low, high float64
	values    []float64
	ramp      string // of colours: strength, or score, which stresses what fails
	reverse   bool   // the smallest value is the strongest
}

// share is where between the least and the largest value a point's lies.
func (v *mapValues) share(i int) (float64, bool) {
	if math.IsNaN(v.values[i]) {
		return 0, false
	}
	if v.high <= v.low {
		return 0, true
	}
	return min(1, max(0, (v.values[i]-v.low)/(v.high-v.low))), true
}

// rampSteps is how many colours a ramp has.
const rampSteps = 7

// step is the colour of a point on its ramp, -1 for one without a value.
func (v *mapValues) step(i int) int {
	share, ok := v.share(i)
	if !ok {
		return -1
	}
	if v.reverse {
		share = 1 - share
	}
	return int(math.Round(share * (rampSteps - 1)))
}

// span sets low and high from the values.
func (v *mapValues) span() *mapValues {
	v.low, v.high = math.Inf(1), math.Inf(-1)
	for _, x := range v.values {
		if !math.IsNaN(x) {
			v.low, v.high = min(v.low, x), max(v.high, x)
		}
	}
	if v.low > v.high {
		v.low, v.high = 0, 0
	}
	return v
}

// mapValues computes what colours mean for the points of a layout; nil when they mean categories.
func (s *Service) mapValues(ctx context.Context, c coloring, a *mapAnswer) (*mapValues, error) {
	switch c.by {
	case colorByDistance:
		return s.distancesFrom(ctx, a)
	case colorByChannel:
		return s.channelValues(ctx, c.channel, a)
	case colorByScore:
		return s.scoreValues(ctx, a)
	}
	return nil, nil
}

// perPoint puts values by image id in the order of the layout.
func (v *mapValues) perPoint(l *layout, byID map[int64]float64) *mapValues {
	v.values = make([]float64, len(l.ids))
	for i, id := range l.ids {
		x, ok := byID[id]
		if !ok {
			x = math.NaN()
		}
		v.values[i] = x
	}
	return v
}

// distancesFrom measures how far every image is from the query.
func (s *Service) distancesFrom(ctx context.Context, a *mapAnswer) (*mapValues, error) {
	distance := distanceFrom(a.vector, a.page.Metric, a.page.P)
	byID := map[int64]float64{}
	err := s.db.Vectors(ctx, a.target.embedding.ID, func(imageID int64, row []float32) error {
		byID[imageID] = distance(row)
		return nil
	})
	v := &mapValues{name: "distance", ramp: "strength", reverse: true}
	v.perPoint(a.layout, byID).span().low = 0 // where the query is
	return v, err
}

// channelValues is the mean of a channel's map, image by image.
func (s *Service) channelValues(ctx context.Context, channel int, a *mapAnswer) (*mapValues, error) {
	e := a.target.embedding
	if channel >= e.Channels {
		return nil, badRequestf("Layer %s has the channels 0 to %d, not %d.", e.Layer, e.Channels-1, channel)
	}
	byID := map[int64]float64{}
	err := s.db.ChannelValues(ctx, e.ID, func(v store.ChannelValues) error {
		byID[v.ImageID] = float64(v.Mean[channel])
		return nil
	})
	v := &mapValues{name: "channel " + strconv.Itoa(channel), ramp: "strength"}
	return v.perPoint(a.layout, byID).span(), err
}

// patience is how long a page waits for colours: its script asks for them again.
const patience = 3 * time.Second

// colorSoon is color for a page. When it takes longer, the points have no values yet, and it reports that.
func (s *Service) colorSoon(ctx context.Context, c coloring, a *mapAnswer) (computing bool, err error) {
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = s.color(soon, c, a)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && c.by == colorByScore {
		a.values = (&mapValues{name: "score", ramp: "score", high: 100}).perPoint(a.layout, nil)
		return true, nil
	}
	return false, err
}

// scoreValues is every image's weighted search score: where on the map does this layer fail?
func (s *Service) scoreValues(ctx context.Context, a *mapAnswer) (*mapValues, error) {
	byID, err := s.imageScores(ctx, a.target.embedding, a.page.Metric, a.page.P)
	if err != nil {
		return nil, err
	}
	v := &mapValues{name: "score", ramp: "score", high: 100}
	return v.perPoint(a.layout, byID), nil
}
