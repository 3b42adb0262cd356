package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
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

// storage compares vec0's tables with each other and looks at every number.
func (v *vecCheck) storage() (detail string, err error) {
	err = v.each(func(rows *sql.Rows) error {
		var id int64
		var p place
		err := rows.Scan(&id, &p.chunk, &p.offset)
		v.rows[id] = p
		return err
	}, `SELECT rowid, chunk_id, chunk_offset FROM `+vecShadow(v.e.ID, "rowids"))
	if err != nil {
		return "", err
	}
	err = v.each(func(rows *sql.Rows) error {
		var id int64
		var validity, rowids, vectors sql.RawBytes
		if err := rows.Scan(&id, &validity, &rowids, &vectors); err != nil {
			return err
		}
		detail = cmp.Or(detail, v.chunk(id, validity, rowids, vectors))
		return nil
	}, fmt.Sprintf(`SELECT c.chunk_id, c.validity, c.rowids, v.vectors FROM %s c LEFT JOIN %s v ON v._rowid_ = c.chunk_id ORDER BY c.chunk_id`,
		vecShadow(v.e.ID, "chunks"), vecShadow(v.e.ID, "vector_chunks00")))
	if detail == "" && len(v.seen) != len(v.rows) {
		detail = fmt.Sprintf("its storage is inconsistent: %d rows, %d of them in its chunks", len(v.rows), len(v.seen))
	}
	return detail, err
}

// chunk checks one chunk and returns what is wrong with it.
func (v *vecCheck) chunk(id int64, validity, rowids, vectors []byte) string {
	stride := 4 * v.e.Dimension
	size := 8 * len(validity)
	if len(rowids) != 8*size || len(vectors) != stride*size {
		return fmt.Sprintf("its chunk %d has contradicting lengths", id)
	}
	for i := range size {
		if validity[i/8]>>(i%8)&1 == 0 {
			continue
		}
		row := int64(binary.LittleEndian.Uint64(rowids[8*i:]))
		if p, ok := v.rows[row]; !ok || p != (place{id, int64(i)}) || v.seen[row] {
			return fmt.Sprintf("its storage is inconsistent: row %d is not where it must be", row)
		}
		v.seen[row] = true
		if !finiteBytes(vectors[stride*i : stride*(i+1)]) {
			v.bad = append(v.bad, row)
		}
	}
	return ""
}

// finiteBytes reports whether no stored number is NaN or infinite.
func finiteBytes(b []byte) bool {
	for ; len(b) >= 4; b = b[4:] {
		if binary.LittleEndian.Uint32(b)&0x7f800000 == 0x7f800000 {
			return false
		}
	}
	return true
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
