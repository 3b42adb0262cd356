package search

import "fmt"

// Best names the layer that serves a dataset best, and how sure that is.
type Best struct {
	Placed
	// First is in which share of the bootstrap draws this layer is the best of all layers, each under its best metric.
	First    float64   `json:"first"`
	RunnerUp *RunnerUp `json:"runner_up"` // null when there is no other layer
	Verdict  string    `json:"verdict"`

	URL string `json:"-"`
}

// Placed is a layer under a metric with its mean and the 95 % bootstrap interval of that.
type Placed struct {
	Model   string  `json:"model"`
	Layer   string  `json:"layer"`
	Pooling string  `json:"pooling"`
	Metric  string  `json:"metric"` // minkowski:3 for an exponent of 3
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
}

// RunnerUp is the best of the other layers. The difference is taken query by query: both have the same draws.
type RunnerUp struct {
	Placed
	Difference     float64 `json:"difference"`
	DifferenceLow  float64 `json:"difference_low"`
	DifferenceHigh float64 `json:"difference_high"`
	Ahead          float64 `json:"ahead"` // share of the draws in which the best layer is better than this one

	URL string `json:"-"`
}

func (c *card) placed(i int) Placed {
	e := c.all[i]
	p := Placed{Model: e.Model, Layer: e.Layer, Pooling: e.Pooling, Metric: e.key(), Value: c.means[i]}
	p.Low, p.High = c.sure.Interval(i)
	return p
}

// name finds the best layer; nil when nothing was evaluated or nobody asked.
func (c *card) name() *Best {
	best := c.best(func(evaluated) bool { return true })
	if best < 0 || len(c.all[best].found.Queries) == 0 {
		return nil
	}
	b := &Best{Placed: c.placed(best), URL: c.all[best].search(c.dataset.Name, "")}
	b.First = c.sure.Wins(best, c.perLayer())
	second := c.best(func(e evaluated) bool { return e.ID != c.all[best].ID })
	if second >= 0 {
		r := &RunnerUp{Placed: c.placed(second), Difference: c.means[best] - c.means[second], URL: c.all[second].search(c.dataset.Name, "")}
		r.DifferenceLow, r.DifferenceHigh, r.Ahead = c.sure.Difference(best, second)
		b.RunnerUp = r
	}
	b.Verdict = verdict(b)
	return b
}

// perLayer is every layer's best evaluation.
func (c *card) perLayer() []int {
	best := map[int64]int{}
	for i, e := range c.all {
		if at, ok := best[e.ID]; !ok || c.means[i] > c.means[at] {
			best[e.ID] = i
		}
	}
	list := make([]int, 0, len(best))
	for _, i := range best {
		list = append(list, i)
	}
	return list
}

// verdict says how sure one can be, in the words of a person: 97.5 % on one side is what an interval of 95 % leaves out.
func verdict(b *Best) string {
	if b.RunnerUp == nil {
		return "There is no other layer to compare it with."
	}
	switch share := b.RunnerUp.Ahead; {
	case share >= 0.975:
		return "One can be sure of it: other images of this kind would hardly change the order."
	case share >= 0.9:
		return "That is likely, not certain: more images would tell."
	default:
		return fmt.Sprintf("The two are too close to call: with other images of this kind the order would turn round about %.0f times in 100.", 100*(1-share))
	}
}
