package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/convnet-playground/convnet/migrations"
)

// schemaVersion returns the schema this program writes.
func schemaVersion() (int, error) {
	all, err := migrations.All()
	return len(all), err
}

// migrate brings the schema up to date in one transaction, so that a killed process leaves the old schema or the new.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	all, err := migrations.All()
	if err != nil {
		return err
	}
	if version, err := userVersion(ctx, db); err != nil || version == len(all) {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin migration: %w", err)
	}
	defer tx.Rollback()
	// Read again inside the transaction: another process may have migrated while this one waited for the lock.
	version, err := userVersion(ctx, tx)
	if err != nil {
		return err
	}
	if version > len(all) {
		return newerError(path, version, len(all))
	}
	for _, m := range all[version:] {
		if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
			return fmt.Errorf("migration %s: %w", m.Name, err)
		}
	}
	if err := stamp(ctx, tx, len(all)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit migration: %w", err)
	}
	return nil
}

// stamp marks the file as ours and as of that version.
func stamp(ctx context.Context, tx *sql.Tx, version int) error {
	for pragma, value := range map[string]int{"application_id": migrations.ApplicationID, "user_version": version} {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", pragma, value)); err != nil {
			return fmt.Errorf("set %s: %w", pragma, err)
		}
	}
	return nil
}

// querier is what a database and a transaction have in common.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func userVersion(ctx context.Context, q querier) (int, error) {
	var version int
	if err := q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

func newerError(path string, version, ours int) error {
	return sentence(ErrNewer, "%s was written by a newer convnet (schema %d, this one knows up to %d): update convnet",
		path, version, ours)
}
