package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/convnet-playground/convnet/ingest"
	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/ortrun"
	"github.com/convnet-playground/convnet/store"
)

// candidate is a network that an ingest is going to run. Its graph is read when its turn comes, so that never more than
// one network is in memory.
type candidate struct {
	manifest cnn.Manifest
	load     func(context.Context) (*cnn.Network, error)
	variant  variant
}

// ingest runs the network over the source. Its graph is garbage when ingest returns.
func (c candidate) ingest(ctx context.Context, db *store.DB, rt *ortrun.Runtime, opt ingest.Options) (ingest.Summary, error) {
	network, err := c.load(ctx)
	if err != nil {
		return ingest.Summary{}, err
	}
	if network, err = c.variant.of(network); err != nil {
		return ingest.Summary{}, err
	}
	return ingest.Run(ctx, db, rt, network, opt)
}

// label says in the progress which of several networks is at work.
func (c candidate) label(i, of int) string {
	if of == 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d %s", i+1, of, c.manifest.Name)
}

// allModels asks for every network that was added.
const allModels = "all"

// findCandidates finds the networks of --model: in the user's library first, then in the database, which carries the
// networks it was made with.
func findCandidates(ctx context.Context, f ingestFlags, v variant) ([]candidate, error) {
	library, err := cnn.DefaultLibrary()
	if err != nil {
		return nil, err
	}
	names, err := namesOf(library, f.models)
	if err != nil {
		return nil, err
	}
	var found []candidate
	for _, name := range names {
		c, err := findCandidate(ctx, library, f, name)
		if err != nil {
			return nil, err
		}
		if _, err := c.manifest.SelectLayers(f.layers); err != nil {
			return nil, usageError{err}
		}
		c.variant = v
		found = append(found, c)
	}
	return found, nil
}

// namesOf spells out "all" and drops what is named twice.
func namesOf(library cnn.Library, asked []string) ([]string, error) {
	var names []string
	for _, name := range asked {
		more := []string{name}
		if name == allModels {
			var err error
			if more, err = library.Added(); err != nil {
				return nil, err
			}
			if len(more) == 0 {
				return nil, usagef("--model all: no network has been added yet; \"convnet models list\" shows which can be")
			}
		}
		for _, n := range more {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return names, nil
}

func findCandidate(ctx context.Context, library cnn.Library, f ingestFlags, name string) (candidate, error) {
	manifest, err := library.Manifest(name)
	if err == nil {
		return candidate{manifest: manifest, load: func(context.Context) (*cnn.Network, error) { return library.Load(name) }}, nil
	}
	if !errors.Is(err, cnn.ErrUnknown) {
		return candidate{}, err
	}
	network, inDB := networkInDB(ctx, f, name)
	if inDB == nil {
		load := func(ctx context.Context) (*cnn.Network, error) { return networkInDB(ctx, f, name) }
		return candidate{manifest: network.Manifest, load: load}, nil
	}
	if errors.Is(inDB, fs.ErrNotExist) || errors.Is(inDB, store.ErrNotFound) || errors.Is(inDB, store.ErrNoGraph) {
		return candidate{}, err
	}
	return candidate{}, inDB
}

// networkInDB loads a network that the dataset was ingested with before.
func networkInDB(ctx context.Context, f ingestFlags, name string) (network *cnn.Network, err error) {
	err = withDB(ctx, f.db, func(db *store.DB) error {
		dataset, err := db.Dataset(ctx, f.dataset)
		if err != nil {
			return err
		}
		model, err := db.DatasetModel(ctx, dataset.ID, name)
		if err != nil {
			return err
		}
		network, err = networkFromStore(ctx, db, model)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for model %s in %s: %w", name, f.db, err)
	}
	return network, nil
}
