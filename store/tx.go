package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Tx is a write transaction. It is used by one goroutine at a time.
type Tx struct {
	ctx context.Context
	sql *sql.Tx
	now func() time.Time

	// What PutVector has looked up, for it is called for each layer of each image; deletions forget it.
	shapes  map[int64]vectorShape // by embedding
	located struct{ image, dataset int64 }
}

// Update runs fn in one IMMEDIATE transaction: all of it is committed, or nothing when fn or the context ends in an error.
func (db *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	if db.write == nil {
		return sentence(ErrReadOnly, "%s was opened read-only", db.path)
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return writeError(db.path, "begin transaction", err)
	}
	defer tx.Rollback() // does nothing after Commit
	t := &Tx{ctx: ctx, sql: tx, now: time.Now}
	if err := t.changeSnapshot(); err != nil {
		return writeError(db.path, "mark the snapshot as changed", err)
	}
	if err := fn(t); err != nil {
		return writeError(db.path, "", err)
	}
	if err := tx.Commit(); err != nil {
		return writeError(db.path, "commit transaction", err)
	}
	return nil
}

// writeError adds what a user can do about a full disk or a lock.
func writeError(path, what string, err error) error {
	var code sqlite3.Error
	if errors.As(err, &code) && code.Code == sqlite3.ErrFull {
		return fmt.Errorf("write to %s: the disk is full: free some space and run the same command again: %w", path, err)
	}
	if isBusy(err) {
		return fmt.Errorf("write to %s: another program has been writing to it for a while: wait for it and run the same command again: %w", path, err)
	}
	if what == "" {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// exec runs a statement and returns how many rows it changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	result, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run runs statements one after the other.
func (tx *Tx) run(statements ...string) error {
	for _, statement := range statements {
		if _, err := tx.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// id runs a query that returns one number; ok is false when it returns none.
func (tx *Tx) id(query string, args ...any) (id int64, ok bool, err error) {
	err = tx.sql.QueryRowContext(tx.ctx, query, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// ids returns a column of numbers.
func ids(ctx context.Context, q querier, query string, args ...any) ([]int64, error) {
	return collect(ctx, q, func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) }, query, args...)
}

// collect runs a query and scans every row.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{} // encodes as [] in JSON, not as null
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// timestamp formats the current time as it is stored.
func (tx *Tx) timestamp() string { return tx.now().UTC().Format(time.RFC3339) }

// storedHash scans a stored SHA-256.
type storedHash [32]byte

// Scan implements sql.Scanner.
func (h *storedHash) Scan(value any) error {
	bytes, ok := value.([]byte)
	if !ok || len(bytes) != len(h) {
		return sentence(ErrDamaged, "a stored hash has not %d bytes", len(h))
	}
	copy(h[:], bytes)
	return nil
}
