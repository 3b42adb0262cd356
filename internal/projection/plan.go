package projection

import (
	"bytes"
	"context"
	"fmt"

	"github.com/convnet-playground/convnet/store"
)

// action is what is done about an embedding's map.
type action int

const (
	keep   action = iota // it is up to date
	fit                  // all of it is drawn anew
	extend               // new images are placed on it
)

// layer is an embedding and what is done about its map.
type layer struct {
	store.Embedding
	dataset string
	state   store.ProjectionState
	action  action
	why     string
}

// bytes is what its vectors take in memory.
func (l layer) bytes() int64 { return 4 * int64(l.Vectors) * int64(l.Dimension) }

// unit is the layers of a model, or of all models of a dataset, that are worked on together.
type unit []layer

func (u unit) busy() (n int) {
	for _, l := range u {
		if l.action != keep {
			n++
		}
	}
	return n
}

// plan looks at every embedding that the options select. Others of the same models are in the units too, as layers whose
// neighborhoods the new maps are compared with.
func (r *run) plan(ctx context.Context) (units []unit, err error) {
	datasets, err := r.db.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	matched := false
	for _, d := range datasets {
		if r.opt.Dataset != "" && d.Name != r.opt.Dataset {
			continue
		}
		embeddings, err := r.db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: d.ID})
		if err != nil {
			return nil, err
		}
		for _, u := range r.divide(embeddings) {
			some, err := r.decide(ctx, d.Name, u)
			if err != nil {
				return nil, err
			}
			matched = matched || some
			if u.busy() > 0 {
				units = append(units, u)
			}
		}
	}
	if !matched {
		return nil, r.nothing(ctx)
	}
	return units, nil
}

// divide puts embeddings that belong together into units.
func (r *run) divide(embeddings []store.Embedding) (units []unit) {
	for i, e := range embeddings {
		if i == 0 || r.opt.Align != Networks && e.ModelID != embeddings[i-1].ModelID {
			units = append(units, nil)
		}
		units[len(units)-1] = append(units[len(units)-1], layer{Embedding: e})
	}
	return units
}

// decide fills in what is to be done about the layers of a unit, and reports whether the options select any of them.
func (r *run) decide(ctx context.Context, dataset string, u unit) (matched bool, err error) {
	for i := range u {
		l := &u[i]
		l.dataset = dataset
		if !r.selects(l.Embedding) || l.Vectors == 0 {
			continue
		}
		matched = true
		if r.opt.MaxBytes > 0 && l.bytes() > r.opt.MaxBytes {
			r.summary.LeftOut = append(r.summary.LeftOut, fmt.Sprintf("%s · %s · %s: %d vectors × %d", dataset, l.Model, l.Layer, l.Vectors, l.Dimension))
			continue
		}
		if l.state, _, err = r.db.ProjectionState(ctx, l.ID, r.opt.Method); err != nil {
			return matched, err
		}
		if err := r.choose(ctx, l); err != nil {
			return matched, err
		}
		if l.action == keep {
			r.summary.UpToDate++
		}
	}
	return matched, nil
}

func (r *run) selects(e store.Embedding) bool {
	fits := func(wanted, is string) bool { return wanted == "" || wanted == is }
	return fits(r.opt.Model, e.Model) && fits(r.opt.Layer, e.Layer) && fits(r.opt.Pooling, e.Pooling)
}

// choose settles what is done about a layer whose state is known.
func (r *run) choose(ctx context.Context, l *layer) error {
	switch {
	case l.state == store.ProjectionMissing:
		l.action, l.why = fit, "there is no map yet"
	case l.state == store.ProjectionStale:
		l.action, l.why = fit, "its map is of other vectors"
	case r.opt.Refit:
		l.action, l.why = fit, "asked for"
	case l.state == store.ProjectionIncomplete:
		l.action, l.why = extend, "images have come"
	}
	if l.action == fit || r.opt.Keep {
		return nil
	}
	p, err := r.db.ProjectionOf(ctx, l.ID, r.opt.Method)
	if err == nil && r.differs(p) {
		l.action, l.why = fit, "its map has other parameters"
	}
	return err
}

// differs reports whether a map was made in another way than is asked for now.
func (r *run) differs(p store.Projection) bool {
	return !bytes.Equal(p.Parameters, r.opt.stored()) || r.opt.Method == store.UMAP && p.Seed != r.opt.Seed
}

// nothing says what there is, when the options select nothing.
func (r *run) nothing(ctx context.Context) error {
	if r.opt.Dataset != "" {
		if _, err := r.db.Dataset(ctx, r.opt.Dataset); err != nil {
			return err
		}
	}
	if r.opt.Model == "" && r.opt.Layer == "" && r.opt.Pooling == "" {
		return nil // no network has looked at the images: nothing to do
	}
	return fmt.Errorf("there are no vectors of model %q at layer %q, pooled by %q: `convnet info` lists what there is; an empty name is any",
		r.opt.Model, r.opt.Layer, r.opt.Pooling)
}
