package store

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// NewModel is a network to be stored.
type NewModel struct {
	Name        string
	SHA256      [32]byte // identity: of the graph's hash and the manifest
	GraphSHA256 [32]byte // of ONNX
	Manifest    []byte   // JSON
	ONNX        []byte
	Layers      []NewLayer
}

// NewLayer is a named activation point of a model.
type NewLayer struct {
	Name, Type                        string
	Position, Channels, Height, Width int
	Parameters                        int64
}

// EnsureModel returns the model's id and stores the network with all its layers if it is not there yet; that a dataset has
// been seen by it is not needed. Graphs are stored once per content.
func (tx *Tx) EnsureModel(n NewModel) (int64, error) {
	id, err := tx.ensureModel(n)
	if err != nil {
		return 0, fmt.Errorf("store model %q: %w", n.Name, err)
	}
	return id, nil
}

func (tx *Tx) ensureModel(n NewModel) (int64, error) {
	if err := tx.ensureGraph(n); err != nil {
		return 0, err
	}
	id, ok, err := tx.id(`SELECT id FROM model WHERE sha256 = ?`, n.SHA256[:])
	if ok || err != nil {
		return id, err
	}
	if !json.Valid(n.Manifest) {
		return 0, sentence(ErrInvalid, "the manifest is not JSON")
	}
	id, _, err = tx.id(`
		INSERT INTO model (name, sha256, graph_sha256, manifest, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		n.Name, n.SHA256[:], n.GraphSHA256[:], string(n.Manifest), tx.timestamp())
	if err != nil {
		return 0, err
	}
	for _, l := range n.Layers {
		if _, err := tx.insertLayer(id, l); err != nil {
			return 0, fmt.Errorf("insert layer %q: %w", l.Name, err)
		}
	}
	return id, nil
}

// ensureGraph stores the graph's bytes; a snapshot without models gets them back this way.
func (tx *Tx) ensureGraph(n NewModel) error {
	_, ok, err := tx.id(`SELECT 1 FROM model_graph WHERE sha256 = ?`, n.GraphSHA256[:])
	if ok || err != nil {
		return err
	}
	if sha256.Sum256(n.ONNX) != n.GraphSHA256 {
		return sentence(ErrInvalid, "the hash is not that of the graph")
	}
	if _, err := tx.exec(`INSERT INTO model_graph (sha256, onnx) VALUES (?, ?)`, n.GraphSHA256[:], n.ONNX); err != nil {
		return fmt.Errorf("insert graph of %d bytes: %w", len(n.ONNX), err)
	}
	return nil
}

// DeleteDatasetModel deletes what a model has seen in a dataset, and the model with its graph when nobody uses it any more.
func (tx *Tx) DeleteDatasetModel(datasetID, modelID int64) error {
	err := tx.deleteEmbeddings(`WHERE dataset_id = ? AND layer_id IN (SELECT id FROM layer WHERE model_id = ?)`, datasetID, modelID)
	if err == nil {
		err = tx.deleteUnusedModels()
	}
	if err != nil {
		return fmt.Errorf("delete model %d from dataset %d: %w", modelID, datasetID, err)
	}
	return nil
}

// deleteUnusedModels deletes models that have neither embeddings nor visualizations, and graphs without models.
func (tx *Tx) deleteUnusedModels() error {
	err := tx.run(
		`DELETE FROM model WHERE id NOT IN (SELECT model_id FROM layer WHERE id IN (
			SELECT layer_id FROM embedding UNION SELECT layer_id FROM visualization UNION SELECT layer_id FROM visualization_request))`,
		`DELETE FROM model_graph WHERE sha256 NOT IN (SELECT graph_sha256 FROM model)`)
	if err != nil {
		return fmt.Errorf("delete unused models: %w", err)
	}
	return nil
}
