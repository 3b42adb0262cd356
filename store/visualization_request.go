package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// Request is a visualization that somebody has asked for and that is still to be made.
type Request struct {
	ID, LayerID int64
	Objective   string
	Parameters  []byte // JSON
	State       string
	Message     string // why it failed, for a person to read
	CreatedAt   string
}

// States of a request; one that is fulfilled is deleted.
const (
	RequestWaiting = "waiting"
	RequestRunning = "running"
	RequestFailed  = "failed"
)

const requestColumns = `id, layer_id, objective, parameters, state, message, created_at`

func scanRequest(rows *sql.Rows) (r Request, err error) {
	return r, rows.Scan(&r.ID, &r.LayerID, &r.Objective, &r.Parameters, &r.State, &r.Message, &r.CreatedAt)
}

// Requests returns the requests in the order in which they are made.
func (db *DB) Requests(ctx context.Context) ([]Request, error) {
	all, err := collect(ctx, db.read, scanRequest, `SELECT `+requestColumns+` FROM visualization_request ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read requests: %w", err)
	}
	return all, nil
}

// AddRequest asks for an objective's pictures and returns the request's id. The same asked twice is one request; one that
// has failed is tried again.
func (db *DB) AddRequest(ctx context.Context, layerID int64, objective string, parameters []byte) (id int64, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		if id, err = tx.addRequest(layerID, objective, parameters); err != nil {
			return fmt.Errorf("ask for %s on layer %d: %w", objective, layerID, err)
		}
		return nil
	})
	return id, err
}

func (tx *Tx) addRequest(layerID int64, objective string, parameters []byte) (int64, error) {
	if objective == "" || !json.Valid(parameters) {
		return 0, sentence(ErrInvalid, "a request needs an objective, and parameters in JSON")
	}
	if _, err := tx.channelOf(layerID, objective); err != nil {
		return 0, err
	}
	id, ok, err := tx.id(`
		SELECT id FROM visualization_request WHERE layer_id = ? AND objective = ? AND parameters = ?`, layerID, objective, string(parameters))
	if err != nil {
		return 0, err
	}
	if ok {
		_, err := tx.exec(`UPDATE visualization_request SET state = ?, message = '' WHERE id = ? AND state = ?`, RequestWaiting, id, RequestFailed)
		return id, err
	}
	id, _, err = tx.id(`
		INSERT INTO visualization_request (layer_id, objective, parameters, state, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		layerID, objective, string(parameters), RequestWaiting, tx.timestamp())
	return id, err
}

// NextRequest takes the first request that waits: it is running from now on, and nobody else gets it. It returns
// ErrNotFound, and writes nothing, when none waits.
func (db *DB) NextRequest(ctx context.Context) (r Request, err error) {
	none := sentence(ErrNotFound, "no request is waiting")
	waiting, err := ids(ctx, db.read, `SELECT 1 FROM visualization_request WHERE state = ? LIMIT 1`, RequestWaiting)
	if err == nil && len(waiting) == 0 {
		return Request{}, none
	}
	if err != nil {
		return Request{}, fmt.Errorf("read requests: %w", err)
	}
	err = db.Update(ctx, func(tx *Tx) error {
		taken, err := collect(tx.ctx, tx.sql, scanRequest, `
			UPDATE visualization_request SET state = ?
			WHERE id = (SELECT min(id) FROM visualization_request WHERE state = ?) RETURNING `+requestColumns, RequestRunning, RequestWaiting)
		if err != nil {
			return fmt.Errorf("take a request: %w", err)
		}
		if len(taken) == 0 { // another worker was faster
			return none
		}
		r = taken[0]
		return nil
	})
	return r, err
}

// FinishRequest ends a request: it is deleted, or kept as failed with a message that says why.
func (db *DB) FinishRequest(ctx context.Context, id int64, failure string) error {
	return db.Update(ctx, func(tx *Tx) (err error) {
		if failure == "" {
			_, err = tx.exec(`DELETE FROM visualization_request WHERE id = ?`, id)
		} else {
			_, err = tx.exec(`UPDATE visualization_request SET state = ?, message = ? WHERE id = ?`, RequestFailed, failure, id)
		}
		if err != nil {
			return fmt.Errorf("finish request %d: %w", id, err)
		}
		return nil
	})
}

// ResetRequests makes requests wait that a killed program has left running. The one program that works on requests calls
// it when it starts; it writes only where there are any.
func (db *DB) ResetRequests(ctx context.Context) error {
	left, err := ids(ctx, db.read, `SELECT 1 FROM visualization_request WHERE state = ? LIMIT 1`, RequestRunning)
	if err != nil {
		return fmt.Errorf("read requests: %w", err)
	}
	if len(left) == 0 {
		return nil
	}
	return db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`UPDATE visualization_request SET state = ? WHERE state = ?`, RequestWaiting, RequestRunning); err != nil {
			return fmt.Errorf("reset requests: %w", err)
		}
		return nil
	})
}
