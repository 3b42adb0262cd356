package store

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"fmt"
)

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
