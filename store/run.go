package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime/debug"
)

// Run is one execution of a command that wrote to the file.
type Run struct {
	ID         int64           `json:"id"`
	Dataset    string          `json:"dataset"`
	Command    string          `json:"command"`
	Options    json.RawMessage `json:"options"`
	Summary    json.RawMessage `json:"summary"`
	Version    string          `json:"version"`
	Status     string          `json:"status"`
	StartedAt  string          `json:"started_at"`
	FinishedAt string          `json:"finished_at"` // "" while running, or when the run was killed
}

// States of a run. One that is running and has no process was killed.
const (
	RunRunning     = "running"
	RunDone        = "done"
	RunFailed      = "failed"
	RunInterrupted = "interrupted"
)

// StartRun records that a command begins to work on a dataset. Options are stored as JSON.
func (tx *Tx) StartRun(datasetID int64, command string, options any) (int64, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return 0, fmt.Errorf("encode options of %s: %w", command, err)
	}
	id, _, err := tx.id(`
		INSERT INTO run (dataset_id, command, options, version, status, started_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		datasetID, command, string(text), version(), RunRunning, tx.timestamp())
	if err != nil {
		return 0, fmt.Errorf("insert run of %s: %w", command, err)
	}
	return id, nil
}

// FinishRun records how a run ended. The summary is stored as JSON.
func (tx *Tx) FinishRun(id int64, status string, summary any) error {
	text, err := json.Marshal(summary)
	if err != nil {
		return fmt.Errorf("encode summary of run %d: %w", id, err)
	}
	_, err = tx.exec(`UPDATE run SET status = ?, summary = ?, finished_at = ? WHERE id = ?`, status, string(text), tx.timestamp(), id)
	if err != nil {
		return fmt.Errorf("finish run %d: %w", id, err)
	}
	return nil
}

// Runs returns the runs of a dataset, the newest first.
func (db *DB) Runs(ctx context.Context, datasetID int64) ([]Run, error) {
	all, err := collect(ctx, db.read, scanRun, runColumns+`WHERE dataset_id = ? ORDER BY run.id DESC`, datasetID)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return all, nil
}

const runColumns = `
	SELECT run.id, dataset.name, command, options, summary, version, status, started_at, finished_at
	FROM run JOIN dataset ON dataset.id = run.dataset_id `

func scanRun(rows *sql.Rows) (r Run, err error) {
	return r, rows.Scan(&r.ID, &r.Dataset, &r.Command, (*[]byte)(&r.Options), (*[]byte)(&r.Summary),
		&r.Version, &r.Status, &r.StartedAt, &r.FinishedAt)
}

// runs returns the latest runs, newest first.
func runs(ctx context.Context, q querier, limit int) ([]Run, error) {
	return collect(ctx, q, scanRun, runColumns+`ORDER BY run.id DESC LIMIT ?`, limit)
}

// version returns the version of the program this package is part of.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
