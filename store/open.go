package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// Mode says what may happen to the file.
type Mode int

// Modes of Open.
const (
	ReadOnly  Mode = iota // the file must exist and not one byte of it changes
	ReadWrite             // the file must exist; its schema is brought up to date
	Create                // like ReadWrite, and the file is made if it is missing
)

// DB is an open database file. It is safe for concurrent use.
type DB struct {
	path      string
	write     *sql.DB // one connection; nil when read-only
	read      *sql.DB
	immutable bool // opened with the promise that nobody writes
	watch     versionWatch
}

// Open opens a database file. What cannot be opened is told apart before SQLite touches it and is left as it was; the
// error is a sentence for the user, and errors.Is tells its kind (fs.ErrNotExist when the file is missing).
func Open(ctx context.Context, path string, mode Mode) (*DB, error) {
	path = filepath.Clean(path)
	h, err := readHeader(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !(missing && mode == Create) {
		return nil, err
	}
	if h == nil && !missing && mode != Create {
		return nil, sentence(ErrNotSQLite, "%s is empty: no ingest has written to it yet", path)
	}
	if err := checkVersion(path, h, mode); err != nil {
		return nil, err
	}
	if mode == ReadOnly {
		return openReadOnly(ctx, path, h)
	}
	if err := checkWritable(path, missing); err != nil {
		return nil, err
	}
	return openReadWrite(ctx, path, mode == Create)
}

// checkVersion refuses a schema from the future, and one from the past that may not be migrated.
func checkVersion(path string, h *header, mode Mode) error {
	ours, err := schemaVersion()
	if err != nil || h == nil {
		return err
	}
	if h.userVersion > ours {
		return newerError(path, h.userVersion, ours)
	}
	if h.userVersion < ours && mode == ReadOnly {
		return sentence(ErrOlder, "%s has schema %d and this convnet reads schema %d: run `convnet check --repair --db %s` once to bring it up to date",
			path, h.userVersion, ours, path)
	}
	return nil
}

// checkWritable tests file and directory up front, for a clearer sentence than SQLite's.
func checkWritable(path string, missing bool) error {
	dir := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		dir = filepath.Dir(real)
	}
	if err := accessWrite(dir); errors.Is(err, fs.ErrNotExist) {
		return sentence(fs.ErrNotExist, "the directory %s does not exist: create it first", dir)
	} else if err != nil {
		return sentence(ErrReadOnlyDir, "the directory %s is not writable, and SQLite needs to keep its journal beside %s: choose another place or change the permissions",
			dir, filepath.Base(path))
	}
	if missing {
		return nil
	}
	if err := accessWrite(path); err != nil {
		return sentence(fs.ErrPermission, "%s is not writable: change its permissions or open it read-only", path)
	}
	return nil
}

// openReadOnly opens a file that must not change. A file in WAL mode needs its -shm file; where that cannot be made, and
// no WAL is left to be read, SQLite is told that the file is immutable.
func openReadOnly(ctx context.Context, path string, h *header) (*DB, error) {
	wal := sideFileSize(path, "-wal") > 0
	dirErr := accessWrite(filepath.Dir(path))
	immutable := h.wal && !wal && dirErr != nil
	db := &DB{path: path, read: openReaders(path, immutable), immutable: immutable}
	if err := db.probe(ctx); err != nil {
		db.read.Close()
		if (wal && dirErr != nil) || sideFileSize(path, "-journal") > 0 {
			return nil, unfinished(path)
		}
		return nil, err
	}
	return db, nil
}

func unfinished(path string) error {
	return sentence(ErrUnfinished, "%s was left in the middle of a change by a program that was killed: run `convnet check --repair --db %s` once where it is writable", path, path)
}

// openReadWrite opens, creates or migrates the file and switches it to WAL, so that readers go on while this DB writes.
func openReadWrite(ctx context.Context, path string, create bool) (*DB, error) {
	db := &DB{path: path, write: openWriter(path, create), read: openReaders(path, false)}
	if err := migrate(ctx, db.write, path); err != nil {
		db.closePools()
		return nil, openError(path, err)
	}
	// Another process that is reading right now keeps the old mode alive. That costs concurrency, not correctness.
	var mode string
	err := db.write.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
	if err != nil && !isBusy(err) {
		db.closePools()
		return nil, openError(path, err)
	}
	if err := db.probe(ctx); err != nil {
		db.closePools()
		return nil, err
	}
	return db, nil
}

// probe reads the schema's version through SQLite, which a WAL may have advanced past the header's.
func (db *DB) probe(ctx context.Context) error {
	ours, err := schemaVersion()
	if err != nil {
		return err
	}
	var version, tables int
	err = db.read.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version), count(*) FROM sqlite_schema`).Scan(&version, &tables)
	if err != nil {
		return openError(db.path, err)
	}
	if version > ours {
		return newerError(db.path, version, ours)
	}
	return nil
}

// openError turns SQLite's words into a sentence.
func openError(path string, err error) error {
	var code sqlite3.Error
	if errors.As(err, &code) && (code.Code == sqlite3.ErrCorrupt || code.Code == sqlite3.ErrNotADB) {
		return sentence(ErrDamaged, "%s is damaged (%w): restore it from a copy", path, err)
	}
	if isBusy(err) {
		return fmt.Errorf("open database %s: another program has it locked: %w", path, err)
	}
	return fmt.Errorf("open database %s: %w", path, err)
}

func isBusy(err error) bool {
	var code sqlite3.Error
	return errors.As(err, &code) && (code.Code == sqlite3.ErrBusy || code.Code == sqlite3.ErrLocked)
}

// Path returns the file's path as it was opened.
func (db *DB) Path() string { return db.path }

// ReadOnly reports whether Update is refused.
func (db *DB) ReadOnly() bool { return db.write == nil }

// Close ends all work on the file. A writer leaves a single file behind unless another process still uses it.
func (db *DB) Close() error {
	watched := db.watch.close()
	if db.write == nil {
		return errors.Join(watched, db.closePools())
	}
	err := errors.Join(watched, db.read.Close()) // before the mode is changed back: that needs the file for itself
	db.rest()
	return errors.Join(err, db.write.Close())
}

// rest moves what is in the WAL into the file and removes the WAL. While another process is connected this is refused,
// and whoever writes last does it.
func (db *DB) rest() {
	db.write.Exec("PRAGMA busy_timeout = 100")
	// A writer that never wrote has not opened the WAL yet, and would leave the one that its readers made.
	var tables int
	db.write.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&tables)
	var mode string
	db.write.QueryRow("PRAGMA journal_mode = DELETE").Scan(&mode)
}

func (db *DB) closePools() error {
	err := db.read.Close()
	if db.write != nil {
		err = errors.Join(err, db.write.Close())
	}
	return err
}
