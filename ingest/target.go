package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/internal/pooling"
	"github.com/convnet-playground/convnet/store"
)

// target is one embedding that this run keeps complete: a layer under a pooling, fitted to it.
type target struct {
	layer     cnn.Layer
	pooling   pooling.Pooling
	embedding int64
}

// network is the model of a run with its targets.
type network struct {
	*cnn.Network
	runtime  *ortrun.Runtime
	provider string
	graph    [32]byte // hash of the graph; identify sets it
	sha256   [32]byte // the model's identity; identify sets it
	model    int64
	targets  []*target
}

// newNetwork checks what is asked for before anything is written.
func newNetwork(rt *ortrun.Runtime, net *cnn.Network, opt Options) (*network, error) {
	if net == nil {
		return nil, nil
	}
	if err := opt.Pooling.Validate(); err != nil {
		return nil, err
	}
	layers, err := net.Manifest.SelectLayers(opt.Layers)
	if err != nil {
		return nil, err
	}
	n := &network{Network: net, runtime: rt, provider: opt.Provider}
	for _, l := range layers {
		n.targets = append(n.targets, &target{layer: l, pooling: opt.Pooling.Fit(l.Channels, l.Height, l.Width)})
	}
	return n, nil
}

// threads within one image. Images are worked on side by side instead: nothing then waits at the end of each operator.
const threads = 1

// imagesAPass is one: on processors a batch of several gains nothing, and holds as many more maps in memory.
const imagesAPass = 1

// computes names what the vectors come from.
func (n *network) computes() string { return n.runtime.VersionWith(n.provider) }

// identify hashes the network, once. A new dataset needs that late, when other work goes on beside it.
func (n *network) identify() {
	if n.sha256 == [32]byte{} {
		n.graph = n.GraphSHA256()
		n.sha256 = cnn.Identity(n.graph, n.Manifest)
	}
}

// join adds the embeddings that the dataset has of this very model, so that images added now are found in all of them.
func (n *network) join(existing []store.Embedding) error {
	asked := map[string]bool{}
	for _, t := range n.targets {
		asked[t.key()] = true
	}
	for _, e := range existing {
		layer, ok := n.Manifest.Layer(e.Layer)
		if !ok {
			return fmt.Errorf("the database has an embedding of layer %s, which the model %s does not have: run `convnet check`", e.Layer, n.Manifest.Name)
		}
		pooling, err := pooling.Parse(e.Pooling)
		if err != nil {
			return fmt.Errorf("embedding of layer %s: %w", e.Layer, err)
		}
		if t := (&target{layer: layer, pooling: pooling}); !asked[t.key()] {
			n.targets = append(n.targets, t)
		}
	}
	return nil
}

// NewModel is a network as the store takes it; graph is the hash of its graph.
func NewModel(n *cnn.Network, graph [32]byte) (store.NewModel, error) {
	manifest, err := json.Marshal(n.Manifest)
	if err != nil {
		return store.NewModel{}, fmt.Errorf("encode manifest of %s: %w", n.Manifest.Name, err)
	}
	m := store.NewModel{Name: n.Manifest.Name, SHA256: cnn.Identity(graph, n.Manifest), GraphSHA256: graph, Manifest: manifest, ONNX: n.ONNX}
	for _, l := range n.Manifest.Layers {
		m.Layers = append(m.Layers, store.NewLayer{Name: l.Name, Type: l.Type, Position: l.Index, Channels: l.Channels, Height: l.Height, Width: l.Width, Parameters: l.Parameters})
	}
	return m, nil
}

func (t *target) key() string { return t.layer.Name + " " + t.pooling.String() }

// ensure stores the model and makes the embeddings.
func (n *network) ensure(tx *store.Tx, dataset int64, expectedRows int) error {
	m, err := NewModel(n.Network, n.graph)
	if err != nil {
		return err
	}
	if n.model, err = tx.EnsureModel(m); err != nil {
		return err
	}
	for _, t := range n.targets {
		e, err := tx.EnsureEmbedding(store.NewEmbedding{DatasetID: dataset, ModelID: n.model, Layer: t.layer.Name, Pooling: t.pooling.String(),
			Dimension: t.pooling.Dimension(t.layer.Channels), Runtime: n.computes(), ExpectedRows: expectedRows})
		if err != nil {
			return err
		}
		t.embedding = e.ID
	}
	return nil
}

