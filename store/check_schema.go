package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/convnet-playground/convnet/migrations"
)

// schema compares tables, indexes and triggers with those of the migrations. A trigger that somebody has added would run
// on every ingest.
func (c *checker) schema() error {
	wanted, err := expectedSchema(c.ctx)
	if err != nil {
		return err
	}
	present, err := readSchema(c.ctx, c.q)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if present[name] == "" {
			c.add(ProblemSchema, name, nil, "it is missing: restore the file from a copy")
		} else if present[name] != wanted[name] {
			c.add(ProblemSchema, name, nil, "it is not declared as convnet declares it: restore the file from a copy")
		}
		delete(present, name)
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		c.add(ProblemSchema, name, nil, "it does not belong into a convnet file: use a copy from a source that you trust")
	}
	return nil
}

// expectedSchema runs the migrations in memory.
func expectedSchema(ctx context.Context) (map[string]string, error) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	all, err := migrations.All()
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if _, err := db.ExecContext(ctx, m.SQL); err != nil {
			return nil, fmt.Errorf("migration %s: %w", m.Name, err)
		}
	}
	return readSchema(ctx, db)
}

// readSchema returns the declarations by type and name, without SQLite's own and the vector tables, which orphanTables
// looks at.
func readSchema(ctx context.Context, q querier) (map[string]string, error) {
	type object struct{ name, declaration string }
	all, err := collect(ctx, q, func(rows *sql.Rows) (o object, err error) { return o, rows.Scan(&o.name, &o.declaration) }, `
		SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'
		AND NOT (type = 'table' AND name GLOB 'vec_[0-9]*')`)
	found := map[string]string{}
	for _, o := range all {
		found[o.name] = o.declaration
	}
	return found, err
}
