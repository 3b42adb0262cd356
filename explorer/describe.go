package explorer

import (
	"context"
	"fmt"
	"slices"

	"github.com/convnet-playground/convnet/store"
)

// Described is a model of the file with what its manifest says.
type Described struct {
	Model store.Model
	Summary
	Source, License            string
	WeightsFile, WeightsSHA256 string
	Layers                     []Layer // from the input; values that are visualized without being layers come last
}

// DescribeModels describes all models, the oldest first.
func DescribeModels(ctx context.Context, db *store.DB) ([]Described, error) {
	models, err := db.Models(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Described, len(models))
	for i, m := range models {
		if all[i], err = describe(ctx, db, m); err != nil {
			return nil, fmt.Errorf("describe model %s: %w", m.Name, err)
		}
	}
	return all, nil
}

// DescribeModel describes the newest model of that name, or is a store.ErrNotFound.
func DescribeModel(ctx context.Context, db *store.DB, name string) (Described, error) {
	models, err := db.Models(ctx)
	if err != nil {
		return Described{}, err
	}
	for _, m := range slices.Backward(models) {
		if m.Name == name {
			return describe(ctx, db, m)
		}
	}
	return Described{}, notFoundf("There is no model %q in this file.", name)
}

func describe(ctx context.Context, db *store.DB, m store.Model) (Described, error) {
	parsed, err := readManifest(m)
	if err != nil {
		return Described{}, err
	}
	stored, err := db.Layers(ctx, m.ID)
	return Described{
		Model: m, Summary: summarise(m, parsed), Source: parsed.Provenance.Source, License: parsed.Provenance.License,
		WeightsFile: parsed.Provenance.WeightsFile, WeightsSHA256: parsed.Provenance.WeightsSHA256, Layers: storedLayers(m.Name, parsed, stored),
	}, err
}
