package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Manifest says what is in a snapshot, for whoever receives it and for Check. It holds nothing of the machine on which
// the snapshot was made.
type Manifest struct {
	Format        int                 `json:"format"` // of the manifest: 1
	SchemaVersion int                 `json:"schema_version"`
	Program       string              `json:"program"` // version of convnet that made it
	CreatedAt     string              `json:"created_at"`
	Datasets      []ManifestDataset   `json:"datasets"`
	Models        []ManifestModel     `json:"models"`
	Embeddings    []ManifestEmbedding `json:"embeddings"`

	Visualizations []ManifestVisualizations `json:"visualizations"`
	Projections    []ManifestProjection     `json:"projections"`
}

// ManifestDataset describes a dataset of a snapshot.
type ManifestDataset struct {
	Name       string `json:"name"`
	License    string `json:"license"`
	Source     string `json:"source"`
	Images     int    `json:"images"`
	Categories int    `json:"categories"`
	Bytes      int64  `json:"bytes"`  // of the originals
	SHA256     string `json:"sha256"` // of hash, name and category of each image, by id
}

// ManifestModel describes a model of a snapshot.
type ManifestModel struct {
	Name        string `json:"name"`
	SHA256      string `json:"sha256"`
	GraphSHA256 string `json:"graph_sha256"`
	Included    bool   `json:"included"` // false: the snapshot was made without models
}

// ManifestEmbedding describes the vectors of a dataset at a layer.
type ManifestEmbedding struct {
	Dataset   string `json:"dataset"`
	Model     string `json:"model"`
	Layer     string `json:"layer"`
	Pooling   string `json:"pooling"`
	Dimension int    `json:"dimension"`
	Runtime   string `json:"runtime"`
	Vectors   int    `json:"vectors"`
	SHA256    string `json:"sha256"` // of image hash, vector and channel statistics of each image, by id
}

const manifestFormat = 1

// describeContent makes the manifest of what is in a file.
func describeContent(ctx context.Context, q querier) (Manifest, error) {
	schema, err := schemaVersion()
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{Format: manifestFormat, SchemaVersion: schema, Program: version(), Datasets: []ManifestDataset{},
		Models: []ManifestModel{}, Embeddings: []ManifestEmbedding{}}
	all, err := datasets(ctx, q, "")
	if err != nil {
		return Manifest{}, err
	}
	names := map[int64]string{}
	for _, d := range all {
		described, err := describeDataset(ctx, q, d)
		if err != nil {
			return Manifest{}, fmt.Errorf("describe dataset %q: %w", d.Name, err)
		}
		names[d.ID], m.Datasets = d.Name, append(m.Datasets, described)
	}
	models, err := collect(ctx, q, scanModel, modelColumns+`ORDER BY id`)
	if err != nil {
		return Manifest{}, err
	}
	for _, model := range models {
		m.Models = append(m.Models, ManifestModel{Name: model.Name, SHA256: fmt.Sprintf("%x", model.SHA256),
			GraphSHA256: fmt.Sprintf("%x", model.GraphSHA256), Included: model.HasGraph})
	}
	if err := m.describeEmbeddings(ctx, q, names); err != nil {
		return Manifest{}, err
	}
	if m.Visualizations, err = describeVisualizations(ctx, q); err != nil {
		return Manifest{}, err
	}
	m.Projections, err = describeProjections(ctx, q)
	return m, err
}

func describeDataset(ctx context.Context, q querier, d Dataset) (ManifestDataset, error) {
	sum := sha256.New()
	described := ManifestDataset{Name: d.Name, License: d.License, Source: d.Source, Images: d.Images, Categories: len(d.Categories)}
	images, err := collect(ctx, q, scanImage, imageColumns+`WHERE dataset_id = ? ORDER BY id`, d.ID)
	for _, i := range images {
		hashStrings(sum, string(i.SHA256[:]), i.Name, i.Category)
		described.Bytes += i.Size
	}
	described.SHA256 = fmt.Sprintf("%x", sum.Sum(nil))
	return described, err
}

func (m *Manifest) describeEmbeddings(ctx context.Context, q querier, datasetNames map[int64]string) error {
	all, err := embeddings(ctx, q, EmbeddingFilter{})
	if err != nil {
		return err
	}
	for _, e := range all {
		described := ManifestEmbedding{Dataset: datasetNames[e.DatasetID], Model: e.Model, Layer: e.Layer, Pooling: e.Pooling,
			Dimension: e.Dimension, Runtime: e.Runtime}
		if described.Vectors, described.SHA256, err = hashVectors(ctx, q, e.ID); err != nil {
			return fmt.Errorf("describe embedding %d: %w", e.ID, err)
		}
		m.Embeddings = append(m.Embeddings, described)
	}
	return nil
}

func hashVectors(ctx context.Context, q querier, id int64) (n int, digest string, err error) {
	rows, err := q.QueryContext(ctx, `
		SELECT image.sha256, v.embedding, v.channel_mean, v.channel_max
		FROM `+vecTable(id)+` v JOIN image ON image.id = v.rowid ORDER BY v.rowid`)
	if err != nil {
		return 0, "", err
	}
	defer rows.Close()
	sum := sha256.New()
	for ; rows.Next(); n++ {
		var image, vector, mean, maximum sql.RawBytes
		if err := rows.Scan(&image, &vector, &mean, &maximum); err != nil {
			return 0, "", err
		}
		hashStrings(sum, string(image), string(vector), string(mean), string(maximum))
	}
	return n, fmt.Sprintf("%x", sum.Sum(nil)), rows.Err()
}

// hashStrings adds strings to a hash so that no two lists of strings look alike.
func hashStrings(sum hash.Hash, parts ...string) {
	for _, part := range parts {
		var length [8]byte
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		sum.Write(length[:])
		io.WriteString(sum, part)
	}
}

// readManifest returns a snapshot's manifest and whether it still holds; nil when the file is no snapshot.
func readManifest(ctx context.Context, q querier) (m *Manifest, holds bool, err error) {
	var text, changed string
	err = q.QueryRowContext(ctx, `SELECT manifest, changed_at FROM snapshot`).Scan(&text, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &m)
	}
	if err != nil {
		return nil, false, sentence(ErrDamaged, "read the snapshot's manifest: %w", err)
	}
	return m, changed == "", nil
}

// changeSnapshot notes that a snapshot's manifest no longer says what is in the file.
func (tx *Tx) changeSnapshot() error {
	_, err := tx.exec(`UPDATE snapshot SET changed_at = ? WHERE changed_at = ''`, tx.timestamp())
	return err
}
