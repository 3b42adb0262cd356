package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// place is where vec0 keeps a row: which chunk, and where in it.
type place struct{ chunk, offset int64 }

// vecCheck is the state of checking one embedding's vec0 table.
type vecCheck struct {
	*checker
	e       Embedding
	subject string
	rows    map[int64]place // what vec_<id>_rowids says
	seen    map[int64]bool  // what was found in the chunks
	bad     []int64         // images whose vectors are not finite
}

// embeddings checks the vectors of every embedding: table, storage, numbers, and parity with the images.
func (c *checker) embeddings() error {
	all, err := embeddings(c.ctx, c.q, EmbeddingFilter{})
	if err != nil {
		return err
	}
	for _, e := range all {
		v := &vecCheck{checker: c, e: e, subject: fmt.Sprintf("embedding %d (%s %s %s)", e.ID, e.Model, e.Layer, e.Pooling),
			rows: map[int64]place{}, seen: map[int64]bool{}}
		if err := v.run(); err != nil {
			return err
		}
	}
	return nil
}

// run stops at a broken table, since what is said about its rows would mislead.
func (v *vecCheck) run() error {
	detail, err := v.table()
	if err == nil && detail == "" {
		detail, err = v.storage()
	}
	if err != nil && v.ctx.Err() != nil {
		return err
	}
	if err != nil {
		detail = fmt.Sprintf("it cannot be read (%v)", err)
	}
	if detail != "" {
		e := v.e
		v.add(ProblemVectorTable, v.subject, func(tx *Tx) error { return tx.rebuildVecTable(e) }, "%s: ingest again to compute its vectors", detail)
		return nil
	}
	v.reportRows(ProblemVector, v.bad, "vectors hold numbers that are not finite")
	if err := v.channels(); err != nil {
		return err
	}
	return v.parity()
}

var vecColumn = regexp.MustCompile(`embedding float\[(\d+)\]`)

// table compares the table's declaration with the embedding's row.
func (v *vecCheck) table() (detail string, err error) {
	var declaration string
	err = v.q.QueryRowContext(v.ctx, `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, fmt.Sprintf("vec_%d", v.e.ID)).Scan(&declaration)
	if err == sql.ErrNoRows {
		return "its vector table is missing", nil
	}
	if err != nil {
		return "", err
	}
	match := vecColumn.FindStringSubmatch(declaration)
	if match == nil {
		return "its vector table is not one of sqlite-vec", nil
	}
	if match[1] != strconv.Itoa(v.e.Dimension) {
		return fmt.Sprintf("its vector table has dimension %s, not %d", match[1], v.e.Dimension), nil
	}
	return "", nil
}

// channels checks that every vector has a mean and a maximum for each channel.
func (v *vecCheck) channels() error {
	good := map[int64]bool{}
	var orphans []int64
	err := v.each(func(rows *sql.Rows) error {
		var id int64
		var mean, maximum sql.RawBytes
		if err := rows.Scan(&id, &mean, &maximum); err != nil {
			return err
		}
		if !v.seen[id] {
			orphans = append(orphans, id)
		}
		good[id] = len(mean) == 4*v.e.Channels && len(maximum) == 4*v.e.Channels && finiteBytes(mean) && finiteBytes(maximum)
		return nil
	}, `SELECT rowid, value00, value01 FROM `+vecShadow(v.e.ID, "auxiliary"))
	if err != nil {
		return err
	}
	var bad []int64
	for _, id := range sortedKeys(v.seen) {
		if !good[id] {
			bad = append(bad, id)
		}
	}
	v.reportRows(ProblemChannels, bad, "vectors have no proper channel statistics")
	v.reportRows(ProblemChannels, orphans, "channel statistics belong to no vector")
	return nil
}

// parity compares the vectors with the dataset's images, both ways.
func (v *vecCheck) parity() error {
	images, err := ids(v.ctx, v.q, `SELECT id FROM image WHERE dataset_id = ? ORDER BY id`, v.e.DatasetID)
	if err != nil {
		return err
	}
	orphans := maps.Clone(v.seen)
	var missing []int64
	for _, id := range images {
		if !v.seen[id] {
			missing = append(missing, id)
		}
		delete(orphans, id)
	}
	if len(missing) > 0 {
		v.add(ProblemVectorMissing, v.subject, func(*Tx) error { return nil }, "%d of %d images have no vector (%s): ingest again to compute them",
			len(missing), len(images), someIDs(missing))
	}
	v.reportRows(ProblemVectorOrphan, sortedKeys(orphans), "vectors belong to no image of the dataset")
	return nil
}

// reportRows reports vectors that are repaired by deleting them.
func (v *vecCheck) reportRows(kind string, rows []int64, what string) {
	if len(rows) == 0 {
		return
	}
	e := v.e
	v.add(kind, v.subject, func(tx *Tx) error { return tx.deleteVectors(e, rows) }, "%d %s (%s)", len(rows), what, someIDs(rows))
}

// someIDs names the first few of a list of images.
func someIDs(ids []int64) string {
	var text bytes.Buffer
	for i, id := range ids[:min(len(ids), 5)] {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "image %d", id)
	}
	if len(ids) > 5 {
		text.WriteString(", …")
	}
	return text.String()
}

func sortedKeys[V any](m map[int64]V) []int64 { return slices.Sorted(maps.Keys(m)) }