// extractor runs the network for a set of targets. Targets of one pooling share a pass; there are more passes only where
// a dataset has been embedded under several poolings.
type extractor struct {
	input  cnn.Input
	passes []pass
}

type pass struct {
	*cnn.Extractor
	targets []*target
}

func (n *network) extractor(targets []*target) (*extractor, error) {
	x := &extractor{input: n.Manifest.Input}
	for len(targets) > 0 {
		together, rest, pooling := n.together(targets)
		layers := make([]cnn.Layer, len(together))
		for i, t := range together {
			layers[i] = t.layer
		}
		e, err := cnn.NewExtractor(n.runtime, n.Network, layers, pooling, cnn.ExtractorOptions{Threads: threads, Provider: n.provider})
		if err != nil {
			return nil, errors.Join(err, x.Close())
		}
		x.passes = append(x.passes, pass{Extractor: e, targets: together})
		if err := matches(e.Poolings(), together); err != nil {
			return nil, errors.Join(err, x.Close())
		}
		targets = rest
	}
	return x, nil
}

// matches makes sure that vectors of one embedding are all pooled alike.
func matches(fitted []pooling.Pooling, targets []*target) error {
	for i, t := range targets {
		if fitted[i] != t.pooling {
			return fmt.Errorf("layer %s has an embedding pooled by %s, which would now be %s: ingest into a new dataset", t.layer.Name, t.pooling, fitted[i])
		}
	}
	return nil
}

// together takes the targets that one pooling explains: small maps get a smaller grid than asked for, so the largest grid
// among the targets of a kind is the one that was asked for.
func (n *network) together(targets []*target) (same, rest []*target, asked pooling.Pooling) {
	asked = targets[0].pooling
	for _, t := range targets {
		if p := t.pooling; p.Kind == asked.Kind && p.P == asked.P && p.Grid > asked.Grid {
			asked = p
		}
	}
	seen := map[string]bool{}
	for _, t := range targets {
		if l := t.layer; asked.Fit(l.Channels, l.Height, l.Width) == t.pooling && !seen[l.Name] {
			seen[l.Name] = true
			same = append(same, t)
		} else {
			rest = append(rest, t)
		}
	}
	if len(same) == 0 { // a pooling that no fit explains: it stands alone
		return targets[:1], targets[1:], targets[0].pooling
	}
	return same, rest, asked
}

// vectors runs all passes and returns one vector for each target.
func (x *extractor) vectors(ctx context.Context, tensor []float32) ([]vector, error) {
	var all []vector
	for _, p := range x.passes {
		features, err := p.Extract(ctx, tensor)
		if err != nil {
			return nil, err
		}
		for i, f := range features {
			v := vector{target: p.targets[i], Vector: store.Vector{Embedding: f.Embedding, Mean: f.Mean, Max: f.Max}}
			if !v.finite() {
				return nil, &notFinite{layer: v.target.layer.Name}
			}
			all = append(all, v)
		}
	}
	return all, nil
}

func (x *extractor) Close() error {
	var err error
	for _, p := range x.passes {
		err = errors.Join(err, p.Close())
	}
	return err
}

// lazyExtractor is made when it is first asked for: perhaps no picture gets so far.
type lazyExtractor struct {
	open func() (*extractor, error)
	once sync.Once
	x    *extractor
	err  error
}

func (l *lazyExtractor) get() (*extractor, error) {
	l.once.Do(func() { l.x, l.err = l.open() })
	return l.x, l.err
}

// Close waits for one that is being made.
func (l *lazyExtractor) Close() error {
	l.once.Do(func() { l.err = errors.New("the extractor is closed") })
	if l.x == nil {
		return nil
	}
	return l.x.Close()
}
