package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// versionWatch is a connection of its own: SQLite counts for each connection what others have changed.
type versionWatch struct {
	mu   sync.Mutex
	conn *sql.Conn
}

// Version is a number that is another one whenever something in the file has changed since it was asked for last, by this
// program or another. It means nothing beside what the same DB said before.
//
// https://www.sqlite.org/pragma.html#pragma_data_version
func (db *DB) Version(ctx context.Context) (version int64, err error) {
	if db.immutable {
		return 0, nil
	}
	db.watch.mu.Lock()
	defer db.watch.mu.Unlock()
	if db.watch.conn == nil {
		if db.watch.conn, err = db.read.Conn(ctx); err != nil {
			return 0, fmt.Errorf("watch the database for changes: %w", err)
		}
	}
	if err := db.watch.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return 0, fmt.Errorf("watch the database for changes: %w", err)
	}
	return version, nil
}

// close may be called again, like sql.DB's.
func (w *versionWatch) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		return nil
	}
	err := w.conn.Close()
	w.conn = nil
	return err
}
