package store

import (
	"context"
	"fmt"
	"os"
)

// Info is what the file consists of.
type Info struct {
	FileBytes      int64 `json:"file_bytes"` // without what is still in the WAL
	PageSize       int64 `json:"page_size"`
	SchemaVersion  int   `json:"schema_version"`
	OriginalBytes  int64 `json:"original_bytes"`
	ThumbnailBytes int64 `json:"thumbnail_bytes"`
	VectorBytes    int64 `json:"vector_bytes"` // embeddings and channel statistics
	ModelBytes     int64 `json:"model_bytes"`  // graphs with their weights

	Visualizations     int   `json:"visualizations"`      // pictures made by optimisation, and objectives found to be dead
	VisualizationBytes int64 `json:"visualization_bytes"` // their PNGs
	Projections        int   `json:"projections"`         // maps of layers
	ProjectionBytes    int64 `json:"projection_bytes"`    // their points
	Requests           int   `json:"requests"`            // pictures asked for and not made yet

	Snapshot *Manifest `json:"snapshot,omitempty"`
	Runs     []Run     `json:"runs"` // the latest, newest first
}

// ContentBytes is what the file holds for its users: the rest is SQLite's.
func (i Info) ContentBytes() int64 {
	return i.OriginalBytes + i.ThumbnailBytes + i.VectorBytes + i.ModelBytes + i.VisualizationBytes + i.ProjectionBytes
}

const latestRuns = 20

// Info returns what the file consists of.
func (db *DB) Info(ctx context.Context) (Info, error) {
	i, err := db.info(ctx)
	if err != nil {
		return Info{}, fmt.Errorf("describe %s: %w", db.path, err)
	}
	return i, nil
}

func (db *DB) info(ctx context.Context) (i Info, err error) {
	file, err := os.Stat(db.path)
	if err != nil {
		return Info{}, err
	}
	i.FileBytes = file.Size()
	for query, dst := range map[string]any{
		`PRAGMA page_size`:                                                                 &i.PageSize,
		`PRAGMA user_version`:                                                              &i.SchemaVersion,
		`SELECT coalesce(sum(size), 0) FROM image`:                                         &i.OriginalBytes,
		`SELECT coalesce(sum(length(bytes)), 0) FROM thumbnail`:                            &i.ThumbnailBytes,
		`SELECT coalesce(sum(length(onnx)), 0) FROM model_graph`:                           &i.ModelBytes,
		`SELECT count(*) FROM visualization`:                                               &i.Visualizations,
		`SELECT coalesce(sum(png_bytes), 0) FROM visualization`:                            &i.VisualizationBytes,
		`SELECT count(*) FROM projection`:                                                  &i.Projections,
		`SELECT coalesce(sum(length(image_ids) + length(coordinates)), 0) FROM projection`: &i.ProjectionBytes,
		`SELECT count(*) FROM visualization_request`:                                       &i.Requests,
	} {
		if err := db.read.QueryRowContext(ctx, query).Scan(dst); err != nil {
			return Info{}, err
		}
	}
	all, err := db.Embeddings(ctx, EmbeddingFilter{})
	if err != nil {
		return Info{}, err
	}
	for _, e := range all {
		i.VectorBytes += 4 * int64(e.Vectors) * int64(e.Dimension+2*e.Channels)
	}
	if i.Snapshot, _, err = readManifest(ctx, db.read); err != nil {
		return Info{}, err
	}
	i.Runs, err = runs(ctx, db.read, latestRuns)
	return i, err
}
