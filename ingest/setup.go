package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/convnet-playground/convnet/store"
)

// EmbeddingState is what an embedding in the database is to the network that is asked for.
type EmbeddingState string

const (
	EmbeddingMissing EmbeddingState = "missing" // there is none
	EmbeddingStale   EmbeddingState = "stale"   // of another version of the model, or by another runtime: not comparable
	EmbeddingEqual   EmbeddingState = "equal"   // new vectors may join it
)

// embeddingState says what an embedding by model m is; nil means that there is none.
func (n *network) embeddingState(e *store.Embedding, m store.Model) EmbeddingState {
	switch {
	case e == nil:
		return EmbeddingMissing
	case m.SHA256 != n.sha256, e.Runtime != n.computes():
		return EmbeddingStale
	}
	return EmbeddingEqual
}

// staleness is what has to go before the run begins, and why.
type staleness struct {
	models     []int64
	embeddings []int64
	why        []string
}

// compare finds the network's embeddings of the dataset and sorts them into equal ones, which become targets, and stale.
func (n *network) compare(ctx context.Context, db *store.DB, dataset int64) (s staleness, err error) {
	n.identify()
	models, err := db.DatasetModels(ctx, dataset)
	if err != nil {
		return s, err
	}
	all, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset, Model: n.Manifest.Name})
	if err != nil {
		return s, err
	}
	var same []store.Embedding
	for _, m := range models {
		if m.Name != n.Manifest.Name {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(all), func(e store.Embedding) bool { return e.ModelID != m.ID })
		if m.SHA256 != n.sha256 {
			s.models = append(s.models, m.ID)
			s.why = append(s.why, fmt.Sprintf("%s is not the network it was (other weights, graph or preprocessing): %s made way; to have both, give one a name of its own", m.Name, layersOf(of)))
			continue
		}
		same = of
		s.addRuntimes(n, m, of)
		s.addMissing(n, m, of)
	}
	return s, n.join(same)
}

// addRuntimes marks the embeddings of another runtime.
func (s *staleness) addRuntimes(n *network, m store.Model, same []store.Embedding) {
	byRuntime := map[string][]store.Embedding{}
	for _, e := range same {
		if n.embeddingState(&e, m) == EmbeddingStale {
			s.embeddings = append(s.embeddings, e.ID)
			byRuntime[e.Runtime] = append(byRuntime[e.Runtime], e)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byRuntime)) {
		s.why = append(s.why, fmt.Sprintf("%s was computed by %s, now it is %s: %s", m.Name, name, n.computes(), layersOf(byRuntime[name])))
	}
}

// addMissing says which layers join a network that has seen the dataset already.
func (s *staleness) addMissing(n *network, m store.Model, same []store.Embedding) {
	have := map[string]*store.Embedding{}
	for i, e := range same {
		have[e.Layer+" "+e.Pooling] = &same[i]
	}
	var added []string
	for _, t := range n.targets {
		if n.embeddingState(have[t.key()], m) == EmbeddingMissing {
			added = append(added, fmt.Sprintf("%s (%s)", t.layer.Name, t.pooling))
		}
	}
	if len(added) > 0 {
		s.why = append(s.why, fmt.Sprintf("%s has not been asked for these layers before: %s", m.Name, strings.Join(added, ", ")))
	}
}

func layersOf(all []store.Embedding) string {
	vectors := 0
	var names []string
	for _, e := range all {
		vectors += e.Vectors
		names = append(names, e.Layer)
	}
	return fmt.Sprintf("%d vectors at %s", vectors, strings.Join(names, ", "))
}

// begin makes the dataset and the embeddings, removes what is stale and records the run, all in one transaction.
func (r *run) begin(ctx context.Context) error {
	r.summary.Stale = append(r.summary.Stale, r.stale.why...)
	if r.network != nil {
		r.network.identify()
	}
	return r.db.Update(ctx, func(tx *store.Tx) error {
		if err := r.ensureDataset(tx); err != nil {
			return err
		}
		if err := r.stale.remove(tx, r.catalog.dataset); err != nil {
			return err
		}
		if r.network != nil {
			if err := r.network.ensure(tx, r.catalog.dataset, r.expectedRows()); err != nil {
				return err
			}
		}
		id, err := tx.StartRun(r.catalog.dataset, "ingest", r.recorded())
		r.id = id
		return err
	})
}

func (r *run) ensureDataset(tx *store.Tx) (err error) {
	if r.catalog.dataset, err = tx.EnsureDataset(r.opt.Dataset); err != nil {
		return err
	}
	license, origin := r.known.License, r.known.Source
	if r.opt.License != "" {
		license = r.opt.License
	}
	if r.opt.Origin != "" {
		origin = r.opt.Origin
	}
	if license == r.known.License && origin == r.known.Source {
		return nil
	}
	return tx.SetDatasetInfo(r.catalog.dataset, license, origin)
}

func (s *staleness) remove(tx *store.Tx, dataset int64) error {
	for _, id := range s.models {
		if err := tx.DeleteDatasetModel(dataset, id); err != nil {
			return err
		}
	}
	for _, id := range s.embeddings {
		if err := tx.DeleteEmbedding(id); err != nil {
			return err
		}
	}
	return nil
}

// expectedRows is how many images there will be at most, so that the store can size its chunks.
func (r *run) expectedRows() int { return len(r.catalog.images) + r.plan.counts[StateNew] }

func (r *run) recorded() recorded {
	rec := recorded{Source: textName(r.opt.Source), Labels: textName(r.opt.Labels), Prune: r.opt.Prune, Workers: r.opt.Workers, Version: r.opt.Version}
	if r.network != nil {
		rec.Model, rec.Layers, rec.Pooling = r.network.Manifest.Name, r.opt.Layers, r.opt.Pooling.String()
	}
	return rec
}
