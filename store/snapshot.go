package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// SnapshotOptions says what a snapshot contains.
type SnapshotOptions struct {
	WithoutModels bool   // leave the networks out: the file gets smaller but cannot embed a new picture
	License       string // under which the images may be used; "" keeps what each dataset says
	Source        string // where the images come from; likewise
	Overwrite     bool   // replace dst if it is a convnet database that is not in use
}

// Snapshot writes a consistent, compact and verified copy of src to dst and returns its manifest. src may be written to
// meanwhile. dst appears complete or not at all. Runs and requests are left out: they tell of the machine on which they ran.
func Snapshot(ctx context.Context, src *DB, dst string, opt SnapshotOptions) (Manifest, error) {
	m, err := snapshot(ctx, src, filepath.Clean(dst), opt)
	if err != nil {
		return Manifest{}, fmt.Errorf("snapshot %s to %s: %w", src.path, dst, err)
	}
	return m, nil
}

func snapshot(ctx context.Context, src *DB, dst string, opt SnapshotOptions) (m Manifest, err error) {
	if err := checkTarget(src, dst, opt.Overwrite); err != nil {
		return Manifest{}, err
	}
	draft, final := new(tempFile), new(tempFile)
	defer func() { err = errors.Join(err, draft.remove(), final.remove()) }()
	if err = draft.create(dst); err != nil {
		return Manifest{}, err
	}
	if err = src.vacuumInto(ctx, draft.path); err != nil {
		return Manifest{}, err
	}
	loose, err := finishDraft(ctx, draft.path, opt, &m)
	if err != nil {
		return Manifest{}, err
	}
	if loose { // what was deleted or moved has left holes
		if err = final.create(dst); err == nil {
			err = (&DB{path: draft.path}).vacuumInto(ctx, final.path)
		}
		if err != nil {
			return Manifest{}, err
		}
		draft, final = final, draft
	}
	if err = verify(ctx, draft.path); err != nil {
		return Manifest{}, err
	}
	return m, draft.publish(dst)
}

// checkTarget refuses to overwrite what the caller may want to keep.
func checkTarget(src *DB, dst string, overwrite bool) error {
	for _, suffix := range []string{"-wal", "-journal"} {
		if sideFileSize(dst, suffix) > 0 {
			return sentence(ErrExists, "%s is in use, or was left by a program that was killed: choose another name", dst+suffix)
		}
	}
	info, err := os.Lstat(dst)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if own, err := os.Stat(src.path); err == nil && os.SameFile(own, info) {
		return sentence(ErrExists, "a snapshot cannot replace the database it is made from: choose another name")
	}
	if !overwrite {
		return sentence(ErrExists, "%s exists already: remove it or choose another name", dst)
	}
	if _, err := readHeader(dst); err != nil {
		return sentence(ErrExists, "%s exists and will not be overwritten: %w", dst, err)
	}
	return nil
}

// vacuumInto copies one consistent state of the file, without its holes.
func (db *DB) vacuumInto(ctx context.Context, path string) error {
	options := url.Values{"mode": {"ro"}}
	if db.immutable {
		options.Set("immutable", "1")
	}
	pool := open(db.path, options) // not one of db.read: those are query_only, which VACUUM INTO respects
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}

// finishDraft makes the copy what the options ask for and writes its manifest. It reports whether that has left holes.
func finishDraft(ctx context.Context, path string, opt SnapshotOptions, m *Manifest) (loose bool, err error) {
	db := &DB{path: path, write: openWriter(path, false)}
	defer func() { err = errors.Join(err, db.write.Close()) }()
	err = db.Update(ctx, func(tx *Tx) error {
		if err := tx.applyOptions(opt); err != nil {
			return err
		}
		if err := tx.compactVectors(); err != nil {
			return err
		}
		if *m, err = describeContent(ctx, tx.sql); err != nil {
			return err
		}
		m.CreatedAt = tx.timestamp()
		return tx.putManifest(*m)
	})
	if err != nil {
		return false, err
	}
	var free int
	err = db.write.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free)
	return free > 0, err
}

func (tx *Tx) applyOptions(opt SnapshotOptions) error {
	// Moves concern images that are shipped; what was deleted, or is staged, is nobody else's business.
	forgotten := `DELETE FROM edit WHERE pending = 1 OR action = 'delete'`
	if err := tx.run(`DELETE FROM run`, `DELETE FROM visualization_request`, `DELETE FROM snapshot`, forgotten); err != nil {
		return err
	}
	if opt.WithoutModels {
		if err := tx.run(`DELETE FROM model_graph`); err != nil {
			return err
		}
	}
	_, err := tx.exec(`
		UPDATE dataset SET license = coalesce(nullif(?, ''), license), source = coalesce(nullif(?, ''), source)`, opt.License, opt.Source)
	return err
}

func (tx *Tx) putManifest(m Manifest) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO snapshot (id, manifest, created_at) VALUES (1, ?, ?)`, string(text), m.CreatedAt)
	return err
}

// verify checks a copy. An ingest at work leaves images whose vectors are still to come; all else is damage.
func verify(ctx context.Context, path string) error {
	db, err := Open(ctx, path, ReadOnly)
	if err != nil {
		return err
	}
	defer db.Close()
	problems, err := db.Check(ctx, CheckOptions{})
	if err != nil {
		return err
	}
	var damage []string
	for _, p := range problems {
		if p.Kind != ProblemVectorMissing {
			damage = append(damage, fmt.Sprintf("%s: %s", p.Subject, p.Detail))
		}
	}
	if len(damage) > 0 {
		return sentence(ErrDamaged, "the database is damaged, and so would the snapshot be (%s): run `convnet check --repair` first",
			strings.Join(damage[:min(len(damage), 3)], "; "))
	}
	return nil
}
