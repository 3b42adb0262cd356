package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Layer is a named activation point of a model. A model has all of its layers from the moment it is stored, whether or
// not a dataset has been seen at them.
type Layer struct {
	ID, ModelID int64
	NewLayer
	Visualizations int // how many pictures it has
}

const layerColumns = `
	SELECT id, model_id, name, type, position, channels, height, width, parameters,
	       (SELECT count(*) FROM visualization WHERE layer_id = layer.id)
	FROM layer `

func scanLayer(rows *sql.Rows) (l Layer, err error) {
	return l, rows.Scan(&l.ID, &l.ModelID, &l.Name, &l.Type, &l.Position, &l.Channels, &l.Height, &l.Width, &l.Parameters, &l.Visualizations)
}

// Layers returns a model's layers from the input to the end.
func (db *DB) Layers(ctx context.Context, modelID int64) ([]Layer, error) {
	all, err := collect(ctx, db.read, scanLayer, layerColumns+`WHERE model_id = ? ORDER BY position, id`, modelID)
	if err != nil {
		return nil, fmt.Errorf("read the layers of model %d: %w", modelID, err)
	}
	return all, nil
}

// LayerPictures returns one picture of a channel for each of the layers that has any, by layer id: of the first few the one
// with the largest file, since that of a channel which wants a plain colour shows nothing. An index finds them, however many
// a layer has: ':' follows '9', and '-', of opposites, comes before '0'.
func (db *DB) LayerPictures(ctx context.Context, layerIDs []int64) ([]Visualization, error) {
	all, err := collect(ctx, db.read, scanVisualization, visualizationColumns+`WHERE id IN (
		SELECT (
			SELECT id FROM (
				SELECT id, png_bytes FROM visualization
				WHERE layer_id = layer.id AND objective >= 'channel:0' AND objective < 'channel::' AND number = 0
				ORDER BY objective LIMIT 8)
			WHERE png_bytes > 0 ORDER BY png_bytes DESC LIMIT 1)
		FROM layer WHERE layer.id IN (`+joinIDs(layerIDs)+`)) ORDER BY layer_id`)
	if err != nil {
		return nil, fmt.Errorf("read a picture of each layer: %w", err)
	}
	return all, nil
}

// Layer returns a model's layer by its name.
func (db *DB) Layer(ctx context.Context, modelID int64, name string) (Layer, error) {
	all, err := collect(ctx, db.read, scanLayer, layerColumns+`WHERE model_id = ? AND name = ?`, modelID, name)
	if err != nil {
		return Layer{}, fmt.Errorf("read layer %q of model %d: %w", name, modelID, err)
	}
	if len(all) == 0 {
		return Layer{}, sentence(ErrNotFound, "model %d has no layer %q", modelID, name)
	}
	return all[0], nil
}

// EnsureLayer returns the id of a model's layer and makes it if there is none of that name: for a value of the network
// that its manifest does not list, as the classes' scores before the softmax.
func (tx *Tx) EnsureLayer(modelID int64, l NewLayer) (int64, error) {
	id, ok, err := tx.id(`SELECT id FROM layer WHERE model_id = ? AND name = ?`, modelID, l.Name)
	if err == nil && !ok {
		id, err = tx.insertLayer(modelID, l)
	}
	if err != nil {
		return 0, fmt.Errorf("store layer %q of model %d: %w", l.Name, modelID, err)
	}
	return id, nil
}

func (tx *Tx) insertLayer(modelID int64, l NewLayer) (int64, error) {
	id, _, err := tx.id(`
		INSERT INTO layer (model_id, name, type, position, channels, height, width, parameters)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, modelID, l.Name, l.Type, l.Position, l.Channels, l.Height, l.Width, l.Parameters)
	return id, err
}
