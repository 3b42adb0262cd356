package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Model is a network with its weights and preprocessing.
type Model struct {
	ID                  int64
	Name                string
	SHA256, GraphSHA256 [32]byte
	Manifest            []byte // JSON
	HasGraph            bool   // false in a snapshot made without models
}

// The + keeps SQLite from looking up hashes in the primary key, for which it would read whole rows, networks and all.
const modelColumns = `
	SELECT id, name, sha256, graph_sha256, manifest, graph_sha256 IN (SELECT +sha256 FROM model_graph)
	FROM model `

func scanModel(rows *sql.Rows) (m Model, err error) {
	return m, rows.Scan(&m.ID, &m.Name, (*storedHash)(&m.SHA256), (*storedHash)(&m.GraphSHA256), &m.Manifest, &m.HasGraph)
}

// Models returns all models, oldest first.
func (db *DB) Models(ctx context.Context) ([]Model, error) {
	all, err := collect(ctx, db.read, scanModel, modelColumns+`ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read models: %w", err)
	}
	return all, nil
}

const usedByDataset = `
	WHERE id IN (SELECT model_id FROM layer JOIN embedding ON embedding.layer_id = layer.id WHERE dataset_id = ?) `

// DatasetModels returns the models that have seen the dataset, oldest first.
func (db *DB) DatasetModels(ctx context.Context, datasetID int64) ([]Model, error) {
	all, err := collect(ctx, db.read, scanModel, modelColumns+usedByDataset+`ORDER BY id`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read models of dataset %d: %w", datasetID, err)
	}
	return all, nil
}

// DatasetModel returns the newest model of that name that has seen the dataset.
func (db *DB) DatasetModel(ctx context.Context, datasetID int64, name string) (Model, error) {
	all, err := collect(ctx, db.read, scanModel, modelColumns+usedByDataset+`AND name = ? ORDER BY id DESC LIMIT 1`, datasetID, name)
	if err != nil {
		return Model{}, fmt.Errorf("read model %q: %w", name, err)
	}
	if len(all) == 0 {
		return Model{}, sentence(ErrNotFound, "the dataset has no embeddings of a model %q", name)
	}
	return all[0], nil
}

// ModelGraph returns a model's ONNX bytes, or ErrNoGraph where a snapshot has left them out.
func (db *DB) ModelGraph(ctx context.Context, modelID int64) ([]byte, error) {
	var name string
	var graph []byte
	err := db.read.QueryRowContext(ctx, `
		SELECT model.name, model_graph.onnx FROM model LEFT JOIN model_graph ON model_graph.sha256 = model.graph_sha256
		WHERE model.id = ?`, modelID).Scan(&name, &graph)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, sentence(ErrNotFound, "there is no model %d", modelID)
	case err != nil:
		return nil, fmt.Errorf("read the graph of model %d: %w", modelID, err)
	case graph == nil:
		return nil, sentence(ErrNoGraph, "the network %s is not in this file: it is a snapshot made without models", name)
	}
	return graph, nil
}
