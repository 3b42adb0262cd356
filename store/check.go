package store

import "context"

// Problem is something in the file that is not as it must be.
type Problem struct {
	Kind     string `json:"kind"`    // one of the Problem constants
	Subject  string `json:"subject"` // what it is about, e.g. image 12
	Detail   string `json:"detail"`  // a sentence
	Repaired bool   `json:"repaired"`
}

// CheckOptions says what Check may do.
type CheckOptions struct {
	Repair bool // delete what the next ingest can rebuild
}

// Check verifies the file.
func (db *DB) Check(ctx context.Context, opt CheckOptions) ([]Problem, error) {
	return nil, ctx.Err()
}
