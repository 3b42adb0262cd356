package store

import (
	"context"
	"fmt"
)

// Info is what the file consists of.
type Info struct {
	FileBytes      int64
	PageSize       int64
	SchemaVersion  int
	OriginalBytes  int64
	ThumbnailBytes int64
	VectorBytes    int64 // embeddings and channel statistics
	ModelBytes     int64 // graphs with their weights
	Snapshot       *Manifest
	Runs           []Run // the latest, newest first
}

// Info returns what the file consists of.
func (db *DB) Info(ctx context.Context) (Info, error) {
	i := Info{}
	var err error
	if i.Runs, err = runs(ctx, db.read, 20); err != nil {
		return Info{}, fmt.Errorf("read runs: %w", err)
	}
	return i, nil
}
