package store

import (
	"context"
	"crypto/sha256"
	"fmt"
)

// ManifestProjection describes a projection of a snapshot.
type ManifestProjection struct {
	Dataset     string `json:"dataset"`
	Model       string `json:"model"`
	ModelSHA256 string `json:"model_sha256"` // two models may have one name
	Layer       string `json:"layer"`
	Pooling     string `json:"pooling"`
	Method      string `json:"method"`
	Fitted      int    `json:"fitted"`
	Extended    int    `json:"extended"`
	SHA256      string `json:"sha256"` // of all that is stored of it but times and ids, and of its overlaps
}

// describeProjections describes every projection.
func describeProjections(ctx context.Context, q querier) ([]ManifestProjection, error) {
	all, err := projections(ctx, q, ProjectionFilter{})
	if err != nil {
		return nil, err
	}
	described := make([]ManifestProjection, len(all))
	for i, p := range all {
		if described[i], err = describeProjection(ctx, q, p); err != nil {
			return nil, fmt.Errorf("describe the %s projection of embedding %d: %w", p.Method, p.EmbeddingID, err)
		}
	}
	return described, nil
}

func describeProjection(ctx context.Context, q querier, p Projection) (ManifestProjection, error) {
	m := ManifestProjection{Model: p.Model, Layer: p.Layer, Pooling: p.Pooling, Method: p.Method, Fitted: p.Fitted, Extended: p.Extended}
	var model storedHash
	err := q.QueryRowContext(ctx, `
		SELECT dataset.name, model.sha256 FROM dataset, model WHERE dataset.id = ? AND model.id = ?`, p.DatasetID, p.ModelID).Scan(&m.Dataset, &model)
	if err != nil {
		return m, err
	}
	points, err := readPoints(ctx, q, p.EmbeddingID, p.Method)
	if err != nil {
		return m, err
	}
	overlaps, err := readOverlaps(ctx, q, p.EmbeddingID, p.Method)
	if err != nil {
		return m, err
	}
	trustworthiness := "unknown"
	if p.Trustworthiness != nil {
		trustworthiness = fmt.Sprint(*p.Trustworthiness)
	}
	sum := sha256.New()
	hashStrings(sum, string(p.Parameters), fmt.Sprint(p.Seed, p.Alignment), trustworthiness, string(p.VectorsSHA256[:]),
		string(idsBlob(points.ids)), string(blob(points.xy)), fmt.Sprint(overlaps))
	m.ModelSHA256, m.SHA256 = fmt.Sprintf("%x", model), fmt.Sprintf("%x", sum.Sum(nil))
	return m, nil
}
