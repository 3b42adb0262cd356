package store

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
)

var vecName = regexp.MustCompile(`^vec_(\d+)(_[a-z0-9_]+)?$`)

// orphanTables reports vec0 tables, or what is left of them, that belong to no embedding.
func (c *checker) orphanTables() error {
	known := map[int64]bool{}
	all, err := ids(c.ctx, c.q, `SELECT id FROM embedding`)
	for _, id := range all {
		known[id] = true
	}
	if err != nil {
		return err
	}
	found, err := vecTables(c.ctx, c.q)
	for _, id := range sortedKeys(found) {
		if !known[id] {
			c.add(ProblemVectorTable, fmt.Sprintf("table vec_%d", id), func(tx *Tx) error { return tx.dropVecTable(id) }, "it belongs to no embedding")
		}
	}
	return err
}

// vecTables returns the names of all tables named vec_<id> and vec_<id>_…, by id.
func vecTables(ctx context.Context, q querier) (map[int64][]string, error) {
	names, err := collect(ctx, q, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) },
		`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'vec_[0-9]*' ORDER BY name`)
	found := map[int64][]string{}
	for _, name := range names {
		if match := vecName.FindStringSubmatch(name); match != nil {
			if id, err := strconv.ParseInt(match[1], 10, 64); err == nil {
				found[id] = append(found[id], name)
			}
		}
	}
	return found, err
}
