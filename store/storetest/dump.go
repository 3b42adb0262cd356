package storetest

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/convnet-playground/convnet/store/internal/vecscan"
)

// contents lists what Dump shows: everything but times and runs, which differ from one execution to the next.
var contents = []string{
	`SELECT 'dataset', id, name, license, source FROM dataset ORDER BY id`,
	`SELECT 'image', id, dataset_id, sha256, name, category, format, width, height, size, thumbnail_format FROM image ORDER BY id`,
	`SELECT 'original', id, bytes FROM original ORDER BY id`,
	`SELECT 'thumbnail', id, bytes FROM thumbnail ORDER BY id`,
	`SELECT 'file', dataset_id, name, size, image_id, reason FROM file ORDER BY dataset_id, name`,
	`SELECT 'edit', dataset_id, sha256, pending, action, category, name, was FROM edit ORDER BY dataset_id, sha256, pending`,
	`SELECT 'model', id, name, sha256, graph_sha256, manifest FROM model ORDER BY id`,
	`SELECT 'graph', sha256, onnx FROM model_graph ORDER BY sha256`,
	`SELECT 'layer', id, model_id, name, type, position, channels, height, width, parameters FROM layer ORDER BY id`,
	`SELECT 'embedding', id, dataset_id, layer_id, pooling, dimension, runtime FROM embedding ORDER BY id`,
	`SELECT 'score', embedding_id, metric, category, weighted, queries, images, labels_sha256, categories, ranks FROM score ORDER BY embedding_id, metric, category`,
	`SELECT 'visualization', id, layer_id, objective, channel, number, parameters, parameters_sha256, size, objective_start,
		objective_end, curve, dead, png_bytes, png_sha256 FROM visualization ORDER BY id`,
	`SELECT 'projection', embedding_id, method, parameters, parameters_sha256, seed, alignment, vectors_sha256,
		trustworthiness, overlaps, fitted, extended, image_ids, coordinates FROM projection ORDER BY embedding_id, method`,
	`SELECT 'png', id, bytes FROM visualization_png ORDER BY id`,
}

// Dump writes the content of a database file as text, one line per row: two files have equal dumps when they hold the
// same, in whatever order it was written and however often the writer was killed.
func Dump(t testing.TB, path string) string {
	t.Helper()
	vecscan.Register()
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	for _, query := range contents {
		dumpRows(t, db, &out, query)
	}
	for _, id := range embeddings(t, db) {
		dumpRows(t, db, &out, fmt.Sprintf(`SELECT 'vector', %d, rowid, embedding, channel_mean, channel_max FROM vec_%d ORDER BY rowid`, id, id))
	}
	return out.String()
}

func embeddings(t testing.TB, db *sql.DB) (ids []int64) {
	t.Helper()
	rows, err := db.Query(`SELECT id FROM embedding ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func dumpRows(t testing.TB, db *sql.DB, out *strings.Builder, query string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if i > 0 {
				out.WriteString(" ")
			}
			writeValue(out, *v.(*any))
		}
		out.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// writeValue shortens bytes to their hash.
func writeValue(out *strings.Builder, v any) {
	switch v := v.(type) {
	case []byte:
		fmt.Fprintf(out, "%d:%x", len(v), sha256.Sum256(v))
	case string:
		fmt.Fprintf(out, "%q", v)
	default:
		fmt.Fprint(out, v)
	}
}
