package projection

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"

	"github.com/convnet-playground/convnet/internal/umap"
	"github.com/convnet-playground/convnet/store"
)

// Options says what to project and how. Zero fields of the filter select nothing away.
type Options struct {
	Dataset, Model, Layer, Pooling string

	Method     string // store.UMAP or store.PCA; "" is UMAP
	Parameters Parameters
	Seed       int64
	Align      Alignment // what is fitted together; PCA maps never are

	Keep  bool // a map of other parameters counts as up to date
	Refit bool // fit what is up to date, too

	MaxBytes int64 // layers with more vectors than that are left out and told; 0: none are
	Workers  int   // layers side by side; default one for each core
	Progress func(done, total int)
}

// Parameters are umap-learn's, under its names.
type Parameters struct {
	Metric    string  `json:"metric"`
	P         float64 `json:"p,omitempty"` // minkowski only
	Neighbors int     `json:"n_neighbors"`
	MinDist   float64 `json:"min_dist"`
	Spread    float64 `json:"spread"`
	Epochs    int     `json:"n_epochs"` // 0: 500 up to 10,000 points, else 200
	Init      string  `json:"init"`
}

// DefaultSeed is the seed of maps when none is given.
const DefaultSeed = 42

// DefaultParameters are umap-learn's but for the metric, which is the one that searches use unless told otherwise.
func DefaultParameters() Parameters {
	o := umap.DefaultOptions()
	return Parameters{Metric: "cosine", Neighbors: o.Neighbors, MinDist: o.MinDist, Spread: o.Spread, Epochs: o.Epochs, Init: o.Init}
}

// Metrics are what Parameters.Metric may be.
func Metrics() []string { return umap.Metrics }

// Alignment is which maps are fitted together.
type Alignment string

// Aligned maps are about 0.002 less true to their vectors (BENCHMARKS.md), so they are for those who ask for them. Maps
// that are fitted alone are turned onto that of the layer before, which costs nothing.
const (
	None     Alignment = "none"     // each alone
	Layers   Alignment = "layers"   // those of a model's layers
	Networks Alignment = "networks" // those of all models that have seen a dataset
)

// Alignments are what Options.Align may be.
func Alignments() []Alignment { return []Alignment{None, Layers, Networks} }

// Validate says in a sentence what cannot be used.
func (o Options) Validate() error {
	_, err := o.withDefaults()
	return err
}

func (o Options) withDefaults() (Options, error) {
	o.Method = cmp.Or(o.Method, store.UMAP)
	o.Align = cmp.Or(o.Align, None)
	o.Workers = cmp.Or(o.Workers, runtime.NumCPU())
	if o.Parameters == (Parameters{}) {
		o.Parameters = DefaultParameters()
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	if o.Method != store.UMAP && o.Method != store.PCA {
		return o, fmt.Errorf("there is no method %q: use umap or pca", o.Method)
	}
	if !slices.Contains(Alignments(), o.Align) {
		return o, fmt.Errorf("maps cannot be aligned by %q: use none, layers or networks", o.Align)
	}
	return o, o.umap().Validate()
}

// umap is the options as the algorithm takes them.
func (o Options) umap() umap.Options { return o.Parameters.options(o.Seed) }

func (p Parameters) options(seed int64) umap.Options {
	u := umap.DefaultOptions()
	u.Metric, u.Neighbors, u.MinDist, u.Spread, u.Epochs, u.Init, u.Seed = p.Metric, p.Neighbors, p.MinDist, p.Spread, p.Epochs, p.Init, uint64(seed)
	u.P = cmp.Or(p.P, u.P)
	return u
}

// storedParameters say beside umap-learn's parameters what was to be aligned; whether it was is told by the projection.
type storedParameters struct {
	Parameters
	Aligned Alignment `json:"aligned"`
}

// stored is the parameters as the file keeps them.
func (o Options) stored() []byte {
	if o.Method == store.PCA {
		return []byte("{}")
	}
	text, err := json.Marshal(storedParameters{o.Parameters, o.Align})
	if err != nil {
		panic(err) // they have been validated: all numbers are finite
	}
	return text
}

// metric is how points are compared where a map is judged: as it was made. PCA knows no metric, searches do.
func (o Options) metric() umap.Metric {
	if o.Method == store.PCA {
		return umap.Metric{Name: "cosine"}
	}
	u := o.umap()
	return umap.Metric{Name: u.Metric, P: u.P}
}
