package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
)

// graphs hashes every network's bytes and looks for those that are missing or nobody's.
func (c *checker) graphs() error {
	sums, err := collect(c.ctx, c.q, func(rows *sql.Rows) (sum []byte, err error) { return sum, rows.Scan(&sum) },
		`SELECT sha256 FROM model_graph ORDER BY sha256`)
	if err != nil {
		return err
	}
	for _, sum := range sums {
		if err := c.graph(sum); err != nil {
			return err
		}
	}
	left, err := c.leftOut()
	if err != nil {
		return err
	}
	return c.each(func(rows *sql.Rows) error {
		var id int64
		var name string
		var identity []byte
		if err := rows.Scan(&id, &name, &identity); err != nil {
			return err
		}
		if !left[fmt.Sprintf("%x", identity)] {
			c.add(ProblemGraph, fmt.Sprintf("model %d (%s)", id, name), func(*Tx) error { return nil },
				"its network is missing: ingest again with this model to store it")
		}
		return nil
	}, `SELECT id, name, sha256 FROM model WHERE graph_sha256 NOT IN (SELECT sha256 FROM model_graph) ORDER BY id`)
}

func (c *checker) graph(sum []byte) error {
	var onnx []byte
	var used bool
	err := c.q.QueryRowContext(c.ctx, `
		SELECT onnx, sha256 IN (SELECT graph_sha256 FROM model) FROM model_graph WHERE sha256 = ?`, sum).Scan(&onnx, &used)
	if err != nil {
		return err
	}
	remove := func(tx *Tx) error { _, err := tx.exec(`DELETE FROM model_graph WHERE sha256 = ?`, sum); return err }
	subject := fmt.Sprintf("network %.4x…", sum)
	if got := sha256.Sum256(onnx); string(got[:]) != string(sum) {
		c.add(ProblemGraph, subject, remove, "its bytes are not those of its hash: ingest again with its model to store it")
	} else if !used {
		c.add(ProblemGraph, subject, remove, "it belongs to no model")
	}
	return nil
}

// leftOut returns the identities of the models whose networks a snapshot has left out on purpose.
func (c *checker) leftOut() (map[string]bool, error) {
	m, _, err := readManifest(c.ctx, c.q)
	if err != nil || m == nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, model := range m.Models {
		left[model.SHA256] = !model.Included
	}
	return left, nil
}

// manifests compares each model's description with its row.
func (c *checker) manifests() error {
	models, err := collect(c.ctx, c.q, scanModel, modelColumns+`ORDER BY id`)
	if err != nil {
		return err
	}
	for _, m := range models {
		if detail := m.contradiction(); detail != "" {
			c.add(ProblemManifest, fmt.Sprintf("model %d (%s)", m.ID, m.Name), nil, "%s: remove the model from the file and ingest again", detail)
		}
	}
	return nil
}

// contradiction says what is wrong with a model's manifest, "" if nothing is.
func (m Model) contradiction() string {
	var described struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(m.Manifest, &described); err != nil {
		return fmt.Sprintf("its manifest cannot be read (%v)", err)
	}
	if described.Name != m.Name {
		return fmt.Sprintf("its manifest is that of %q", described.Name)
	}
	return ""
}
