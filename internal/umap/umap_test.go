package umap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var ctx = context.Background()

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (m *Map) matrix() Matrix { return Matrix{m.Rows, m.Components, m.Coordinates} }

// With five seeds, umap-learn 0.5.3 reaches .9506 to .9546 and .915 to .925 on these points.
func TestFit(t *testing.T) {
	x, labels := gm200.make()
	for _, components := range []int{2, 3} {
		for _, init := range Inits {
			o := DefaultOptions()
			o.Components, o.Init = components, init
			m := must(Fit(ctx, x, o))(t)
			trust := must(Trustworthiness(ctx, x, m.matrix(), Trust{Neighbors: 15, Metric: Euclidean}))(t)
			accuracy := must(NeighborAccuracy(ctx, m.matrix(), labels, 15))(t)
			if trust < 0.945 || accuracy < 0.9 {
				t.Errorf("%d dimensions from %s: trustworthiness %.4f, accuracy %.3f", components, init, trust, accuracy)
			}
		}
	}
}

func TestFitMetrics(t *testing.T) {
	x, _ := gm200.make()
	for _, metric := range []Metric{{"cosine", 0}, {"minkowski", 1}, {"minkowski", 2}, {"minkowski", 3}, {"minkowski", 1.5}} {
		o := DefaultOptions()
		o.Metric, o.P = metric.Name, metric.P
		m := must(Fit(ctx, x, o))(t)
		if trust := must(Trustworthiness(ctx, x, m.matrix(), Trust{Neighbors: 15, Metric: metric}))(t); trust < 0.93 {
			t.Errorf("%v: trustworthiness %.4f", metric, trust)
		}
	}
}

// The same bits come out of any number of processors.
func TestDeterminism(t *testing.T) {
	x, _ := mixture{1500, 24, 10, 8, 1.5, 7}.make()
	o := DefaultOptions()
	o.Epochs = 60
	var first *Map
	for _, procs := range []int{1, 2, 3, 8} {
		before := runtime.GOMAXPROCS(procs)
		m, err := Fit(ctx, x, o)
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = m
		}
		if !slices.Equal(m.Coordinates, first.Coordinates) || !slices.Equal(m.Graph.Weight, first.Graph.Weight) {
			t.Errorf("%d processors make another map than one", procs)
		}
	}
	o.Seed++
	if m := must(Fit(ctx, x, o))(t); slices.Equal(m.Coordinates, first.Coordinates) {
		t.Error("another seed makes the same map")
	}
}

// points makes a matrix by a rule.
func points(rows, cols int, at func(i, j int) float64) Matrix {
	m := Matrix{Rows: rows, Cols: cols}
	for i := range rows {
		for j := range cols {
			m.Data = append(m.Data, float32(at(i, j)))
		}
	}
	return m
}

func noise(i, j int) float64 { return gauss(99, i*31+j) }

func TestUnusualPoints(t *testing.T) {
	clusters := func(count int) func(i, j int) float64 {
		return func(i, j int) float64 { return noise(i, j) + 1000*gauss(5, i%count*7+j%7) }
	}
	cases := map[string]Matrix{
		"constant":         points(40, 3, func(i, j int) float64 { return 7 }),
		"duplicates":       points(60, 4, func(i, j int) float64 { return noise(i/20, j) }),
		"many duplicates":  points(200, 4, func(i, j int) float64 { return noise(i/100, j) }),
		"pairs":            points(60, 4, func(i, j int) float64 { return noise(i/2, j) }),
		"one dimension":    points(50, 1, noise),
		"two components":   points(80, 5, clusters(2)),
		"eight components": points(160, 5, clusters(8)),
		"small components": points(64, 5, clusters(16)),
		"huge numbers":     points(50, 4, func(i, j int) float64 { return 3e38 * math.Sin(float64(i*j+i)) }),
		"tiny numbers":     points(50, 4, func(i, j int) float64 { return 1e-38 * noise(i, j) }),
		"far from 0":       points(50, 4, func(i, j int) float64 { return 1e6 + noise(i, j) }),
		"points of zeros":  points(50, 4, func(i, j int) float64 { return noise(i, j) * float64(i%2) }),
	}
	for n := 1; n <= 17; n++ {
		cases[fmt.Sprint(n, " points")] = points(n, 5, noise)
	}
	for name, x := range cases {
		for _, metric := range Metrics {
			for _, init := range Inits {
				if metric != "euclidean" && init != "spectral" {
					continue // metrics and first layouts have nothing to do with each other
				}
				o := DefaultOptions()
				o.Metric, o.Init, o.Epochs = metric, init, 20
				m, err := Fit(ctx, x, o)
				if err != nil {
					t.Errorf("%s, %s, %s: %v", name, metric, init, err)
					continue
				}
				if err := m.matrix().validate(); err != nil {
					t.Errorf("%s, %s, %s: %v", name, metric, init, err)
				}
				if _, err := m.Transform(ctx, x); err != nil {
					t.Errorf("%s, %s, %s: transform: %v", name, metric, init, err)
				}
			}
		}
	}
}

