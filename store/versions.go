package store

import (
	"context"
	"fmt"
	"net/url"
)

// LibraryVersions names the SQLite and the sqlite-vec that this program was built with.
func LibraryVersions(ctx context.Context) (sqlite, vec string, err error) {
	db := open(":memory:", url.Values{})
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT sqlite_version(), vec_version()`).Scan(&sqlite, &vec)
	if err != nil {
		return "", "", fmt.Errorf("ask SQLite for its version: %w", err)
	}
	return sqlite, vec, nil
}
