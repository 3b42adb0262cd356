package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"hash"
)

// ManifestVisualizations describes the visualizations of a layer in a snapshot.
type ManifestVisualizations struct {
	Model       string `json:"model"`
	ModelSHA256 string `json:"model_sha256"` // two models may have one name
	Layer       string `json:"layer"`
	Count       int    `json:"count"`
	SHA256      string `json:"sha256"` // of all that is stored of them but times and ids, by objective
}

// describeVisualizations describes the visualizations of every layer that has any.
func describeVisualizations(ctx context.Context, q querier) ([]ManifestVisualizations, error) {
	type layer struct {
		id        int64
		described ManifestVisualizations
	}
	layers, err := collect(ctx, q, func(rows *sql.Rows) (l layer, err error) {
		var model storedHash
		err = rows.Scan(&l.id, &l.described.Layer, &l.described.Model, &model)
		l.described.ModelSHA256 = fmt.Sprintf("%x", model)
		return l, err
	}, `
		SELECT layer.id, layer.name, model.name, model.sha256 FROM layer JOIN model ON model.id = layer.model_id
		WHERE layer.id IN (SELECT layer_id FROM visualization) ORDER BY model.id, layer.position, layer.id`)
	if err != nil {
		return nil, err
	}
	described := make([]ManifestVisualizations, len(layers))
	for i, l := range layers {
		described[i] = l.described
		if err := described[i].hashContent(ctx, q, l.id); err != nil {
			return nil, fmt.Errorf("describe the visualizations of layer %d: %w", l.id, err)
		}
	}
	return described, nil
}

func (m *ManifestVisualizations) hashContent(ctx context.Context, q querier, layerID int64) error {
	all, err := collect(ctx, q, scanVisualization, visualizationColumns+`
		WHERE layer_id = ? ORDER BY objective, parameters_sha256, number`, layerID)
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, v := range all {
		if err := v.hashInto(ctx, q, sum); err != nil {
			return err
		}
	}
	m.Count, m.SHA256 = len(all), fmt.Sprintf("%x", sum.Sum(nil))
	return nil
}

// hashInto adds a visualization with its picture to a hash.
func (v Visualization) hashInto(ctx context.Context, q querier, sum hash.Hash) error {
	data, err := readParts(ctx, q, "visualization_png", v.ID)
	if err != nil {
		return err
	}
	numbers := fmt.Sprint(v.Channel, v.Number, v.Size, v.Start, v.End, v.Dead)
	hashStrings(sum, v.Objective, string(v.Parameters), numbers, string(blob(v.Curve)), string(data))
	return nil
}
