package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Problem is something in the file that is not as it must be.
type Problem struct {
	Kind     string `json:"kind"`     // one of the Problem constants
	Subject  string `json:"subject"`  // what it is about, e.g. image 12 (cat/1.png)
	Detail   string `json:"detail"`   // what is wrong, and what to do about it
	Repaired bool   `json:"repaired"` // put right, or left for the next ingest to do again
}

// Kinds of problems.
const (
	ProblemIntegrity     = "integrity"      // SQLite's own structures
	ProblemSchema        = "schema"         // tables, indexes or triggers are not those of the migrations
	ProblemForeignKey    = "foreign-key"    // a row refers to one that is gone
	ProblemOriginal      = "original"       // the bytes of an image are not those of its hash
	ProblemThumbnail     = "thumbnail"      // a thumbnail is missing or no picture
	ProblemOrphanPicture = "orphan-picture" // bytes of an image that is gone
	ProblemVectorTable   = "vector-table"   // the vec0 table is missing, inconsistent, of another dimension, or nobody's
	ProblemVectorMissing = "vector-missing" // images of the dataset have no vector
	ProblemVectorOrphan  = "vector-orphan"  // vectors of images that are not in the dataset
	ProblemVector        = "vector"         // a vector holds numbers that are not finite
	ProblemChannels      = "channels"       // channel statistics of the wrong length, missing, or not finite
	ProblemGraph         = "graph"          // a network's bytes are missing, nobody's, or not those of their hash
	ProblemManifest      = "manifest"       // a model's description contradicts its row
	ProblemVisualization = "visualization"  // a visualization's picture or curve is damaged, missing or nobody's
	ProblemProjection    = "projection"     // a map's points are damaged, or of images that are gone, or of other vectors
	ProblemEvaluation    = "evaluation"     // what queries found cannot be read
	ProblemSavedQuery    = "saved-query"    // the bytes of a saved picture are not those of its hash
	ProblemSnapshot      = "snapshot"       // the content is not what the snapshot's manifest says
)

// CheckOptions says what Check may do.
type CheckOptions struct {
	Repair bool // delete what is damaged where the next ingest can make it again
}

// finding is a problem and what can be done about it.
type finding struct {
	Problem
	repair func(tx *Tx) error // nil: nothing
}

// checker reads one consistent state of the file.
type checker struct {
	ctx      context.Context
	q        querier
	findings []finding
}

// Check verifies everything that can be verified from the file alone. With Repair, what is damaged and can be made again
// is deleted, so that the next ingest makes it; a problem that stays is reported with Repaired false.
func (db *DB) Check(ctx context.Context, opt CheckOptions) ([]Problem, error) {
	if opt.Repair && db.write == nil {
		return nil, sentence(ErrReadOnly, "%s was opened read-only and cannot be repaired", db.path)
	}
	findings, err := db.examine(ctx)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", db.path, err)
	}
	if opt.Repair && len(findings) > 0 {
		if err := db.repair(ctx, findings); err != nil {
			return nil, fmt.Errorf("repair %s: %w", db.path, err)
		}
	}
	problems := make([]Problem, len(findings))
	for i, f := range findings {
		problems[i] = f.Problem
	}
	return problems, nil
}

// examine runs every check in one read transaction, so that an ingest at work does not look like damage.
func (db *DB) examine(ctx context.Context) ([]finding, error) {
	tx, err := db.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	c := &checker{ctx: ctx, q: tx}
	for _, check := range []func() error{
		c.integrity, c.schema, c.rules, c.foreignKeys, c.originals, c.thumbnails, c.embeddings, c.orphanTables, c.graphs, c.manifests,
		c.visualizations, c.visualizationPNGs, c.projections, c.evaluations, c.savedQueries, c.snapshot,
	} {
		if err := c.tolerate(check()); err != nil {
			return nil, err
		}
	}
	return c.findings, nil
}

// tolerate turns an error of reading damaged pages into a finding, so that the other checks still run.
func (c *checker) tolerate(err error) error {
	var code sqlite3.Error
	damaged := errors.Is(err, ErrDamaged)
	if errors.As(err, &code) {
		damaged = damaged || code.Code == sqlite3.ErrCorrupt || code.Code == sqlite3.ErrNotADB || code.Code == sqlite3.ErrError
	}
	if !damaged || c.ctx.Err() != nil {
		return err
	}
	c.add(ProblemIntegrity, "database", nil, "part of the file cannot be read (%v): restore it from a copy", err)
	return nil
}

func (c *checker) add(kind, subject string, repair func(*Tx) error, format string, args ...any) {
	c.findings = append(c.findings, finding{Problem{Kind: kind, Subject: subject, Detail: fmt.Sprintf(format, args...)}, repair})
}

// each calls fn with every row of a query.
func (c *checker) each(fn func(rows *sql.Rows) error, query string, args ...any) error {
	rows, err := c.q.QueryContext(c.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
