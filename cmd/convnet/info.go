package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/convnet-playground/convnet/internal/cnn"
	"github.com/convnet-playground/convnet/internal/imaging"
	"github.com/convnet-playground/convnet/store"
)

// databaseInfo is what `info --json` prints.
type databaseInfo struct {
	Datasets   []datasetInfo           `json:"datasets"`
	Models     []modelInfo             `json:"models"`
	Quarantine []store.QuarantinedFile `json:"quarantine"`
	File       store.Info              `json:"file"`
}

type datasetInfo struct {
	Name       string                `json:"name"`
	Images     int                   `json:"images"`
	Categories []store.CategoryCount `json:"categories"`
	License    string                `json:"license"`
	Source     string                `json:"source"`
}

type modelInfo struct {
	Name     string       `json:"name"`
	SHA256   string       `json:"sha256"`
	Dataset  string       `json:"dataset"`
	HasGraph bool         `json:"has_graph"`
	Layers   []layerState `json:"layers"`

	// What makes vectors comparable or not, beside the layer, its pooling and the runtime.
	Input      cnn.Input      `json:"input"`
	Provenance cnn.Provenance `json:"provenance"`
}

type layerState struct {
	Name      string `json:"name"`
	Pooling   string `json:"pooling"`
	Dimension int    `json:"dimension"`
	Vectors   int    `json:"vectors"`
	Runtime   string `json:"runtime"`
}

func newInfo(a *app) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "info --db FILE",
		Short: "Show what a database holds: datasets, models, layers, quarantine, sizes",
		Args:  exactArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return withDB(ctx, path, func(db *store.DB) error {
				info, err := collectInfo(ctx, db)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(info)
				}
				a.printInfo(info)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "database file (required)")
	require(cmd, "db")
	return cmd
}

func collectInfo(ctx context.Context, db *store.DB) (databaseInfo, error) {
	info := databaseInfo{Datasets: []datasetInfo{}, Models: []modelInfo{}, Quarantine: []store.QuarantinedFile{}}
	datasets, err := db.Datasets(ctx)
	if err != nil {
		return info, err
	}
	for _, d := range datasets {
		info.Datasets = append(info.Datasets, datasetInfo{d.Name, d.Images, d.Categories, d.License, d.Source})
		models, err := datasetModels(ctx, db, d)
		if err != nil {
			return info, err
		}
		info.Models = append(info.Models, models...)
	}
	quarantine, err := db.Quarantine(ctx)
	if err != nil {
		return info, err
	}
	info.Quarantine = append(info.Quarantine, quarantine...)
	info.File, err = db.Info(ctx)
	return info, err
}

func datasetModels(ctx context.Context, db *store.DB, dataset store.Dataset) ([]modelInfo, error) {
	models, err := db.DatasetModels(ctx, dataset.ID)
	if err != nil {
		return nil, err
	}
	infos := []modelInfo{}
	for _, m := range models {
		embeddings, err := db.Embeddings(ctx, store.EmbeddingFilter{DatasetID: dataset.ID, Model: m.Name})
		if err != nil {
			return nil, err
		}
		info, err := modelOf(m, dataset.Name)
		if err != nil {
			return nil, err
		}
		for _, e := range embeddings {
			info.Layers = append(info.Layers, layerState{e.Layer, e.Pooling, e.Dimension, e.Vectors, e.Runtime})
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func modelOf(m store.Model, dataset string) (modelInfo, error) {
	var manifest cnn.Manifest
	if err := json.Unmarshal(m.Manifest, &manifest); err != nil {
		return modelInfo{}, fmt.Errorf("read the manifest of model %s: %w", m.Name, err)
	}
	return modelInfo{
		Name: m.Name, SHA256: fmt.Sprintf("%x", m.SHA256), Dataset: dataset, HasGraph: m.HasGraph, Layers: []layerState{},
		Input: manifest.Input, Provenance: manifest.Provenance,
	}, nil
}

func (a *app) printInfo(info databaseInfo) {
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, d := range info.Datasets {
		fmt.Fprintf(w, "dataset %s\t%d images\t%d categories\t%s\n", d.Name, d.Images, len(d.Categories), d.License)
	}
	for _, m := range info.Models {
		fmt.Fprintf(w, "model %s\t%d×%d %s\t%s\t%s\n", m.Name, m.Input.Height, m.Input.Width, fitOf(m.Input), m.Provenance.Source, m.Provenance.License)
		for _, l := range m.Layers {
			fmt.Fprintf(w, "%s · %s\t%s\t%d vectors × %d\t%s\n", m.Dataset, m.Name, l.Name, l.Vectors, l.Dimension, l.Pooling)
		}
	}
	_ = w.Flush()
	if n := info.File.Projections; n > 0 {
		fmt.Fprintf(a.stdout, "maps of layers: %d\n", n)
	}
	if len(info.Quarantine) > 0 {
		fmt.Fprintf(a.stdout, "in quarantine: %d\n", len(info.Quarantine))
	}
	for _, q := range info.Quarantine {
		fmt.Fprintf(a.stdout, "  %s: %s: %s\n", q.Dataset, printable(q.Name), q.Reason)
	}
}

// fitOf names how pictures are fitted; manifests that do not say so stretch.
func fitOf(in cnn.Input) string {
	fit, err := imaging.ParseFit(in.Preprocess.Fit)
	if err != nil {
		return in.Preprocess.Fit
	}
	return fit.String()
}
