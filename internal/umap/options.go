package umap

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Options are umap-learn's parameters. Begin with DefaultOptions: zero is a value here, not a default, except for Epochs.
type Options struct {
	Neighbors  int     // n_neighbors: how many points, itself included, make a point's neighborhood
	Components int     // n_components: dimensions of the map, 2 or 3
	Metric     string  // distance between points: euclidean, cosine or minkowski
	P          float64 // the exponent of minkowski, at least 1
	MinDist    float64 // min_dist: how near points may come to each other on the map
	Spread     float64 // the scale of the map; with MinDist it sets how far clusters stay apart
	Epochs     int     // n_epochs: 0 means 500 for up to 10,000 points, else 200
	Seed       uint64  // random_state: the same seed gives the same map
	Init       string  // the first layout: spectral, pca or random

	SetOpMixRatio      float64 // set_op_mix_ratio: 1 joins the neighborhoods of two points, 0 intersects them
	LocalConnectivity  float64 // local_connectivity: how many neighbors a point is fully connected with
	RepulsionStrength  float64 // repulsion_strength: weight of the points that are pushed away
	NegativeSampleRate int     // negative_sample_rate: points pushed away for each that is drawn near
	LearningRate       float64 // learning_rate: the first length of a step

	// Progress is told how far a stage is: neighbors, graph, init, layout. It is called by one goroutine at a time.
	Progress func(stage string, done, total int) `json:"-"`
}

// DefaultOptions are the defaults of umap-learn; the seed is 42.
func DefaultOptions() Options {
	return Options{
		Neighbors: 15, Components: 2, Metric: "euclidean", P: 3, MinDist: 0.1, Spread: 1, Seed: 42, Init: "spectral",
		SetOpMixRatio: 1, LocalConnectivity: 1, RepulsionStrength: 1, NegativeSampleRate: 5, LearningRate: 1,
	}
}

// Metrics and Inits are what Options.Metric and Options.Init may be.
var (
	Metrics = []string{"euclidean", "cosine", "minkowski"}
	Inits   = []string{"spectral", "pca", "random"}
)

// Validate says in a sentence which option cannot be used.
func (o Options) Validate() error {
	for _, check := range []struct {
		name     string
		value    float64
		from, to float64
		ok       string
	}{
		{"n_neighbors", float64(o.Neighbors), 2, math.MaxInt32, "at least 2, the point itself included"},
		{"n_components", float64(o.Components), 2, 3, "2 or 3"},
		{"spread", o.Spread, 1e-3, 1e3, "between 0.001 and 1000"},
		{"min_dist", o.MinDist, 0, o.Spread, "between 0 and spread"},
		{"n_epochs", float64(o.Epochs), 0, 1e6, "0 for the default, or up to 1,000,000"},
		{"set_op_mix_ratio", o.SetOpMixRatio, 0, 1, "between 0 and 1"},
		{"local_connectivity", o.LocalConnectivity, 0, math.MaxInt32, "0 or more"},
		{"repulsion_strength", o.RepulsionStrength, 0, 1e6, "0 or more"},
		{"negative_sample_rate", float64(o.NegativeSampleRate), 0, 1e4, "between 0 and 10,000"},
		{"learning_rate", o.LearningRate, 1e-6, 1e3, "more than 0"},
	} {
		if !(check.value >= check.from && check.value <= check.to) {
			return fmt.Errorf("%s is %v; it must be %s", check.name, check.value, check.ok)
		}
	}
	if !slices.Contains(Inits, o.Init) {
		return fmt.Errorf("init is %q; it must be one of %s", o.Init, strings.Join(Inits, ", "))
	}
	return o.metric().Validate()
}

// Metric is how distances between points are measured.
type Metric struct {
	Name string
	P    float64 // minkowski's exponent
}

func (o Options) metric() Metric { return Metric{o.Metric, o.P} }

// Euclidean is the metric of maps themselves.
var Euclidean = Metric{Name: "euclidean"}

// Validate says which metrics there are.
func (m Metric) Validate() error {
	if !slices.Contains(Metrics, m.Name) {
		return fmt.Errorf("metric is %q; it must be one of %s", m.Name, strings.Join(Metrics, ", "))
	}
	if m.Name == "minkowski" && !(m.P >= 1 && m.P <= 100) {
		return fmt.Errorf("p of metric minkowski is %v; it must be between 1 and 100", m.P)
	}
	return nil
}

// epochs is how often the layout of n points is improved.
func (o Options) epochs(n int) int {
	if o.Epochs > 0 {
		return o.Epochs
	}
	return defaultEpochs(n)
}

func defaultEpochs(n int) int {
	if n <= 10_000 {
		return 500
	}
	return 200
}

// tell reports progress, where anyone listens.
func (o Options) tell(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, done, total)
	}
}
