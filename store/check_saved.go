package store

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
)

// savedQueries hashes every saved picture. What is damaged cannot be made again, and is left for its owner to remove.
func (c *checker) savedQueries() error {
	return c.each(func(rows *sql.Rows) error {
		var id int64
		var name string
		var sum storedHash
		var picture sql.RawBytes
		if err := rows.Scan(&id, &name, &sum, &picture); err != nil {
			return err
		}
		if sha256.Sum256(picture) != sum {
			c.add(ProblemSavedQuery, fmt.Sprintf("saved query %d (%s)", id, name), nil, "its bytes are not those of its hash: remove it, or restore the file from a copy")
		}
		return nil
	}, `SELECT id, name, sha256, picture FROM saved_query ORDER BY id`)
}
