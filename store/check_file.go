package store

import (
	"database/sql"
	"fmt"
	"strings"
)

// integrity runs SQLite's own check, which also covers STRICT types.
func (c *checker) integrity() error {
	return c.each(func(rows *sql.Rows) error {
		var message string
		if err := rows.Scan(&message); err != nil || message == "ok" {
			return err
		}
		var repair func(*Tx) error
		if strings.Contains(message, "index") { // the table has the truth
			repair = func(tx *Tx) error { _, err := tx.exec(`REINDEX`); return err }
		}
		c.add(ProblemIntegrity, "database", repair, "%s", strings.TrimSpace(message))
		return nil
	}, `PRAGMA integrity_check`)
}

// constraints repeats the schema's CHECK constraints: read-only connections do not know them.
var constraints = []struct{ table, rule string }{
	{"dataset", "name <> ''"},
	{"image", "length(sha256) = 32"},
	{"image", "width > 0"},
	{"image", "height > 0"},
	{"image", "size > 0"},
	{"file", "(image_id IS NULL) <> (reason IS NULL)"},
	{"model", "name <> ''"},
	{"model", "length(sha256) = 32"},
	{"model", "length(graph_sha256) = 32"},
	{"model", "json_valid(manifest)"},
	{"model_graph", "length(sha256) = 32"},
	{"layer", "channels > 0"},
	{"embedding", "dimension BETWEEN 1 AND 8192"},
	{"run", "json_valid(options)"},
	{"run", "status IN ('running', 'done', 'failed', 'interrupted')"},
	{"run", "json_valid(summary)"},
	{"snapshot", "id = 1"},
	{"snapshot", "json_valid(manifest)"},
	{"visualization", "objective <> ''"},
	{"visualization", "channel >= 0"},
	{"visualization", "number >= 0"},
	{"visualization", "json_valid(parameters)"},
	{"visualization", "length(parameters_sha256) = 32"},
	{"visualization", "size > 0"},
	{"visualization", "length(curve) % 4 = 0"},
	{"visualization", "dead IN (0, 1)"},
	{"visualization", "png_bytes > 0 OR dead = 1"},
	{"visualization", "length(png_sha256) = 32"},
	{"projection", "method IN ('umap', 'pca')"},
	{"projection", "json_valid(parameters)"},
	{"projection", "length(parameters_sha256) = 32"},
	{"projection", "alignment > 0"},
	{"projection", "length(vectors_sha256) = 32"},
	{"projection", "trustworthiness BETWEEN 0 AND 1"},
	{"projection", "json_valid(overlaps)"},
	{"projection", "fitted >= 0"},
	{"projection", "extended >= 0"},
	{"projection", "length(image_ids) = 8 * (fitted + extended)"},
	{"projection", "length(coordinates) = length(image_ids)"},
	{"visualization_request", "objective <> ''"},
	{"score", "images >= 0"},
	{"score", "length(labels_sha256) = 32"},
	{"score", "categories IS NULL OR json_valid(categories)"},
	{"visualization_request", "json_valid(parameters)"},
	{"visualization_request", "state IN ('waiting', 'running', 'failed')"},
	{"edit", "length(sha256) = 32"},
	{"edit", "pending IN (0, 1)"},
	{"edit", "action IN ('move', 'delete')"},
	{"edit", "action = 'move' OR category = ''"},
	{"saved_query", "length(sha256) = 32"},
	{"saved_query", "name <> ''"},
	{"saved_query", "width > 0"},
	{"saved_query", "height > 0"},
	{"saved_query", "length(picture) > 0"},
}

// rules reports rows that break a constraint.
func (c *checker) rules() error {
	for _, r := range constraints {
		var n int
		if err := c.q.QueryRowContext(c.ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE NOT (%s)`, r.table, r.rule)).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			c.add(ProblemIntegrity, r.table, nil, "%d rows break the rule %s: restore the file from a copy", n, r.rule)
		}
	}
	return nil
}

// references lists every foreign key with what to do about a row that breaks it: delete it.
var references = []struct{ table, column, parent string }{
	{"image", "dataset_id", "dataset"},
	{"file", "dataset_id", "dataset"},
	{"file", "image_id", "image"},
	{"layer", "model_id", "model"},
	{"embedding", "dataset_id", "dataset"},
	{"embedding", "layer_id", "layer"},
	{"score", "embedding_id", "embedding"},
	{"run", "dataset_id", "dataset"},
	{"projection", "embedding_id", "embedding"},
	{"visualization", "layer_id", "layer"},
	{"visualization_request", "layer_id", "layer"},
	{"edit", "dataset_id", "dataset"},
}

// foreignKeys reports rows that refer to nothing.
func (c *checker) foreignKeys() error {
	for _, r := range references {
		broken := fmt.Sprintf(`FROM %s WHERE %s IS NOT NULL AND %s NOT IN (SELECT id FROM %s)`, r.table, r.column, r.column, r.parent)
		var n int
		if err := c.q.QueryRowContext(c.ctx, `SELECT count(*) `+broken).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			c.add(ProblemForeignKey, r.table, func(tx *Tx) error {
				if _, err := tx.exec(`DELETE ` + broken); err != nil {
					return err
				}
				return tx.dropOrphanTables()
			}, "%d rows refer to a %s that is gone", n, r.parent)
		}
	}
	return nil
}