func TestFitRefuses(t *testing.T) {
	good := points(20, 3, noise)
	with := func(v float64) Matrix {
		return points(20, 3, func(i, j int) float64 {
			if i == 7 && j == 1 {
				return v
			}
			return noise(i, j)
		})
	}
	for _, test := range []struct {
		x      Matrix
		change func(o *Options)
		want   string
	}{
		{with(math.NaN()), nil, "row 7, column 1 is NaN"},
		{with(math.Inf(1)), nil, "row 7, column 1 is +Inf"},
		{Matrix{}, nil, "holds no points"},
		{Matrix{Rows: 2, Cols: 3, Data: make([]float32, 5)}, nil, "has 5"},
		{good, func(o *Options) { o.Neighbors = 1 }, "n_neighbors is 1; it must be at least 2"},
		{good, func(o *Options) { o.Components = 4 }, "n_components is 4; it must be 2 or 3"},
		{good, func(o *Options) { o.MinDist = 2 }, "min_dist is 2; it must be between 0 and spread"},
		{good, func(o *Options) { o.MinDist = math.NaN() }, "min_dist is NaN"},
		{good, func(o *Options) { o.Spread = 0 }, "spread is 0"},
		{good, func(o *Options) { o.Epochs = -1 }, "n_epochs is -1"},
		{good, func(o *Options) { o.SetOpMixRatio = 1.5 }, "set_op_mix_ratio is 1.5"},
		{good, func(o *Options) { o.LocalConnectivity = -1 }, "local_connectivity is -1"},
		{good, func(o *Options) { o.NegativeSampleRate = -1 }, "negative_sample_rate is -1"},
		{good, func(o *Options) { o.LearningRate = 0 }, "learning_rate is 0"},
		{good, func(o *Options) { o.Metric = "hamming" }, `metric is "hamming"; it must be one of euclidean, cosine, minkowski`},
		{good, func(o *Options) { o.Metric, o.P = "minkowski", 0.5 }, "p of metric minkowski is 0.5"},
		{good, func(o *Options) { o.Init = "best" }, `init is "best"; it must be one of spectral, pca, random`},
	} {
		o := DefaultOptions()
		if test.change != nil {
			test.change(&o)
		}
		if _, err := Fit(ctx, test.x, o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

// Whatever stage it is in, a fit ends when its context does.
func TestCancel(t *testing.T) {
	x, _ := gm200.make()
	for _, stage := range []string{"neighbors", "graph", "init", "layout"} {
		ctx, cancel := context.WithCancel(ctx)
		o, calls := DefaultOptions(), 0
		o.Progress = func(s string, done, total int) {
			if done < 0 || done > total {
				t.Errorf("%s: %d of %d", s, done, total)
			}
			if s == stage {
				calls++
				cancel()
			}
		}
		if _, err := Fit(ctx, x, o); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", stage, err)
		}
		if calls == 0 || calls > 20 {
			t.Errorf("%s: progress was told %d times", stage, calls)
		}
		cancel()
	}
}

func TestFitGraph(t *testing.T) {
	x, _ := gm200.make()
	o := DefaultOptions()
	n := must(NearestNeighbors(ctx, x, o.Neighbors, Euclidean))(t)
	graph, whole := must(FitGraph(ctx, n, o))(t), must(Fit(ctx, x, o))(t)
	if !slices.Equal(graph.Coordinates, whole.Coordinates) {
		t.Error("the map of the neighbors is not that of the points")
	}
	if _, err := graph.Transform(ctx, x); err == nil {
		t.Error("a map without points takes new points")
	}
	n.Index[31], n.Index[44] = -1, -1 // two rows end earlier
	n.Index[30+14] = -1
	if m := must(FitGraph(ctx, n, o))(t); m.matrix().validate() != nil {
		t.Error("missing neighbors make coordinates that are no numbers")
	}
	for want, spoil := range map[string]func(n *Neighbors){
		"row 2 has the neighbor 200":    func(n *Neighbors) { n.Index[2*15+3] = 200 },
		"row 3 has a neighbor at dist":  func(n *Neighbors) { n.Distance[3*15+14] = float32(math.NaN()) },
		"row 4: its neighbors are not ": func(n *Neighbors) { n.Distance[4*15+14] = 0 },
		"3000 indexes and 2 distances":  func(n *Neighbors) { n.Distance = n.Distance[:2] },
	} {
		bad := must(NearestNeighbors(ctx, x, o.Neighbors, Euclidean))(t)
		spoil(&bad)
		if _, err := FitGraph(ctx, bad, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
